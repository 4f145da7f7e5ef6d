import Glibc
import GuestRuntime
import ModuleProfiles

/// The command line: finds the command, runs it, and turns what it throws into an exit code.
public enum QPYEmu {
  static var commands: [any Command.Type] {
    [
      Run.self, Repl.self, Sweep.self, Conform.self, Merge.self, Flash.self, Profiles.self,
      Doctor.self,
    ]
  }

  /// Runs the process's own command line and exits.
  public static func main() -> Never {
    fillStandardDescriptors()
    // Some parents leave this ignored; then a list that is cut short would end with a complaint.
    signal(SIGPIPE, SIG_DFL)
    let words = Array(CommandLine.arguments.dropFirst())
    exit(run(words, console: Console(), host: .process).rawValue)
  }

  /// Puts nothing in the place of standard streams that the process was started without, so that no
  /// file is opened there and takes what is printed.
  private static func fillStandardDescriptors() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      unsafe _ = open("/dev/null", O_RDWR)
    }
  }

  /// Runs a command line.
  ///
  /// - Parameter words: Without the program's own name.
  static func run(_ words: [String], console: Console, host: Host) -> ExitCode {
    do {
      let code = try dispatch(words, console, host)
      if let failure = console.outputFailure {
        throw Complaint(.hostFailure, "cannot write the output: \(failure)")
      }
      return code
    } catch let error as UsageError {
      console.complain(error.message)
      console.explain("try: qpyemu \(command(words.first).map { "\($0.name) " } ?? "")--help")
      return .usage
    } catch let error as Complaint {
      console.complain(error.message)
      return error.code
    } catch let error as ProfileError {
      console.complain(error.description)
      return error.kind == .unreadable ? .missingInput : .badData
    } catch {
      console.complain("internal error: \(error)")
      return .internalError
    }
  }

  private static func dispatch(
    _ words: [String], _ console: Console, _ host: Host
  ) throws -> ExitCode {
    guard let name = words.first else {
      console.explain(help)
      return .usage
    }
    if ["help", "--help", "-h"].contains(name) {
      let asked = words.dropFirst().first
      console.print(try asked.map { try known($0).help } ?? help)
      return .success
    }
    let command = try known(name)
    var arguments = Arguments(Array(words.dropFirst()))
    if arguments.flag("--help") || arguments.flag("-h") {
      console.print(command.help)
      return .success
    }
    return try command.init(&arguments, host: host).run(console)
  }

  private static func known(_ name: String) throws(UsageError) -> any Command.Type {
    if let command = command(name) { return command }
    let names = commands.map { $0.name }
    throw UsageError(
      name.hasPrefix("-")
        ? "the command comes first, not \(name): \(names.joined(separator: ", "))"
        : "there is no command \(name)\(didYouMean(name, in: names))")
  }

  private static func command(_ name: String?) -> (any Command.Type)? {
    commands.first { $0.name == name }
  }

  private static var help: String {
    let rows = Table(commands.map { ["  " + $0.name, $0.summary] }).lines
    return """
      qpyemu emulates Quectel's QuecPython modules.

      usage: qpyemu <command> …

      \(rows.joined(separator: "\n"))

      qpyemu <command> --help tells more, with an example.
      """
  }
}
