import GuestRuntime

/// One subcommand.
protocol Command {
  static var name: String { get }
  /// What it does, in a line.
  static var summary: String { get }
  /// Usage, options and an example.
  static var help: String { get }

  /// Takes its words off the command line, all of them.
  ///
  /// - Parameter host: The environment that the command looks at.
  init(_ arguments: inout Arguments, host: Host) throws

  func run(_ console: Console) throws -> ExitCode
}

/// The documented exit codes. `run` also passes the script's own code through.
package struct ExitCode: Equatable, Sendable {
  package let rawValue: Int32

  package init(_ rawValue: Int32) { self.rawValue = rawValue }

  package static let success = ExitCode(0)
  /// Something does not match: a lint problem, a difference.
  package static let mismatch = ExitCode(1)
  /// There was nothing to check.
  package static let nothingSelected = ExitCode(5)
  /// The command line makes no sense.
  package static let usage = ExitCode(64)
  /// A profile or other data is wrong.
  package static let badData = ExitCode(65)
  /// A file that is to be read is not there.
  package static let missingInput = ExitCode(66)
  /// Something that has to be installed is not.
  package static let unavailable = ExitCode(69)
  /// Our own fault.
  package static let internalError = ExitCode(70)
  /// The host could not do what the device needs.
  package static let hostFailure = ExitCode(74)
  package static let timeout = ExitCode(124)
  package static let interrupt = ExitCode(130)
  /// Nobody reads the output any more.
  package static let closedPipe = ExitCode(141)
}

/// Something that ends a command, with the sentence to print and the exit code.
struct Complaint: Error {
  let code: ExitCode
  let message: String

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// Does something that the host may refuse, and turns its refusal into one for the user.
func onHost<Result>(_ body: () throws(HostError) -> Result) throws(Complaint) -> Result {
  do throws(HostError) {
    return try body()
  } catch {
    throw Complaint(.hostFailure, error.message)
  }
}
