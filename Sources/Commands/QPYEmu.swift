import CLinux
import EmulatedTime
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
    turnMishapsIntoCodes()
    let earlyEnd = EarlyEnd { cause in
      if case .timeout(let time) = cause { say("it had not ended after \(time.inSeconds) s") }
      _exit(cause.code.rawValue)
    }
    earlyEnd.catchSignals()
    let words = Array(CommandLine.arguments.dropFirst())
    let console = Console(isGivenUp: { earlyEnd.hasCome })
    exit(run(words, console: console, host: .process(earlyEnd)).rawValue)
  }

  /// Has whatever the host can do to a process end it with a sentence and a code: a write that it refuses
  /// fails and kills nobody.
  private static func turnMishapsIntoCodes() {
    linux_end_with_words(ExitCode.hostFailure.rawValue, ExitCode.internalError.rawValue)
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    HostThread.noRoom.withLock {
      $0 = {
        say("the host has no room for another thread; see ulimit -u and ulimit -v")
        _exit(ExitCode.hostFailure.rawValue)
      }
    }
  }

  /// Says a last sentence, unless nobody takes it.
  private static func say(_ sentence: String) {
    HostFile.writeAll(2, Array("qpyemu: \(sentence)\n".utf8), unless: { true })
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
      host.earlyEnd.end()
      if let cause = host.earlyEnd.cause { return cause.code }
      switch console.outputFailure {
      case nil: return code
      case EPIPE?: return .closedPipe
      case let reason?:
        throw Complaint(.hostFailure, "cannot write the output: \(hostWord(for: reason))")
      }
    } catch let error where host.earlyEnd.hasCome {
      if let error = error as? Complaint { console.complain(error.message) }
      return host.earlyEnd.cause?.code ?? .internalError
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
