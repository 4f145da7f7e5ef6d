import CLinux
import Glibc

/// The host refused something the runtime needs of it.
package struct HostError: Error, Equatable, Sendable {
  /// What was tried, and the host's word for why it failed.
  package let message: String

  package init(_ tried: String, code: Int32 = Glibc.errno) {
    message = unsafe "\(tried): \(String(cString: strerror(code)))"
  }
}

/// One end of a connection. Closed when the last reference goes.
final class StreamSocket: Sendable {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Two ends that belong together, which children do not inherit.
  static func pair() throws(HostError) -> (StreamSocket, StreamSocket) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw HostError("cannot make a pair of sockets")
    }
    return (StreamSocket(ends[0]), StreamSocket(ends[1]))
  }

  /// Waits until something has come, or the other side is gone; false if the time is over before, or `isOver` says so.
  func awaitInput(for time: Duration, unless isOver: () -> Bool) -> Bool {
    let due = ContinuousClock.now + time
    while ContinuousClock.now < due, !isOver() {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&wanted, 1, 100) > 0 { return true }
    }
    return false
  }

  /// Reads what has come, at most as much as `buffer` has room for; 0 at the end.
  func read(into buffer: inout MutableSpan<UInt8>) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 { return count }
      if Glibc.errno != EINTR { return 0 }
    }
  }

  /// Writes all of `bytes`; false if the other side is gone.
  func write(_ bytes: Span<UInt8>) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && Glibc.errno != EINTR { return false }
      done += max(count, 0)
    }
    return true
  }
}
