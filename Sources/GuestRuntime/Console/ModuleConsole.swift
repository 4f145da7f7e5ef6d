import EmulatedTime

/// The module's console: what its serial port is connected to. It outlives the interpreter, which a reset
/// starts anew.
///
/// Three locks: `interrupting` is held while Ctrl-C is sent, so that it is for the job that runs and not for
/// the next; `output` while something is shown, so that all is shown in its order; `state` for moments
/// only, so that Ctrl-C gets through while a slow client has the output wait. They are taken in this order.
package final class ModuleConsole: Sendable {
  /// What the console does to the interpreter that runs.
  struct Guest: Sendable {
    /// Whether a call-back runs.
    let runsCallback: @Sendable () -> Bool
    /// Sends Ctrl-C.
    let interrupt: @Sendable () -> Void
    /// There may be something for who waits for the console.
    let wake: @Sendable () -> Void
    /// Has the run end so.
    let end: @Sendable (GuestEnding) -> Void
  }

  /// What a job ends with that was interrupted before it began.
  private static let interruption = Array(
    "Traceback (most recent call last):\nKeyboardInterrupt: \n".utf8)

  private let interrupting = Monitor(())
  private let state: Monitor<State>
  private let output = Monitor(())
  private let send: @Sendable ([UInt8]) -> Void

  /// - Parameters:
  ///   - banner: What the friendly prompt begins with.
  ///   - codeLimit: How many bytes of code may be sent at once.
  ///   - send: Passes bytes on to the port. Called from several threads, one at a time.
  package init(
    banner: String, codeLimit: Int, send: @escaping @Sendable ([UInt8]) -> Void
  ) {
    state = Monitor(State(repl: Repl(banner: banner, codeLimit: codeLimit)))
    self.send = send
  }

  // MARK: The port's side

  /// Takes what was sent to the port.
  package func receive(_ bytes: [UInt8]) {
    let bytes = interruptIfAsked(bytes)
    // A script that prints on and on keeps the output busy: what is for it does not wait for that, or
    // a Ctrl-C behind it would not be seen.
    let reader = state.withLock { state -> Guest? in
      guard !state.repl.listens, let guest = state.guest else { return nil }
      state.take(bytes)
      return guest
    }
    if let reader { reader.wake() } else { act { $0.take(bytes) } }
  }

  /// Nothing more will be sent: the module is switched off once the prompt of an interpreter has had all of it.
  package func endInput() { act { $0.isInputOver = true } }

  /// Ctrl-C goes before all that was sent and not read yet, which is dropped; gives the rest.
  private func interruptIfAsked(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    // The interpreter's side asks the console with locks of its own held: nothing is asked of it in here.
    guard let guest = state.withLock({ $0.guest }) else { return bytes[...] }
    let runsCallback = guest.runsCallback()
    let (rest, isTooEarly) = interrupting.withLock { _ in
      let (rest, isTooEarly) = state.withLock { state in
        let rest = state.takeInterrupt(bytes, runsCallback: runsCallback)
        return (rest, !state.isServed && state.beginFinish(nil))
      }
      if rest != nil && !isTooEarly { guest.interrupt() }
      return (rest, isTooEarly)
    }
    if isTooEarly { show(.raised(Self.interruption)) }
    return rest ?? bytes[...]
  }

  /// Changes the state, lets the prompt have what it is waiting for, and shows and does what follows.
  private func act(_ change: (inout State) -> Void) {
    let guest = output.withLock { _ -> Guest? in
      let (shown, guest) = state.withLock { state in
        change(&state)
        state.listen()
        return (state.repl.takeOutput(), state.guest)
      }
      if !shown.isEmpty { send(shown) }
      return guest
    }
    guard let guest else { return }
    if let ending = state.withLock({ $0.ending }) { guest.end(ending) } else { guest.wake() }
  }

  // MARK: The interpreter's side

  /// An interpreter has been started.
  ///
  /// - Parameter main: The file that the friendly prompt begins with; nil if there is none.
  func attach(_ guest: Guest, main: String?) {
    act { state in
      state.guest = guest
      state.interruptByte = ASCII.ctrlC
      (state.isServed, state.isFinishing, state.isInterrupted) = (false, false, false)
      state.repl.start(main: main)
    }
  }

  /// The interpreter is gone.
  func detach() { state.withLock { $0.guest = nil } }

  /// The module was restarted: the next interpreter begins with the friendly prompt.
  package func restart() {
    act { state in
      state.repl.restart()
      state.input = []
    }
  }

  /// Shows a line that is not the script's.
  package func say(_ line: String) {
    output.withLock { _ in send(Array("\r\n\(line)\r\n".utf8)) }
  }

  /// Shows what a script prints.
  func print(_ text: [UInt8]) { write(text.withCarriageReturns) }

  /// Shows bytes as they are.
  func write(_ bytes: [UInt8]) { output.withLock { _ in send(bytes) } }

  /// A job has ended.
  ///
  /// - Parameter number: The job's; nil for whichever Ctrl-C has been sent to.
  func finish(_ number: Int?, _ outcome: Repl.Outcome) {
    let ends = interrupting.withLock { _ in state.withLock { $0.beginFinish(number) } }
    if ends { show(outcome) }
  }

  /// The interpreter has seen Ctrl-C while it did not work on a job. If that was for a job before this one,
  /// the job goes on.
  func finishInterrupted() { finish(nil, .raised(Self.interruption)) }

  /// Shows how the job has ended, and goes on.
  private func show(_ outcome: Repl.Outcome) {
    act { state in
      state.interruptByte = ASCII.ctrlC
      state.repl.finish(outcome, isInterrupted: state.isInterrupted)
      (state.isFinishing, state.isInterrupted) = (false, false)
    }
  }

  /// The interpreter asks for jobs from now on.
  func serve() {
    if !state.withLock({ $0.isServed }) { act { $0.isServed = true } }
  }

  /// The job that the interpreter is to do, and its number.
  var job: (number: Int, work: Repl.Job)? {
    state.withLock { state in
      state.isFinishing ? nil : state.repl.job.map { (state.repl.jobCount, $0) }
    }
  }

  /// Sets the byte that interrupts a script, or has none do it.
  func setInterrupt(_ byte: UInt8?) { state.withLock { $0.interruptByte = byte } }

  /// Whether there is something to read, or never will be.
  var hasInput: Bool { state.withLock { !$0.input.isEmpty || $0.isInputOver } }

  /// Takes what was sent, at most so many bytes.
  func read(upTo count: Int) -> [UInt8] {
    state.withLock { state in
      defer { state.input.removeFirst(min(count, state.input.count)) }
      return Array(state.input.prefix(count))
    }
  }

  /// Begins to read a line for the script.
  func beginLine(prompt: [UInt8]) {
    act { $0.repl.read(prompt: prompt) }
  }

  var hasLine: Bool { state.withLock { $0.repl.lineRead != nil } }

  func takeLine() -> Repl.LineRead? { state.withLock { $0.repl.takeLineRead() } }
}
