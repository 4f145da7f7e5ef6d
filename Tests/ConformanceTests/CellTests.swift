import Conformance
import DeviceEmulator
import GuestRuntime
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

/// All cells of all models.
let allCells = Result { try Cell.all(Model.all.map { try $0.profile() }) }

/// The classes of which the rulings stand in ``Golden`` as well.
private let ruled: Set<Substring> = ["Record", "Audio", "TTS", "sim", "net", "modem", "dataCall"]

@Suite("Every case, on every model, under both policies")
struct CellTests {
  @Test("The script gets what the rulings say, and the table says the same", arguments: Model.all)
  func golden(model: Model) throws {
    let cells = try allCells.get().filter { $0.profile.name == model.name }
    let byName = Dictionary(grouping: Golden.all, by: \.name)
    for cell in cells {
      let answer = try SwiftDriver().run(cell).answer
      #expect(
        cell.expectation.isMet(by: answer), "\(cell.id): \(cell.expectation), not \(answer.text)")
      guard ruled.contains(cell.method.className) else { continue }
      let told = (byName[cell.test.name] ?? []).compactMap { $0.expected(model, cell.policy) }
      #expect(told.count == 1, "\(cell.id)")
      #expect(told.first?.isMet(by: answer) == true, "\(cell.id): \(answer.text)")
    }
  }

  @Test("The cases come about exactly where the rulings expect them")
  func applicability() throws {
    let expected = Golden.all.flatMap { golden in
      Model.all.flatMap { model in
        Policy.allCases.compactMap { policy in
          golden.expected(model, policy).map { _ in "\(golden.name)@\(model.name)+\(policy)" }
        }
      }
    }
    let cells = try allCells.get()
    #expect(Set(cells.map(\.id)).count == cells.count, "an id occurs twice")
    let ids = cells.filter { ruled.contains($0.method.className) }.map(\.id)
    #expect(Set(ids).symmetricDifference(expected) == [])
  }

  @Test("Every row of the table is brought about under each policy that has it")
  func coverage() throws {
    let tried = Set(
      try allCells.get().map { Row(id: $0.test.row.description, policy: $0.policy) })
    let known = OutcomeTables.quecPython.whole.methods.flatMap { method, outcomes in
      outcomes.allRows.flatMap { row in
        Policy.allCases.filter { row.outcome(under: $0) != nil }
          .map { Row(id: "\(method.rawValue).\(row.id)", policy: $0) }
      }
    }
    #expect(Set(known).subtracting(tried) == [])
  }

  private struct Row: Hashable {
    let id: String
    let policy: Policy
  }

  @Test("Every fault is in a case, beside a natural cause of the same row")
  func faults() throws {
    let injecting = Case.bundled.filter { !$0.faults.isEmpty }
    // The hardware of a player fails only on demand.
    let causes = Set(Fault.What.allCases)
    #expect(Set(injecting.flatMap(\.faults).map(\.what)) == causes)
    let natural = Set(Case.bundled.filter(\.faults.isEmpty).map(\.row))
    let unnatural = Set(injecting.map(\.row)).subtracting(natural)
    // A stream needs no room on the flash, and no encoder or synthetic microphone fails by itself.
    let bySelf = unnatural.filter { $0.row != "failed" || $0.method.className == "Record" }
    #expect(bySelf.map(\.description) == ["Record.end_callback.streamFailed"])
  }

  @Test("The same case gives the same answer through the interpreter", arguments: Model.all)
  func guest(model: Model) throws {
    let driver = GuestDriver(interpreter: try Interpreter.find())
    let cells = try allCells.get().filter { $0.profile.name == model.name }
    let results = try Runner(driver, workerCount: 2).run(cells)
    for result in results {
      #expect(
        result.verdict != .failed,
        "\(result.cell.id): \(result.actual), not \(result.cell.expectation)")
      #expect(result.verdict != .skipped || result.cell.test.needsSwift)
    }
  }
}
