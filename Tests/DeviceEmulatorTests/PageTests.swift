import Foundation
import JSONText
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("What the vendor's pages print, and what the table claims of it")
struct PageTests {
  /// The headings of a class's page with the items that it prints under each.
  private struct Page {
    let items: [(heading: String, items: [String])]
    /// Headings of what is not emulated.
    let notEmulated: [String]

    init(of className: String) throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Profiles/pages/\(className).json")
      let root = try JSONSource(name: file.path, bytes: Array(Data(contentsOf: file))).parse()
      items = try root.member("items").members().map { member in
        ("\(className).\(member.key)", try member.value.elements().map { try $0.text() })
      }
      notEmulated =
        try root["notEmulated"]?.elements().map { "\(className).\(try $0.text())" } ?? []
    }

    var all: [String] {
      items.flatMap { entry in entry.items.map { "\(entry.heading) / \($0)" } }
    }
  }

  private struct Cell {
    let id: String
    let policy: Policy
    let outcome: Outcome
  }

  private func cells(of className: String) -> [Cell] {
    OutcomeTables.quecPython.whole.methods.filter { $0.key.className == className }.flatMap {
      method, rows in
      rows.allRows.flatMap { row in
        Policy.allCases.compactMap { policy in
          row.outcome(under: policy).map {
            Cell(id: "\(method.rawValue).\(row.id)", policy: policy, outcome: $0)
          }
        }
      }
    }
  }

  private static let classes = ["Record", "Audio", "TTS"]

  @Test("A cell is documented where the page prints it, and says where", arguments: classes)
  func documented(className: String) throws {
    let printed = try Set(Page(of: className).all)
    for cell in cells(of: className) {
      if let page = cell.outcome.page {
        #expect(printed.contains(page), "\(cell.id): the page does not print \(page)")
        #expect(cell.policy == .documented, "\(cell.id) quotes the page under \(cell.policy)")
      } else {
        #expect(
          cell.outcome.provenance != .documented, "\(cell.id) does not say where the page has it")
      }
    }
  }

  @Test("What the page prints is a cell, or not emulated", arguments: classes)
  func printed(className: String) throws {
    let page = try Page(of: className)
    let claimed = Set(cells(of: className).compactMap(\.outcome.page))
    for (heading, items) in page.items where !page.notEmulated.contains(heading) {
      for item in items { #expect(claimed.contains("\(heading) / \(item)")) }
    }
    #expect(Set(page.notEmulated).isSubset(of: page.items.map(\.heading)))
  }

  @Test("A cell that quotes a number of the page gives this number", arguments: classes)
  func numbers(className: String) {
    for cell in cells(of: className) {
      guard let page = cell.outcome.page, let slash = page.lastIndex(of: "/"),
        let number = Int(page[slash...].dropFirst(2))
      else { continue }
      switch cell.outcome.effect {
      case .returns(let value): #expect(value.integer == number, "\(cell.id)")
      case .callsBack(.list(let values)): #expect(values.last?.integer == number, "\(cell.id)")
      case .callsBack(let value): #expect(value.integer == number, "\(cell.id)")
      default: continue
      }
    }
  }
}
