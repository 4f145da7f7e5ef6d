import EmulatedTime
import Glibc

/// Ctrl-C and the polite ways of ending a process, as a call on a thread of its own.
///
/// To be made before any other thread: one that does not block the signals would be given them, and
/// the process would end.
final class Interrupts {
  private struct State {
    var handler: (@Sendable () -> Void)?
    var hasCome = false
    var isOver = false
    /// The thread that waits, from when it does.
    var waiter: pthread_t?
  }

  private let state = Monitor(State())
  private let signals = [SIGINT, SIGTERM, SIGHUP].filter { !Interrupts.isIgnored($0) }

  /// From now on until ``end()``, such signals do nothing but call the handler.
  init() {
    var set = Self.set(of: signals)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    HostThread.start { [state, signals] in
      var set = Self.set(of: signals)
      var signal: Int32 = 0
      state.withLock { $0.waiter = pthread_self() }
      while !state.withLock({ $0.isOver }) {
        guard unsafe sigwait(&set, &signal) == 0 else { continue }
        let handler = state.withLock { state in
          state.hasCome = true
          return state.isOver ? nil : state.handler
        }
        handler?()
      }
    }
  }

  /// Has each signal call `handler`, also one that has come already.
  func handle(_ handler: @escaping @Sendable () -> Void) {
    let hasCome = state.withLock { state in
      state.handler = handler
      return state.hasCome
    }
    if hasCome { handler() }
  }

  func end() {
    state.withLock { state in
      state.isOver = true
      // The thread may end later, and must not hold on to what the handler uses.
      state.handler = nil
      // The waiter cannot end before this has let go of the state.
      if let waiter = state.waiter, let signal = signals.last { pthread_kill(waiter, signal) }
    }
    var set = Self.set(of: signals)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }

  /// Whether whoever started this process wants the signal to pass it by, as nohup does.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
