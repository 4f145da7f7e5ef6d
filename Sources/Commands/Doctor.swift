import ALSABackend
import GuestRuntime
import ModuleProfiles

/// `qpyemu doctor`: what is there, what is missing, and the command that mends it.
struct Doctor: Command {
  static let name = "doctor"
  static let summary = "check what the emulator needs of this machine"
  static let help = """
    usage: qpyemu doctor

    Looks for everything that runs need: the interpreter, sound devices and the right to use them,
    the profiles, and the tools that are used if they are there. Each line says what is there, or what
    is missing and what mends it. Exits with 1 if something that every run needs is missing.

    example: qpyemu doctor
    """

  init(_ arguments: inout Arguments) throws { try arguments.finish() }

  /// What was found of one thing.
  struct Finding: Equatable {
    enum Verdict: String {
      case good = "ok"
      /// Something optional is missing.
      case hint = "note"
      /// No run works without it.
      case bad = "MISSING"
    }

    let verdict: Verdict
    let subject: String
    let text: String

    init(_ verdict: Verdict, _ subject: String, _ text: String) {
      (self.verdict, self.subject, self.text) = (verdict, subject, text)
    }
  }

  func run(_ console: Console) throws -> ExitCode {
    let findings = [
      toolchain, interpreter, profiles, soundPermission, microphones, speech, profileVariable,
    ]
    let rows = findings.map { [$0.verdict.rawValue, $0.subject, $0.text] }
    Table(rows).lines.forEach(console.print)
    return findings.contains { $0.verdict == .bad } ? .mismatch : .success
  }

  private var toolchain: Finding {
    guard let swift = program("swift"),
      let version = ChildProcess.output(of: [swift, "--version"], limit: 65536)
    else {
      return Finding(
        .hint, "toolchain", "no swift on the PATH; this program runs without, a rebuild needs 6.2")
    }
    let line = String(decoding: version, as: UTF8.self).split(separator: "\n").first ?? ""
    return Finding(.good, "toolchain", String(line))
  }

  private var interpreter: Finding {
    do throws(Interpreter.Missing) {
      let interpreter = try Interpreter.find()
      let program = ["-c", "import sys;print(sys.implementation.name,sys.implementation.version)"]
      guard let said = ChildProcess.output(of: interpreter.command + program, limit: 65536) else {
        return Finding(
          .bad, "interpreter",
          "\(interpreter.command.last ?? "") does not run; remove it, then run "
            + "./Scripts/qpyemu, which installs it")
      }
      let line = String(decoding: said, as: UTF8.self).split(separator: "\n").first ?? ""
      return Finding(.good, "interpreter", "\(line), \(interpreter.command.last ?? "")")
    } catch {
      return Finding(.bad, "interpreter", error.message)
    }
  }

  private var profiles: Finding {
    do throws(ProfileError) {
      let library = try ProfileLibrary.fromEnvironment()
      let problems = try library.lint()
      guard let first = problems.first else {
        return Finding(.good, "profiles", "\(try library.modelNames().count) models, no problems")
      }
      return Finding(
        .bad, "profiles", "\(problems.count) problems, such as \(first.description)")
    } catch {
      return Finding(.bad, "profiles", error.description)
    }
  }

  private var soundPermission: Finding {
    let folder = "/dev/snd"
    guard HostFile.exists(folder) else {
      return Finding(
        .hint, "sound card",
        "none; use --audio-in tone:440, file:PATH, noise or silence, or a sound "
          + "server's ALSA device")
    }
    guard HostFile.canBeReadAndWritten("\(folder)/timer") else {
      return Finding(
        .hint, "sound card",
        "this user may not use it; sudo usermod -aG audio $USER, then log in anew")
    }
    return Finding(.good, "sound card", folder)
  }

  private var microphones: Finding {
    let names = ALSADevices.list().map(\.name).filter { $0 != "null" }
    guard !names.isEmpty else {
      return Finding(.hint, "microphones", "ALSA knows none; arecord -L lists them")
    }
    return Finding(.good, "microphones", names.map { "alsa:\($0)" }.joined(separator: " "))
  }

  private var speech: Finding {
    guard let path = program("espeak-ng") else {
      return Finding(
        .hint, "speech", "TTS is timed silence; apt-get install espeak-ng makes it speak")
    }
    return Finding(.good, "speech", path)
  }

  private var profileVariable: Finding {
    guard let name = Host.process.variable("QPYEMU_PROFILE") else {
      return Finding(.hint, "QPYEMU_PROFILE", "not set; runs need --profile")
    }
    do throws(ProfileError) {
      let profile = try ProfileLibrary.fromEnvironment().profile(named: name)
      return Finding(.good, "QPYEMU_PROFILE", profile.name)
    } catch {
      return Finding(.bad, "QPYEMU_PROFILE", error.description)
    }
  }

  /// The path of a program on the `PATH`.
  private func program(_ name: String) -> String? {
    HostFile.program(named: name, onPath: Host.process.variable("PATH"))
  }
}
