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
  package let trace: [Journal.Entry]
  /// Whether the case did not come as far as its last step.
  let isBlocked: Bool

  /// Checks a cell.
  package init(_ cell: Cell, via driver: any CaseDriver) throws(CannotCheck) {
    self.cell = cell
    if let obstacle = driver.obstacle(to: cell) {
      (verdict, actual, trace, isBlocked) = (.skipped, obstacle, [], true)
      return
    }
    do {
      let observation = try driver.run(cell)
      let isMet = cell.expectation.isMet(by: observation.answer)
      verdict = !isMet ? .failed : cell.provenance == .unknown ? .unknown : .passed
      actual = cell.expectation.words(for: observation.answer)
      trace = observation.trace
      isBlocked = false
    } catch let error as CannotCheck {
      throw error
    } catch let error as CannotRun {
      actual = "cannot be brought about: \(error.reason)"
      (verdict, trace, isBlocked) = (.failed, error.trace, true)
    } catch {
      actual = "cannot be brought about: \(error)"
      (verdict, trace, isBlocked) = (.failed, [], true)
    }
  }
}
