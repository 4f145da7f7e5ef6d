import EmulatedTime
import Glibc

/// What ends a command before its time: Ctrl-C, the polite ways of ending a process, and `--timeout`.
///
/// Whoever has something to save sets a handler, which has a command end soon with what is there. What is
/// not over a moment later, or waits when nobody has set a handler, is left as it is, and so it is when
/// another signal comes.
final class EarlyEnd: Sendable {
  /// Why a command ends early.
  enum Cause: Equatable {
    case signal(Int32)
    case timeout(Duration)

    /// As a shell tells of signals, and as timeout(1) has it.
    var code: ExitCode {
      switch self {
      case .signal(let number): ExitCode(128 + number)
      case .timeout: .timeout
      }
    }
  }

  private struct State {
    var handler: (@Sendable (Cause) -> Void)?
    var cause: Cause?
    var isOver = false
  }

  /// How long a command may take to end with what is there: a script's two seconds to react to
  /// Ctrl-C, and one to save.
  private static let patience = Duration.seconds(3)

  private let state = Monitor(State())
  private let leave: @Sendable (Cause) -> Void

  /// - Parameter leave: Leaves the command as it is, whatever it waits for.
  init(leave: @escaping @Sendable (Cause) -> Void = { _ in }) { self.leave = leave }

  /// Why the command is to end, once it is.
  var cause: Cause? { state.withLock { $0.cause } }

  var hasCome: Bool { cause != nil }

  /// Has `handler` called, once, on a thread of its own; at once if the end has come already.
  func handle(_ handler: @escaping @Sendable (Cause) -> Void) {
    let cause = state.withLock { state in
      state.handler = handler
      return state.cause
    }
    if let cause { handler(cause) }
  }

  /// From now on nothing ends the command early any more.
  func end() {
    state.withLock(thenNotify: true) { state in
      state.isOver = true
      // What the handler uses may be gone soon.
      state.handler = nil
    }
  }

  // MARK: Time

  /// Has the command end after so long.
  func limit(to time: Duration) {
    let due = ContinuousClock.now + time
    HostThread.start { [self] in
      guard !isOver(by: due), begin(.timeout(time)) else { return }
      if !isOver(by: .now + Self.patience) { leave(.timeout(time)) }
    }
  }

  /// Waits for the command's end, at the latest until an instant; whether it has come.
  private func isOver(by due: ContinuousClock.Instant) -> Bool {
    state.wait { state in
      if state.isOver { return .done(true) }
      return ContinuousClock.now >= due ? .done(false) : .waiting(until: due)
    }
  }

  /// Has the command end; false if it does already.
  private func begin(_ cause: Cause) -> Bool {
    let (isFirst, handler) = state.withLock(thenNotify: true) { state in
      let isFirst = state.cause == nil && !state.isOver
      if isFirst { state.cause = cause }
      return (isFirst, state.handler)
    }
    guard isFirst else { return false }
    guard let handler else {
      leave(cause)
      return true
    }
    handler(cause)
    return true
  }

  // MARK: Signals

  /// Has signals end the command.
  ///
  /// To be called before there is any other thread: one that does not block the signals would be given
  /// them, and the process would end.
  func catchSignals() {
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    HostThread.start { [self, set] in
      var set = set
      while true {
        var signal: Int32 = 0
        guard unsafe sigwait(&set, &signal) == 0 else { continue }
        take(.signal(signal))
      }
    }
  }

  /// Ends the command by a signal, at once if it is the second.
  private func take(_ cause: Cause) {
    if hasCome { return leave(cause) }
    HostThread.start { [self] in
      if begin(cause), !isOver(by: .now + Self.patience) { leave(cause) }
    }
  }

  /// Whether whoever started this process wants the signal to pass it by, as nohup does.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
