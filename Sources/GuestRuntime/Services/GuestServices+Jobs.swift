import DeviceEmulator

/// What the interpreter is to do, and how it ended.
extension GuestServices {
  /// How a job ended, as `Docs/device-calls.md` numbers it.
  private enum Report: Int {
    case done, raised, exited, names, interrupted
  }

  /// Tells how the last job ended, and waits for the next one.
  func nextJob(_ call: ServiceCall) throws -> GuestLink.Outcome {
    guard let console else { return try runScript(call) }
    if !call.arguments.isEmpty { try finish(call, on: console) }
    console.serve()
    return .world(
      GuestLink.World(isThere: { console.job != nil }, take: { [self] in begin(console.job!) }))
  }

  private func begin(_ job: (number: Int, work: Repl.Job)) -> Result<GuestValue, GuestException> {
    progress.job = job.number
    let words: [GuestValue] =
      switch job.work {
      case .file(let path): [.string("file"), .string(path)]
      case .statement(let text): [.string("single"), .bytes(text)]
      case .block(let text): [.string("exec"), .bytes(text)]
      case .complete(let text): [.string("complete"), .bytes(text)]
      }
    return .success(.tuple(words))
  }

  private func finish(_ call: ServiceCall, on console: ModuleConsole) throws(GuestException) {
    let number = progress.job
    progress.job = nil
    let text = try call.text(2)
    switch Report(rawValue: try call.int(0)) {
    case .done?: console.finish(number, .done)
    case .raised?: console.finish(number, .raised(text))
    case .exited?: console.finish(number, .exited)
    case .names?:
      console.finish(number, .names(text.split(separator: ASCII.lineFeed).map { Array($0) }))
    case .interrupted? where number == nil: console.finishInterrupted()
    case .interrupted?: console.finish(number, .raised(text))
    case nil: throw GuestException("ValueError", "no such report")
    }
  }

  /// Has the script run, and then waits until nothing can call it back.
  private func runScript(_ call: ServiceCall) throws(GuestException) -> GuestLink.Outcome {
    guard progress.isBegun else {
      progress.isBegun = true
      return .value(.tuple([.string("file"), .string(options.work.script ?? "")]))
    }
    let text = try call.text(2)
    if !text.isEmpty { print(text.last == ASCII.lineFeed ? text : text + [ASCII.lineFeed]) }
    switch Report(rawValue: try call.int(0)) {
    case .done?:
      progress.isDone = true
      return .wait(until: nil, then: .none)
    case .exited?, .interrupted?: return .end(.exited(Int32(truncatingIfNeeded: try call.int(1))))
    default: return .end(.exited(1))
    }
  }

  func endingWhenIdle(hasSleepers: Bool) -> GuestEnding? {
    progress.isDone && !hasSleepers && !device.hasEvent && !device.mayCallBack ? .exited(0) : nil
  }

  // MARK: The console

  /// Takes what was sent to the console; waits if nothing was.
  func readConsole(_ call: ServiceCall) throws(GuestException) -> GuestLink.Outcome {
    let count = min(max(try call.int(0), 1), 65536)
    guard let console else { return .value(.bytes([])) }
    return .world(
      GuestLink.World(
        isThere: { console.hasInput }, take: { .success(.bytes(console.read(upTo: count))) }))
  }

  /// Reads a line after a prompt.
  func readLine(_ call: ServiceCall) throws(GuestException) -> GuestLink.Outcome {
    let prompt = try call.string(0)
    guard let console else { throw GuestException("EOFError", "") }
    console.beginLine(prompt: Array(prompt.utf8))
    return .world(
      GuestLink.World(
        isThere: { console.hasLine },
        take: {
          switch console.takeLine() {
          case .line(let text)?: .success(.string(String(decoding: text, as: UTF8.self)))
          case .endOfFile?: .failure(GuestException("EOFError", ""))
          case .interrupted?, nil: .failure(GuestException("KeyboardInterrupt", ""))
          }
        }))
  }
}
