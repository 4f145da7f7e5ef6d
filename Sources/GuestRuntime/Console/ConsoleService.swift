import DeviceEmulator

/// The calls of the console, for the interpreter that serves it.
extension GuestServices {
  /// What the guest says of a job, before the job's number and a text.
  private enum Report: Int {
    case done, raised, exited, names
    /// Ctrl-C came while no job was worked on.
    case interruption
  }

  private func attachedConsole() throws -> ModuleConsole {
    guard let console else { throw GuestException.malformed("this run has no console") }
    return console
  }

  /// Tells how the last job ended and waits for the next one; without arguments only waits.
  func nextJob(_ caller: GuestScheduler.Caller, _ arguments: Arguments) throws -> GuestValue {
    let console = try attachedConsole()
    if !arguments.isEmpty { try Self.finish(arguments, on: console) }
    console.serve()
    let isThere = scheduler.awaitWorld(caller) { console.job != nil }
    guard isThere, let job = console.job else { return .list([]) }
    return .string("\(Self.kind(of: job.work)) \(job.number)")
  }

  private static func kind(of job: Repl.Job) -> String {
    switch job {
    case .file: "file"
    case .statement: "single"
    case .block: "exec"
    case .complete: "complete"
    }
  }

  private static func finish(_ arguments: Arguments, on console: ModuleConsole) throws {
    switch Report(rawValue: try arguments.int(0)) {
    case .done?: console.finish(try arguments.int(1), .done)
    case .raised?: console.finish(try arguments.int(1), .raised(try arguments.bytes(2)))
    case .exited?: console.finish(try arguments.int(1), .exited)
    case .names?:
      let names = try arguments.bytes(2).split(separator: ASCII.lineFeed).map { Array($0) }
      console.finish(try arguments.int(1), .names(names))
    case .interruption?: console.finishInterrupted()
    case nil: throw GuestException.wrongArguments
    }
  }

  /// The text of the job that is there.
  func jobText() throws -> GuestValue {
    switch try attachedConsole().job?.work {
    case .file(let path)?: .string(path)
    case .statement(let text)?, .block(let text)?, .complete(let text)?: .bytes(text)
    case nil: throw GuestException.malformed("the console has no job")
    }
  }

  /// Takes what was sent to the console; waits if nothing was.
  func readConsole(_ caller: GuestScheduler.Caller, _ arguments: Arguments) throws -> GuestValue {
    let console = try attachedConsole()
    let count = min(max(try arguments.int(0), 1), 65536)
    guard scheduler.awaitWorld(caller, { console.hasInput }) else {
      return .list([.int(count)])
    }
    return .bytes(console.read(upTo: count))
  }

  func consoleHasInput() throws -> GuestValue { .bool(try attachedConsole().hasInput) }

  func writeConsole(_ arguments: Arguments) throws {
    try attachedConsole().write(try arguments.bytes(0))
  }

  /// Sets the byte that interrupts; nothing to set where no console is there to send it.
  func setConsoleInterrupt(_ arguments: Arguments) throws {
    let byte = UInt8(exactly: try arguments.int(0))
    console?.setInterrupt(byte)
  }

  /// Reads a line after a prompt; without one goes on waiting for it.
  func readLine(_ caller: GuestScheduler.Caller, _ arguments: Arguments) throws -> GuestValue {
    let console = try attachedConsole()
    if !arguments.isEmpty { console.beginLine(prompt: Array(try arguments.string(0).utf8)) }
    guard scheduler.awaitWorld(caller, { console.hasLine }) else { return .list([]) }
    switch console.takeLine() {
    case .line(let text)?: return .string(String(decoding: text, as: UTF8.self))
    case .endOfFile?: throw GuestException("EOFError", "")
    case .interrupted?, nil: throw GuestException("KeyboardInterrupt", "")
    }
  }
}
