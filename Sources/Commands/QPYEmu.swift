import Glibc
import GuestRuntime

/// The command line: finds the command, runs it, and turns what it throws into an exit code.
public enum QPYEmu {
  static var commands: [any Command.Type] { [Run.self, Profiles.self, Doctor.self] }

  /// Runs the process's own command line and exits.
  public static func main() -> Never {
    exit(run(Array(CommandLine.arguments.dropFirst()), console: Console()).rawValue)
  }

  /// Runs a command line.
  ///
  /// - Parameter words: Without the program's own name.
  package static func run(_ words: [String], console: Console) -> ExitCode {
    do {
      return try dispatch(words, console)
    } catch let error as UsageError {
      console.complain(error.message)
      console.complain("try: qpyemu \(commandName(words).map { "\($0) " } ?? "")--help")
      return .usage
    } catch let error as Complaint {
      console.complain(error.message)
      return error.code
    } catch {
      console.complain("internal error: \(error)")
      return .internalError
    }
  }

  private static func dispatch(_ words: [String], _ console: Console) throws -> ExitCode {
    guard let name = words.first, name != "--help", name != "-h", name != "help" else {
      console.print(help)
      return words.isEmpty ? .usage : .success
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      throw UsageError(
        "there is no command \(name)\(didYouMean(name, in: commands.map { $0.name }))")
    }
    var arguments = Arguments(Array(words.dropFirst()))
    if arguments.flag("--help") {
      console.print(command.help)
      return .success
    }
    return try command.init(&arguments).run(console)
  }

  private static func commandName(_ words: [String]) -> String? {
    words.first.flatMap { name in commands.first { $0.name == name }?.name }
  }

  private static var help: String {
    let rows = commands.map { command in
      "  \(command.name)\(String(repeating: " ", count: 10 - command.name.count))\(command.summary)"
    }
    return """
      qpyemu emulates Quectel's QuecPython modules.

      usage: qpyemu <command> …

      \(rows.joined(separator: "\n"))

      qpyemu <command> --help tells more, with an example.
      """
  }
}

/// One subcommand.
protocol Command {
  static var name: String { get }
  /// What it does, in a line.
  static var summary: String { get }
  /// Usage, options and an example.
  static var help: String { get }

  /// Takes its words off the command line, all of them.
  init(_ arguments: inout Arguments) throws

  func run(_ console: Console) throws -> ExitCode
}

/// The documented exit codes. `run` also passes the script's own code through.
package struct ExitCode: Equatable, Sendable {
  package let rawValue: Int32

  package init(_ rawValue: Int32) { self.rawValue = rawValue }

  package static let success = ExitCode(0)
  /// Something does not match: a lint problem, a difference.
  package static let mismatch = ExitCode(1)
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
