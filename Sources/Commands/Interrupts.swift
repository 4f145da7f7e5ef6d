import EmulatedTime
import Glibc

/// Ctrl-C and the polite ways of ending a process, as a call on a thread of its own.
final class Interrupts {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private let isOver = Monitor(false)

  /// From now on until ``end()``, each such signal calls `handler`.
  init(_ handler: @escaping @Sendable () -> Void) {
    // Blocked in every thread, so that the one below can wait for them.
    var set = Self.signalSet
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    HostThread.start { [isOver] in
      var set = Self.signalSet
      var pause = timespec(tv_sec: 0, tv_nsec: 100_000_000)
      while !isOver.withLock({ $0 }) {
        if unsafe sigtimedwait(&set, nil, &pause) > 0 { handler() }
      }
    }
  }

  func end() {
    isOver.withLock { $0 = true }
    var set = Self.signalSet
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static var signalSet: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }
}
