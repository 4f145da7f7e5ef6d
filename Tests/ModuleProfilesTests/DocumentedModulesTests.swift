import Foundation
import ModuleProfiles
import Testing

@Suite("The list of documented modules")
struct DocumentedModulesTests {
  private let documented = DocumentedModules.bundled

  @Test("Every module stands once, its members in order, each either emulated or not")
  func order() {
    let names = documented.modules.map(\.name)
    #expect(names == names.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) })
    #expect(Set(names).count == names.count)
    #expect(Set(names).isDisjoint(with: documented.interpreter))
    for module in documented.modules {
      let emulated = module.emulated ?? []
      #expect(emulated == emulated.sorted() && module.notEmulated == module.notEmulated.sorted())
      #expect(Set(emulated).isDisjoint(with: module.notEmulated), "\(module.name)")
      #expect(module.emulated != [], "\(module.name)")
    }
  }

  @Test("README says what the list says")
  func readme() throws {
    let readme = try String(
      contentsOfFile: TemporaryFolder.repository + "/README.md", encoding: .utf8)
    let paragraphs = readme.components(separatedBy: "\n\n").map { paragraph in
      paragraph.components(separatedBy: "\n").joined(separator: " ")
    }
    let summary = documented.summary.joined(separator: " ")
    let isThere = paragraphs.contains(summary)
    #expect(isThere, "README.md lacks this paragraph: \(summary)")
  }
}
