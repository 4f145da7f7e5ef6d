/// The frames of the device-call protocol on one connection: see `Docs/device-calls.md`.
///
/// A frame is three 32-bit little-endian numbers (the head's length, the payload's length, flags),
/// then the head as JSON, then the payload as it is.
struct FrameChannel {
  struct Frame {
    let head: [UInt8]
    let payload: [UInt8]
  }

  /// What cannot be a frame.
  struct Malformed: Error {
    let message: String
  }

  static let headerSize = 12
  static let headLimit = 64 << 10
  static let payloadLimit = 1 << 20
  /// The flag of an answer that is an exception.
  static let raises: UInt32 = 1

  private let socket: StreamSocket
  /// What has been read and not used yet; most frames come whole, in one read.
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var start = 0
  private var end = 0

  init(_ socket: StreamSocket) { self.socket = socket }

  /// Waits for the next frame; nil once the other side is gone.
  mutating func read() throws(Malformed) -> Frame? {
    guard fill(Self.headerSize) else { return nil }
    let headLength = Int(number(at: 0))
    let payloadLength = Int(number(at: 4))
    let flags = number(at: 8)
    guard headLength <= Self.headLimit, payloadLength <= Self.payloadLimit, flags == 0 else {
      throw Malformed(
        message:
          "a frame of \(headLength) + \(payloadLength) bytes with flags \(flags); the limits "
          + "are \(Self.headLimit) + \(Self.payloadLimit), and a request has no flags")
    }
    start += Self.headerSize
    guard fill(headLength + payloadLength) else { return nil }
    let head = Array(buffer[start..<start + headLength])
    let payload = Array(buffer[start + headLength..<start + headLength + payloadLength])
    start += headLength + payloadLength
    return Frame(head: head, payload: payload)
  }

  /// Sends a frame; false if the other side is gone.
  func write(head: [UInt8], payload: [UInt8], flags: UInt32) -> Bool {
    var frame: [UInt8] = []
    frame.reserveCapacity(Self.headerSize + head.count + payload.count)
    for number in [UInt32(head.count), UInt32(payload.count), flags] {
      for shift in [0, 8, 16, 24] { frame.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    frame += head
    frame += payload
    return socket.write(frame.span)
  }

  /// Reads until `count` bytes wait; false at the end.
  private mutating func fill(_ count: Int) -> Bool {
    if start == end { (start, end) = (0, 0) }
    if start + count > buffer.count {
      buffer.removeSubrange(..<start)
      (start, end) = (0, end - start)
      buffer.append(contentsOf: repeatElement(0, count: max(count, 4096) - buffer.count + 4096))
    }
    while end - start < count {
      let (socket, used) = (socket, end)
      var span = buffer.mutableSpan
      var room = span._mutatingExtracting(used...)
      let read = socket.read(into: &room)
      guard read > 0 else { return false }
      end += read
    }
    return true
  }

  private func number(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(buffer[start + offset + $1]) << (8 * $1) }
  }
}
