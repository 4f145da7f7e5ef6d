import Conformance
import DeviceEmulator
import GuestRuntime
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("Changes of the outcome table, one cell at a time")
struct MutationTests {
  /// Models that together have every row.
  private static let models = ["EC600N", "EC200U", "EG915U"]

  private func cells(on models: [String]) throws -> [Cell] {
    try allCells.get().filter { models.contains($0.profile.name) }
  }

  @Test("Every change is noticed by every case of its row")
  func noticed() throws {
    let cells = Dictionary(grouping: try cells(on: Self.models), by: \.test.row)
    for mutation in Mutation.all() {
      let finding = try mutation.run(cells[mutation.row] ?? [], workerCount: 2)
      #expect(finding.isRight, "\(mutation.name): \(finding.cellCount) cases, \(finding.missed)")
    }
  }

  @Test("A changed cell changes the call-back, and fails exactly the cases of its row")
  func callback() throws {
    let changed = OutcomeTables.quecPython.whole.replacing(
      "ended", of: "Record.end_callback", under: .observed,
      with: .callsBack(.list(["{path}", "{length}", 9])))
    let cells = try cells(on: ["EC600N"])
    let results = try Runner(SwiftDriver(outcomes: changed), workerCount: 2).run(cells)
    let failed = results.filter { $0.verdict == .failed }
    #expect(failed.first?.actual == "call-back ['U:/a.wav', 32000, 9]")
    let row = RowID("Record.end_callback", "ended")
    let own = cells.filter { $0.test.row == row && $0.policy == .observed }
    #expect(own.count > 1 && failed.map(\.cell.id) == own.map(\.id))
  }

  @Test("A change is noticed by no case of another row", arguments: [UInt64(20_211_203)])
  func elsewhere(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let cells = try cells(on: ["EC600N"])
    for mutation in Mutation.sample(12, using: &generator) {
      #expect(try mutation.run(cells, workerCount: 2).astray == [], "\(mutation.name)")
    }
  }

  @Test("A change is noticed through the interpreter as well", arguments: [UInt64(20_230_615)])
  func guest(seed: UInt64) throws {
    let interpreter = try Interpreter.find()
    var generator = SeededGenerator(seed: seed)
    let cells = try cells(on: ["EC600N"])
    for mutation in Mutation.sample(4, using: &generator) {
      let method = cells.filter { $0.method == mutation.row.method && !$0.test.needsSwift }
      guard method.contains(where: { $0.test.row == mutation.row }) else { continue }
      let finding = try mutation.run(method, workerCount: 2) {
        GuestDriver(interpreter: interpreter, outcomes: $0)
      }
      #expect(finding.isRight, "\(mutation.name): \(finding.missed), \(finding.astray)")
    }
  }

  @Test("A runner that checks nothing is found out")
  func blind() throws {
    struct Blind: CaseDriver {
      let name = "blind"
      func obstacle(to cell: Cell) -> String? { nil }
      func run(_ cell: Cell) -> Observation {
        guard case .answer(let answer) = cell.expectation else {
          return Observation(answer: .failure(GuestException("AttributeError", "")), trace: [])
        }
        return Observation(answer: answer, trace: [])
      }
    }
    let mutation = try #require(Mutation.all().first)
    let finding = try mutation.run(try cells(on: ["EC600N"]), workerCount: 1) { _ in Blind() }
    #expect(!finding.isRight && !finding.missed.isEmpty)
  }
}
