import ALSABackend
import AudioEngine
import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import QuecPython

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

  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    try arguments.finish()
  }

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
      toolchain, interpreter, profiles, settings, soundCard, devices, microphone, speech,
      photos,
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
      let interpreter = try Interpreter.find(environment: host.variable)
      guard Self.canRun(interpreter) else {
        return Finding(
          .bad, "interpreter",
          "\(interpreter.path) is no interpreter that can run scripts here; unset QPYEMU_INTERPRETER, "
            + "then run ./Scripts/qpyemu, which builds one")
      }
      guard interpreter.bits == 32 else {
        return Finding(
          .hint, "interpreter",
          "\(interpreter.path), of \(interpreter.bits) bits: heap figures are not a module's")
      }
      return Finding(.good, "interpreter", "\(interpreter.path), of 32 bits as on the modules")
    } catch {
      return Finding(.bad, "interpreter", error.message)
    }
  }

  /// Whether a script can be run with it: one with an exit code that no mishap has.
  private static func canRun(_ interpreter: Interpreter) -> Bool {
    let code: Int32 = 42
    do {
      let device = try DeviceEmulator(profile: .named("EC600N"))
      let file = try device.files.open("/usr/main.py", mode: "w")
      try device.files.write(file, Array("import usys\nusys.exit(\(code))".utf8).span)
      try device.files.close(file)
      let options = GuestOptions(.script("/usr/main.py"), timeout: .seconds(10))
      return try GuestRun(device, interpreter: interpreter, options: options).run() == .exited(code)
    } catch {
      return false
    }
  }

  private var profiles: Finding {
    do throws(ProfileError) {
      let library = try ProfileLibrary.fromEnvironment(host.variable)
      let problems = try library.lint()
      guard let first = problems.first else {
        return Finding(.good, "profiles", "\(try library.modelNames().count) models, no problems")
      }
      return Finding(
        .bad, "profiles", "\(count(problems.count, "problem")), such as \(first.description)")
    } catch {
      return Finding(.bad, "profiles", error.description)
    }
  }

  /// The settings that the environment and `qpyemu.json` give.
  private var settings: Finding {
    do {
      let settings = try givenSettings()
      let given = Settings.Name.allCases.compactMap { name in
        settings[name].map { "\(name.rawValue) \($0.text) (\($0.origin))" }
      }
      if let name = settings[.profile] {
        _ = try ProfileLibrary.fromEnvironment(host.variable).profile(named: name.text)
      }
      _ = try ModulesFolder(settings[.modules])
      return given.isEmpty
        ? Finding(.hint, "settings", "none in the environment or qpyemu.json; runs need --profile")
        : Finding(.good, "settings", given.joined(separator: ", "))
    } catch {
      return Finding(.bad, "settings", Self.sentence(error))
    }
  }

  private func givenSettings() throws -> Settings {
    var none = Arguments([])
    return try Settings(&none, host: host)
  }

  private static func sentence(_ error: any Error) -> String {
    switch error {
    case let error as UsageError: error.message
    case let error as Complaint: error.message
    case let error as ProfileError: error.description
    case let error as AudioError: error.message
    default: "\(error)"
    }
  }

  private var soundCard: Finding {
    let folder = "/dev/snd"
    let inputs = (HostFile.names(in: folder) ?? []).filter {
      $0.hasPrefix("pcm") && $0.hasSuffix("c")
    }
    guard !inputs.isEmpty else {
      return Finding(
        .hint, "sound card",
        "none that records; use --audio-in tone:440, file:PATH, noise or silence, or the ALSA device "
          + "of a sound server")
    }
    guard inputs.contains(where: { HostFile.canBeReadAndWritten("\(folder)/\($0)") }) else {
      return Finding(
        .hint, "sound card",
        "this user may not use it; sudo usermod -aG audio $USER, then log in anew")
    }
    return Finding(.good, "sound card", inputs.map { "\(folder)/\($0)" }.joined(separator: " "))
  }

  private var devices: Finding {
    let names = ALSADevices.list().map(\.name).filter { $0 != "null" }
    guard !names.isEmpty else {
      return Finding(
        .hint, "ALSA devices", "none; sudo apt-get install libasound2-plugins adds a sound server's"
      )
    }
    return Finding(.good, "ALSA devices", names.map { "alsa:\($0)" }.joined(separator: " "))
  }

  /// Opens the microphone that runs use unless they are told otherwise.
  private var microphone: Finding {
    do {
      let microphone = try AudioInput.microphone(givenSettings()[.audioIn], seed: 0)
      let source = try microphone.open(frameRate: 8000)
      defer { source.close() }
      let native = source.health.native.map { ", \($0)" } ?? ""
      return Finding(.good, "microphone", microphone.description + native)
    } catch {
      return Finding(.hint, "microphone", Self.sentence(error))
    }
  }

  private var speech: Finding {
    guard let path = program("espeak-ng") else {
      return Finding(
        .hint, "speech", "TTS is timed silence; sudo apt-get install espeak-ng makes it speak")
    }
    return Finding(.good, "speech", path)
  }

  private var photos: Finding {
    JPEGLibrary.isInstalled
      ? Finding(.good, "JPEG", "libturbojpeg")
      : Finding(
        .hint, "JPEG", "displays show none; sudo apt-get install libturbojpeg0 has them do so")
  }

  /// The path of a program on the `PATH`.
  private func program(_ name: String) -> String? {
    HostFile.program(named: name, onPath: host.variable("PATH"))
  }
}
