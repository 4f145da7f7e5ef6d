import EmulatedTime
import Glibc

/// The other end of a line: a program that has opened the serial device of a module, real or emulated, at
/// 115200 bit/s, 8N1, without flow control.
package final class SerialClient {
  package let path: String
  private let device: Descriptor
  /// What was read beyond what somebody asked for.
  private var ahead: [UInt8] = []

  /// - Parameter path: The device, such as `/dev/ttyUSB0`.
  package init(_ path: String) throws(SerialLineError) {
    self.path = path
    let number = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else { throw Self.refusal(of: path, errno) }
    device = Descriptor(unwaiting: number)
    guard isatty(number) == 1 else {
      close(number)
      throw SerialLineError("\(path) is no serial device; name one such as /dev/ttyUSB0")
    }
    // The lock that other programs for serial ports take as well.
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      close(number)
      throw Self.refusal(of: path, EBUSY)
    }
    makeRaw(number)
  }

  deinit { close(device.number) }

  private static func refusal(of path: String, _ reason: Int32) -> SerialLineError {
    switch reason {
    case ENOENT, ENODEV, ENXIO: SerialLineError("there is no serial device \(path)")
    case EACCES, EPERM:
      SerialLineError("this user may not open \(path); on many hosts the group dialout may")
    case EBUSY: SerialLineError("another program has \(path) open")
    default:
      SerialLineError("cannot open \(path): \(unsafe String(cString: strerror(reason)))")
    }
  }

  /// Writes all bytes.
  package func write(_ bytes: [UInt8]) throws(SerialLineError) {
    guard device.writeAll(bytes, patience: .seconds(10)) else {
      throw SerialLineError("\(path) takes no bytes; is the module still there?")
    }
  }

  /// Reads up to and with `ending`; what follows is read next.
  ///
  /// - Returns: What came; without the ending if that did not come in time.
  package func read(
    until ending: [UInt8], timeout: Duration
  ) throws(SerialLineError) -> (bytes: [UInt8], isComplete: Bool) {
    let due = ContinuousClock.now + timeout
    while true {
      if let end = ahead.firstRange(of: ending)?.upperBound {
        defer { ahead.removeFirst(end) }
        return (Array(ahead[..<end]), true)
      }
      guard try receive(until: due) else {
        defer { ahead = [] }
        return (ahead, false)
      }
    }
  }

  /// Takes what comes next; false if nothing does in time.
  private func receive(until due: ContinuousClock.Instant) throws(SerialLineError) -> Bool {
    while true {
      switch device.read() {
      case .done(let bytes):
        ahead += bytes
        return true
      case .ended: throw SerialLineError("\(path) is gone; is the module still there?")
      case .wouldWait:
        let left = due - .now
        guard left > .zero, device.awaitReadiness(POLLIN, for: left) else { return false }
      }
    }
  }

  /// Drops what has come, until nothing comes for a moment.
  package func drain() throws(SerialLineError) {
    ahead = []
    while try receive(until: .now + .milliseconds(50)) { ahead = [] }
  }
}
