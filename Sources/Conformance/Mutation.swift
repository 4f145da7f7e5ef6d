package import DeviceEmulator
import GuestRuntime
package import ModuleProfiles
import QuecPython

/// One change of the outcome table, to see whether the runner notices it where it should, and only
/// there.
package struct Mutation: Sendable {
  package let row: RowID
  package let policy: Policy
  private let outcomes: OutcomeTable

  /// What no call answers and no call-back tells by itself.
  private static let word = GuestValue.string("changed")

  /// Every change of one cell of the table.
  package static func all(of outcomes: OutcomeTable = OutcomeTables.quecPython.whole) -> [Mutation]
  {
    outcomes.order.flatMap { method in
      (outcomes.methods[method]?.allRows ?? []).flatMap { row in
        Policy.allCases.compactMap { policy in
          guard let effect = row.outcome(under: policy)?.effect else { return nil }
          return Mutation(
            row: RowID(method, row.id), policy: policy,
            outcomes: outcomes.replacing(
              row.id, of: method, under: policy, with: changed(effect)))
        }
      }
    }
  }

  private static func changed(_ effect: Outcome.Effect) -> Outcome.Effect {
    if case .callsBack = effect { .callsBack(word) } else { .returns(word) }
  }

  /// So many of them, drawn at random; all in their order if there are no more.
  package static func sample(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> [Mutation] {
    let all = all()
    guard count < all.count else { return all }
    return Array(all.shuffled(using: &generator).prefix(count))
  }

  /// Such as `Record.start.timer under documented`.
  package var name: String { "\(row) under \(policy.rawValue)" }

  /// What the runner made of it.
  package struct Finding: Sendable {
    /// Cells of the changed row that passed all the same.
    package let missed: [String]
    /// Cells of other rows that got another answer than the table has for them.
    package let astray: [String]
    /// How many cells of the row there were.
    package let cellCount: Int

    package var isRight: Bool { missed.isEmpty && astray.isEmpty && cellCount > 0 }
  }

  /// Runs cells on devices that answer by the changed table; what is expected stays.
  ///
  /// A case of another row does not count if it needs the changed call on its way: it cannot
  /// be brought about, or comes to a changed answer of its own.
  package func run(
    _ cells: [Cell], workerCount: Int,
    via makeDriver: (OutcomeTable) -> any CaseDriver = { SwiftDriver(outcomes: $0) }
  ) throws(CannotCheck) -> Finding {
    let affected = cells.filter { $0.policy == policy }
    let results = try Runner(makeDriver(outcomes), workerCount: workerCount).run(affected)
    let own = results.filter { $0.cell.test.row == row && $0.verdict != .skipped }
    let others = results.filter { $0.cell.test.row != row }
    return Finding(
      missed: own.filter { $0.verdict != .failed }.map(\.cell.id),
      astray: others.filter { $0.verdict == .failed && !uses($0) }.map(\.cell.id),
      cellCount: own.count)
  }

  /// Whether the changed cell of the table answered one of the calls on a case's way.
  private func uses(_ result: CellResult) -> Bool {
    let calls = result.trace.filter { $0.isCall }
    // The last call is the one that counts, where the case has come so far; unless a call-back counts.
    let isAllWay = result.isBlocked || result.cell.isOfCallback
    return (isAllWay ? calls[...] : calls.dropLast()).contains { entry in
      guard case .call(let name, _, _, let answer, _) = entry.event else { return false }
      return name == row.method.rawValue && answer == .success(Self.word)
    }
  }
}
