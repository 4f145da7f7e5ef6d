import Glibc

/// A descriptor of the host that does not wait.
struct Descriptor: Sendable {
  let number: Int32
  /// Whether writing to one whose reader has gone would be a signal to the process.
  private let isSocket: Bool

  /// - Parameter number: Is told not to wait from now on.
  init(unwaiting number: Int32, isSocket: Bool = false) {
    (self.number, self.isSocket) = (number, isSocket)
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  /// How a read or write went.
  enum Outcome<Value> {
    case done(Value)
    case wouldWait
    /// The other side is gone.
    case ended
  }

  /// Takes what is there.
  func read(upTo count: Int = 4096) -> Outcome<[UInt8]> {
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let read = unsafe Glibc.read(number, &bytes, count)
      if read < 0 && errno == EINTR { continue }
      if read < 0 && errno == EAGAIN { return .wouldWait }
      guard read > 0 else { return .ended }
      bytes.removeLast(count - read)
      return .done(bytes)
    }
  }

  /// Writes what there is room for; gives how many bytes that was.
  func write(_ bytes: ArraySlice<UInt8>) -> Outcome<Int> {
    while true {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe isSocket
          ? Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          : Glibc.write(number, $0.baseAddress, $0.count)
      }
      if written >= 0 { return .done(written) }
      if errno == EAGAIN { return .wouldWait }
      if errno != EINTR { return .ended }
    }
  }

  /// Writes all of it, waiting for room, each time at most so long; what there is no room for is left out.
  /// False if anything was.
  func writeAll(_ bytes: [UInt8], patience: Duration) -> Bool {
    var left = bytes[...]
    while !left.isEmpty {
      switch write(left) {
      case .done(let count): left = left.dropFirst(count)
      case .wouldWait: guard awaitReadiness(POLLOUT, for: patience) else { return false }
      case .ended: return false
      }
    }
    return true
  }

  /// Waits until it can be written to, or read; false if it takes longer.
  func awaitReadiness(_ events: Int32, for time: Duration) -> Bool {
    readiness(events, for: time) & events != 0
  }

  /// What `poll` says of it, at the latest after some time.
  func readiness(_ events: Int32 = POLLIN, for time: Duration) -> Int32 {
    var wanted = pollfd(fd: number, events: Int16(events), revents: 0)
    let milliseconds = Int32(time / .milliseconds(1))
    return unsafe poll(&wanted, 1, milliseconds) > 0 ? Int32(wanted.revents) : 0
  }
}

/// The host's word for the last error.
var hostReason: String { unsafe String(cString: strerror(errno)) }
