import DeviceEmulator
import EmulatedTime
import GuestRuntime
import ModuleProfiles
import QuecPython
import SerialLines

/// `qpyemu repl`: a module whose console is a serial port.
struct Repl: Command {
  static let name = "repl"
  static let summary = "connect to an emulated module's console, as to a serial port"
  static let help = """
    usage: qpyemu repl [script.py | folder] --profile NAME [port] [options]

    Switches a module on and connects its console: without a port to this terminal (Ctrl-] leaves). The
    module boots as on the desk: it runs /usr/main.py if there is one, then greets with >>>. Tools for
    MicroPython boards open the port as they open a board's. A script or folder is copied to /usr first.

      --pty              a serial device of its own; its path is printed
      --link PATH        the same, and PATH leads to it as long as the module is on
      --tcp HOST:PORT    a TCP port (HOST may be left out: this host alone can connect)
      --rfc2217          what the TCP port speaks, instead of plain bytes: serial settings, too
      --at-link PATH     a second serial device with the module's AT commands, also with --at-pty

      --profile NAME     the model, such as EC600N; "qpyemu profiles list" shows all
      --time MODE        real or virtual (real); in virtual time the module waits at the prompt without
                         time going by
      --audio-in, --audio-out, --policy, --flash, --seed, --modules
                         as for qpyemu run, also from the environment and qpyemu.json
      --export, --heap, --trace, --fault, --scenario, --uart, --quiet, --unconfined
                         as for qpyemu run

    exit codes: 0 when the module is switched off; else as those of qpyemu run

    example: qpyemu repl --profile EC600N --audio-in tone:440 --link /tmp/module
    """

  private let settings: Settings
  private let options: RunOptions
  private let port: PortSettings
  private let script: String?
  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    settings = try Settings(&arguments, host: host)
    options = try RunOptions(&arguments)
    port = try PortSettings(&arguments)
    script = try arguments.optionalPositional()
    try arguments.finish()
  }

  func run(_ console: Console) throws -> ExitCode {
    let setup = try RunSetup(
      settings, heapBytes: options.heapBytes, isAtConsole: true, isWired: options.wiring.isLive,
      host: host, console)
    let stage = try options.staging.stage(for: setup, console)
    try options.wiring.check(against: stage)
    let source = try script.map { path throws(Complaint) in try ScriptImport(path, isRun: false) }
    let interpreter = try Interpreter.required(host)
    try options.prepare()
    let files = try setup.files(console)
    if let source { _ = try source.copy(to: files.mounts[0].volume) }
    let trace = try options.openTrace(console, host.earlyEnd)
    let line = try port.open()
    defer { line.close() }
    let atPort = try port.openATPort()
    defer { atPort?.close() }
    console.complain(
      setup.description + options.note(on: interpreter) + stage.description
        + ", console \(line.name)"
        + (atPort.map { ", AT commands \($0.name)" } ?? ""))
    if !port.endsWithItsClient { console.print(line.name) }
    if let atPort { console.print(atPort.name) }
    let device = try setup.makeDevice(files, isQuiet: options.isQuiet, console)
    let wired = try options.wiring.wire(device, console)
    defer { wired.close() }
    let module = moduleConsole(setup, line, stage)
    var choices = GuestOptions(
      .console(module), heapBytes: options.heapBytes, seed: setup.seed,
      modules: setup.modules.modules)
    choices.isUnconfined = options.isUnconfined
    let session = ModuleSession(
      device, at: module, interpreter: interpreter, options: choices,
      journal: Journal([trace?.reader, stage.reader(showsPrints: false)]),
      stage: stage)
    host.earlyEnd.handle { session.end($0.ending) }
    line.start(
      receive: module.receive,
      hangUp: { [port] in if port.endsWithItsClient { module.endInput() } })
    atPort.map { Self.answerCommands(on: $0, device, session) }
    let ending = try session.run()
    let code = try stage.end(ending, exitCode(ending, console), device)
    try options.copyOut(device, console)
    return trace?.close(after: code) ?? code
  }

  /// Has the module answer AT commands on a port of their own.
  private static func answerCommands(
    on port: PseudoTerminal, _ device: DeviceEmulator, _ session: ModuleSession
  ) {
    let channel = Monitor(ATChannel())
    port.start(
      receive: { [device, weak port] bytes in
        let (reply, action) = channel.withLock { $0.receive(bytes, by: device) }
        port?.send(reply)
        switch action {
        case .restart?: session.restart()
        case .powerDown?: session.end(.poweredDown)
        case nil: break
        }
      }, hangUp: {})
  }

  private func moduleConsole(
    _ setup: RunSetup, _ line: any SerialLine, _ stage: Stage
  ) -> ModuleConsole {
    let identity = setup.profile.identity
    return ModuleConsole(
      banner: "MicroPython \(identity.version); \(identity.machine)\r\n"
        + "Type \"help()\" for more information.\r\n",
      codeLimit: options.heapBytes ?? setup.profile.limits.scriptHeapBytes
    ) { bytes in
      line.send(bytes)
      stage.show(bytes)
    }
  }

  private func exitCode(_ ending: GuestEnding, _ console: Console) -> ExitCode {
    switch ending {
    case .interrupted: return .interrupt
    case .hostFailed(let failure):
      console.complain(failure.message)
      return .hostFailure
    case .noInterpreter(let sentence):
      console.complain(sentence)
      return .unavailable
    case .guestFailed(let sentence):
      console.complain(sentence)
      return .internalError
    case .poweredDown, .powerCut, .exited, .crashed, .timedOut, .limitReached, .reset, .outputLost,
      .stuck, .refusedCall:
      return .success
    }
  }
}
