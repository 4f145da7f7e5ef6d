import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import GuestRuntime
import ModuleProfiles

/// `qpyemu run`: a script, or a folder with a `main.py`, on an emulated module.
struct Run: Command {
  static let name = "run"
  static let summary = "run a script on an emulated module"
  static let help = """
    usage: qpyemu run <script.py | folder> --profile NAME [options]

    Copies the script to /usr of an emulated module (of a folder, all that is in it) and runs it
    (of a folder, its main.py). Ends with the script's exit code; 1 after an uncaught exception.

      --profile NAME     the model, such as EC600N ("qpyemu profiles list")   QPYEMU_PROFILE
      --audio-in SOURCE  the microphone: \(AudioInput.forms)
                         (alsa:default)                                       QPYEMU_AUDIO_IN
      --audio-out SINK   the loudspeaker: \(AudioOutputChoice.forms) (null)   QPYEMU_AUDIO_OUT
      --time MODE        virtual or real; live audio needs real               QPYEMU_TIME
      --policy POLICY    documented or observed (documented)                  QPYEMU_POLICY
      --flash FLASH      memory, or dir:FOLDER to keep it (memory)            QPYEMU_FLASH
      --seed NUMBER      what everything random derives from (1)              QPYEMU_SEED
      --export FOLDER    copy the flash there at the end: FOLDER/usr, FOLDER/bak
      --timeout SECONDS  end the run after so many seconds of the host's time, with code 124
      --heap BYTES       the script's heap, such as 256k, instead of the model's
      --trace FILE       write each call and call-back as a line of JSON

    A setting may also stand in qpyemu.json, in this folder or one above it.

    exit codes: 64 usage, 65 bad profile or data, 66 missing input, 69 something is not installed,
    70 our own fault, 74 the host failed, 124 timeout, 130 interrupt

    example: qpyemu run Docs/Examples/record.py --profile EC600N --audio-in tone:440 --export out/
    """

  enum TimeMode: String, CaseIterable { case virtual, real }

  private let script: String
  private let settings: Settings
  private let export: String?
  private let timeout: Duration?
  private let heapBytes: Int?
  private let trace: String?

  init(_ arguments: inout Arguments) throws {
    settings = try Settings(&arguments)
    export = try arguments.option("--export")
    timeout = try arguments.option("--timeout").map(Self.seconds)
    heapBytes = try arguments.option("--heap").map(Self.bytes)
    trace = try arguments.option("--trace")
    script = try arguments.positional("script.py | folder")
    try arguments.finish()
  }

  private static func seconds(_ text: String) throws(UsageError) -> Duration {
    guard let seconds = Double(text), seconds > 0, seconds <= 1e9 else {
      throw UsageError("--timeout is a number of seconds above 0, not \"\(text)\"")
    }
    return .seconds(seconds)
  }

  private static func bytes(_ text: String) throws(UsageError) -> Int {
    let units: [Character: Int] = ["k": 1024, "m": 1024 * 1024]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int(unit == nil ? text[...] : text.dropLast()),
      (65536...(1 << 30)).contains(count.multipliedReportingOverflow(by: unit ?? 1).partialValue)
    else { throw UsageError("--heap is 64k to 1024m, not \"\(text)\"") }
    return count * (unit ?? 1)
  }

  // MARK: Running

  func run(_ console: Console) throws -> ExitCode {
    let setup = try RunSetup(settings, heapBytes: heapBytes)
    let files = try setup.files()
    let path = try copyScript(to: files)
    let interpreter = try findInterpreter()
    let trace = try openTrace()
    console.complain(setup.description)
    let device = try setup.makeDevice(files, console)
    let run = GuestRun(
      device, interpreter: interpreter,
      options: GuestRun.Options(
        script: path, heapBytes: heapBytes, timeout: timeout, seed: setup.seed,
        console: console.outputDescriptor),
      trace: trace)
    let ending = try perform(run, device, console)
    try copyOut(files)
    return exitCode(ending, console)
  }

  /// Copies the script to the flash; gives the path of what is to be run.
  private func copyScript(to files: ScriptFiles) throws -> String {
    let volume = files.mounts[0].volume
    switch HostKind(of: script) {
    case .folder:
      try onVolume { () throws(VolumeError) in try volume.importFolder(script) }
      guard (try? volume.status(of: "/main.py"))?.kind == .file else {
        throw Complaint(.missingInput, "the folder \(script) holds no main.py to run")
      }
      return "/usr/main.py"
    case .file:
      let name = script.split(separator: "/").last.map(String.init) ?? script
      try onVolume { () throws(VolumeError) in try volume.importFile(script, to: "/\(name)") }
      return "/usr/\(name)"
    case .other: throw Complaint(.missingInput, "\(script) is neither a file nor a folder")
    case nil: throw Complaint(.missingInput, "cannot read \(script): \(hostReason)")
    }
  }

  private func findInterpreter() throws -> Interpreter {
    do throws(Interpreter.Missing) {
      return try Interpreter.find()
    } catch {
      throw Complaint(.unavailable, error.message)
    }
  }

  private func openTrace() throws -> CallTrace? {
    guard let trace else { return nil }
    let descriptor = HostFile.create(trace)
    guard descriptor >= 0 else {
      throw Complaint(.hostFailure, "cannot write the trace \(trace): \(hostReason)")
    }
    return CallTrace { HostFile.writeAll(descriptor, $0) }
  }

  private func perform(
    _ run: GuestRun, _ device: DeviceEmulator, _ console: Console
  ) throws -> GuestRun.Ending {
    let signals = Interrupts { run.interrupt() }
    defer { signals.end() }
    let progress = ProgressLine(console, device.clock)
    defer { progress.end() }
    do throws(HostError) {
      return try run.run()
    } catch {
      throw Complaint(.internalError, error.message)
    }
  }

  private func copyOut(_ files: ScriptFiles) throws {
    guard let export else { return }
    try onVolume { () throws(VolumeError) in
      HostFile.makeFolders(export)
      for mount in files.mounts {
        try mount.volume.exportFolder(to: export + mount.path)
      }
    }
  }

  private func exitCode(_ ending: GuestRun.Ending, _ console: Console) -> ExitCode {
    switch ending {
    case .exited(let code): return ExitCode(code)
    case .crashed(let signal):
      console.complain("the interpreter was ended by signal \(signal)")
      return .internalError
    case .timedOut:
      console.complain("the script had not ended after \(timeout ?? .zero)")
      return .timeout
    case .interrupted: return .interrupt
    case .hostFailed(let failure):
      console.complain(failure.message)
      return .hostFailure
    }
  }
}

/// Does something with a volume and turns its error into one for the user.
@discardableResult
func onVolume<Result>(_ body: () throws(VolumeError) -> Result) throws(Complaint) -> Result {
  do throws(VolumeError) {
    return try body()
  } catch {
    throw Complaint(volumeError: error)
  }
}

extension Complaint {
  fileprivate init(volumeError error: VolumeError) {
    let code: ExitCode =
      switch error.reason {
      case .notFound: .missingInput
      case .hostFailure, .inUse: .hostFailure
      case .badGeometry, .doesNotFit, .unsuitable, .volumeFailure: .badData
      }
    self.init(code, error.description)
  }
}
