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

    Copies the script to /usr of an emulated module (of a folder, all that is in it but hidden files
    and __pycache__) and runs it (of a folder, its main.py). Ends with the script's exit code; 1 after
    an uncaught exception.

      --profile NAME     the model, such as EC600N; "qpyemu profiles list" shows all
      --audio-in SOURCE  the microphone (alsa:default):
                         \(AudioInput.forms)
      --audio-out SINK   the loudspeaker (null): \(AudioOutputChoice.forms)
      --time MODE        virtual or real (virtual, or real if the audio is live, which needs it)
      --policy POLICY    documented or observed (documented)
      --flash FLASH      \(FlashSetting.forms) (memory):
                         an image FILE keeps /usr, byte for byte as a module's flash, and is made
                         if it is missing; a FOLDER keeps the files
      --seed NUMBER      what everything random derives from (1)
      --modules FOLDER   Python files and packages of your own that scripts import as firmware modules

    Each of these may also stand in the environment, as QPYEMU_PROFILE, QPYEMU_AUDIO_IN and so on, or
    in qpyemu.json, in this folder or the nearest one above that has it: {"audio-in": "tone:440"}. An
    option goes before the environment, the environment before the file. Paths in the file start from
    its folder.

      --export FOLDER    copy the flash there at the end, FOLDER/usr and FOLDER/bak, and what a display
                         shows, FOLDER/display.png
      --timeout SECONDS  end the run after so many seconds of the host's time
      --limit TIME       end it after so much time of the module: 60s, 10m or 2h
      --endless          let the script wait for what never comes; otherwise the run ends, with 124,
                         once nothing is left to wait for
      --heap BYTES       the script's heap, such as 256k, instead of the model's
      --trace FILE       write each call and call-back as a line of JSON
      --fault FAULT      have something fail, such as "what=read when=call:2 times=once", or a call be
                         refused by a row: "what=row call=Record.gain row=codec"; repeatable
      --scenario FILE    have things happen to the module in its time, and check what comes of it
      --uart PORT=LINE   what is at the other end of a serial port, such as 2=pty:
                         \(SerialWiring.forms); all but loopback run in real time
      --unconfined       run the interpreter without its filter of system calls
      --quiet            no remarks, such as "Record.start gave -4: EC200U has channel 2 only"; errors
                         stay

    QPYEMU_PROFILE_PATH names folders with profiles of your own, QPYEMU_INTERPRETER the interpreter.

    exit codes: 64 usage, 65 bad profile or data, 66 missing input, 69 something is not installed,
    70 our own fault, 74 the host failed, 124 timeout, 129, 130 or 143 ended by HUP, INT or TERM,
    141 nobody reads the output

    example: qpyemu run Docs/Examples/record.py --profile EC600N --audio-in tone:440 --export out/
    """

  private let script: String
  private let settings: Settings
  private let host: Host
  private let timeout: Duration?
  private let length: RunLength
  private let options: RunOptions

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    settings = try Settings(&arguments, host: host)
    timeout = try arguments.option("--timeout").map(Self.seconds)
    length = try RunLength(&arguments)
    options = try RunOptions(&arguments)
    script = try arguments.positional("script.py | folder")
    try arguments.finish()
  }

  static func seconds(_ text: String) throws(UsageError) -> Duration {
    guard let seconds = Double(text), seconds > 0, seconds <= 1e9 else {
      throw UsageError("--timeout is a number of seconds above 0, not \"\(text)\"")
    }
    return .seconds(seconds)
  }

  // MARK: Running

  func run(_ console: Console) throws -> ExitCode {
    timeout.map(host.earlyEnd.limit)
    let setup = try RunSetup(
      settings, heapBytes: options.heapBytes, isWired: options.wiring.isLive, host: host, console)
    let stage = try options.staging.stage(for: setup, console)
    try options.wiring.check(against: stage)
    let source = try ScriptImport(script)
    let interpreter = try Interpreter.required(host)
    try options.prepare()
    let files = try setup.files(console)
    let main = files.mounts[0]
    let path = main.path + (try source.copy(to: main.volume))
    let trace = try options.openTrace(console, host.earlyEnd)
    console.complain(setup.description + options.note(on: interpreter) + stage.description)
    let device = try setup.makeDevice(files, isQuiet: options.isQuiet, console)
    let wired = try options.wiring.wire(device, console)
    defer { wired.close() }
    var choices = GuestOptions(
      .script(path), heapBytes: options.heapBytes, seed: setup.seed,
      console: try stage.outputDescriptor(), modules: setup.modules.modules)
    length.put(into: &choices)
    choices.isUnconfined = options.isUnconfined
    let journal = Journal([trace?.reader, stage.reader(showsPrints: true)])
    let run = GuestRun(device, interpreter: interpreter, options: choices, journal: journal)
    host.earlyEnd.handle { run.end($0.ending) }
    stage.follow(run)
    stage.begin(device)
    let ending = try perform(run, device, console)
    let code = try stage.end(ending, exitCode(ending, console), device)
    try options.copyOut(device, console)
    return trace?.close(after: code) ?? code
  }

  private func perform(
    _ run: GuestRun, _ device: DeviceEmulator, _ console: Console
  ) throws -> GuestEnding {
    let progress = ProgressLine(console, device.clock)
    defer { progress.end() }
    return try onHost(run.run)
  }

  private func exitCode(_ ending: GuestEnding, _ console: Console) -> ExitCode {
    switch ending {
    case .exited(let code): return ExitCode(code)
    case .crashed(let signal):
      console.complain("the interpreter was ended by signal \(signal)")
      return .internalError
    case .timedOut:
      console.complain("the script had not ended after \((timeout ?? .zero).inSeconds) s")
      return .timeout
    case .limitReached(let limit):
      console.complain("the script \(GuestEnding.overTime(limit))")
      return .timeout
    case .interrupted: return .interrupt
    // What it was is known to the console.
    case .outputLost: return .hostFailure
    case .powerCut: return .success
    case .reset(let reset):
      let who = reset == .hard(.watchdog) ? "the watchdog" : "the script"
      console.complain(
        "\(who) restarted the module, which ends the run; qpyemu repl goes on after that")
      return .success
    case .poweredDown:
      console.complain("the script switched the module off")
      return .success
    case .stuck(let place):
      console.complain(GuestEnding.nothingLeft(at: place))
      return .timeout
    case .hostFailed(let failure):
      console.complain(failure.message)
      return .hostFailure
    case .noInterpreter(let sentence):
      console.complain(sentence)
      return .unavailable
    case .guestFailed(let sentence):
      console.complain(sentence)
      return .internalError
    case .refusedCall(let number):
      console.complain("the interpreter \(GuestEnding.refused(number))")
      return .internalError
    }
  }
}

extension EarlyEnd.Cause {
  /// How a run ends that is to end early.
  var ending: GuestEnding {
    switch self {
    case .signal: .interrupted
    case .timeout: .timedOut
    }
  }
}

extension Interpreter {
  /// The interpreter that no run can do without.
  static func required(_ host: Host) throws(Complaint) -> Interpreter {
    do throws(Missing) {
      return try find(environment: host.variable)
    } catch {
      throw Complaint(.unavailable, error.message)
    }
  }
}
