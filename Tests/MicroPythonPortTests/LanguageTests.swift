import Foundation
import Testing

/// The snippets of `Language/`, and what the interpreter of a 1.13 module prints for each.
@Suite(.serialized) struct LanguageTests {
  struct Differences: Decodable {
    struct Platform: Decodable { let names: [String] }
    let platform: Platform
    /// Snippets that print something else, and why.
    let language: [String: String]
  }

  static let folder = "\(repository)/Tests/MicroPythonPortTests/Language"

  /// What each snippet printed, without the addresses of objects.
  static func sections(_ text: String) -> [String: String] {
    var (sections, name): ([String: String], String) = ([:], "")
    for bytes in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = String(decoding: bytes, as: UTF8.self)
      if line.hasPrefix("@@") {
        name = String(line.dropFirst(2))
        sections[name] = ""
      } else {
        sections[name, default: ""] += line + "\n"
      }
    }
    return sections.mapValues {
      $0.replacing(#/0x[0-9a-f]+|at [0-9a-f]{6,}/#, with: "ADDRESS")
    }
  }

  static func differences() throws -> Differences {
    let data = try #require(FileManager.default.contents(atPath: "\(folder)/differences.json"))
    return try JSONDecoder().decode(Differences.self, from: data)
  }

  @Test(
    "Each snippet prints what it prints on a 1.13 module, but for those that are explained",
    arguments: Width.here)
  func snippets(width: Width) throws {
    let expected = Self.sections(
      String(
        decoding: try #require(
          FileManager.default.contents(atPath: "\(Self.folder)/expected-1.13.txt")), as: UTF8.self))
    let workplace = NSTemporaryDirectory() + "qpyemu-language-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: Self.folder, toPath: workplace)
    defer { try? FileManager.default.removeItem(atPath: workplace) }
    let run = try StubRun(path: "main.py", in: workplace, on: width)
    let printed = Self.sections(run.output)
    let differences = try Self.differences()
    func isOfPlatform(_ name: String) -> Bool {
      differences.platform.names.contains {
        $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0
      }
    }
    let names = expected.keys.filter { !isOfPlatform($0) }
    let others = names.filter { printed[$0] != expected[$0] }
    #expect(Set(others) == Set(differences.language.keys))
    #expect(names.count == 215)
    #expect(Double(others.count) <= 0.03 * Double(names.count))
  }
}
