import DeviceEmulator
package import GuestRuntime
import ModuleProfiles

/// What came of checking one cell.
package struct CellResult: Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// As the table says.
    case passed
    /// As the table says, but nobody knows whether the table is right: no pass.
    case unknown
    /// Not as the table says, or the case could not be brought about.
    case failed
    /// The driver cannot bring it about.
    case skipped
  }

  package let cell: Cell
  package let verdict: Verdict
  /// What the script got, or why it got nothing.
  package let actual: String
  package let trace: [CallTrace.Entry]

  /// Checks a cell.
  package init(_ cell: Cell, via driver: any CaseDriver) {
    self.cell = cell
    if let obstacle = driver.obstacle(to: cell) {
      (verdict, actual, trace) = (.skipped, obstacle, [])
      return
    }
    do {
      let observation = try driver.run(cell)
      let isMet = cell.expectation.isMet(by: observation.answer)
      verdict = !isMet ? .failed : cell.provenance == .unknown ? .unknown : .passed
      actual = observation.answer.text
      trace = observation.trace
    } catch let error as CannotRun {
      (verdict, actual, trace) = (.failed, "cannot be brought about: \(error.reason)", error.trace)
    } catch {
      (verdict, actual, trace) = (.failed, "cannot be brought about: \(error)", [])
    }
  }
}
