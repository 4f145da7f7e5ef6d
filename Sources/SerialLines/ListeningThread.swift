import CLinux
import EmulatedTime
import Glibc

/// The thread that listens on a line, until it is told to end.
final class ListeningThread: Sendable {
  /// What tells it to end: can be read from then on.
  private let ending: Descriptor
  private let writingEnd: Int32
  private let isRunning = Monitor(false)

  init() throws(SerialLineError) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else {
      throw SerialLineError("cannot make a pipe: \(hostReason)")
    }
    (ending, writingEnd) = (Descriptor(unwaiting: ends[0]), ends[1])
  }

  deinit {
    close(ending.number)
    close(writingEnd)
  }

  /// Starts it; `listen` is to return once it is to end.
  func start(_ listen: @escaping @Sendable () -> Void) {
    isRunning.withLock { $0 = true }
    HostThread.start { [isRunning] in
      listen()
      isRunning.withLock(thenNotify: true) { $0 = false }
    }
  }

  /// Whether it is to end.
  var isToEnd: Bool { ending.readiness(for: .zero) & POLLIN != 0 }

  /// Waits until one of some descriptors can be read, or it is to end; whether it is not.
  func awaitInput(of descriptors: [Descriptor]) -> Bool {
    var wanted = (descriptors + [ending]).map {
      pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0)
    }
    while unsafe poll(&wanted, nfds_t(wanted.count), -1) < 0 && errno == EINTR {}
    return !isToEnd
  }

  /// Has it end, and waits for that.
  func end() {
    unsafe _ = write(writingEnd, "x", 1)
    isRunning.wait { $0 ? .waiting(until: nil) : .done(()) }
  }
}
