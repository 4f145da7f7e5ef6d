/// The frames of the device-call protocol on one connection: see `Docs/device-calls.md`.
///
/// A frame is three 32-bit little-endian numbers (the head's length, the payload's length, the kind),
/// then the head as JSON, then the payload as it is.
struct FrameChannel {
  struct Frame {
    let head: [UInt8]
    let payload: [UInt8]
  }

  /// What an answer is.
  enum Kind: UInt32 {
    /// A value, in the head.
    case value = 0
    /// An exception: its class and its text, in the head.
    case exception = 1
    /// A number from 0 to 2³²−1, in place of the head's length.
    case number = 2
    /// None.
    case nothing = 3
  }

  /// What cannot be a frame.
  struct Malformed: Error {
    let message: String
  }

  static let headerSize = 12
  static let headLimit = 64 << 10
  static let payloadLimit = 1 << 20

  private let socket: StreamSocket
  /// What has been read and not used yet; most frames come whole, in one read.
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var start = 0
  private var end = 0
  private var out: [UInt8] = []

  init(_ socket: StreamSocket) { self.socket = socket }

  /// Waits for the next frame; nil once the other side is gone.
  mutating func read() throws(Malformed) -> Frame? {
    guard fill(Self.headerSize) else { return nil }
    let headLength = Int(number(at: 0))
    let payloadLength = Int(number(at: 4))
    let kind = number(at: 8)
    guard headLength <= Self.headLimit, payloadLength <= Self.payloadLimit, kind == 0 else {
      throw Malformed(
        message:
          "a frame of \(headLength) + \(payloadLength) bytes of kind \(kind); the limits are "
          + "\(Self.headLimit) + \(Self.payloadLimit), and a request is of kind 0")
    }
    start += Self.headerSize
    guard fill(headLength + payloadLength) else { return nil }
    let head = Array(buffer[start..<start + headLength])
    let payload = Array(buffer[start + headLength..<start + headLength + payloadLength])
    start += headLength + payloadLength
    return Frame(head: head, payload: payload)
  }

  /// Sends an answer of two lengths and what they measure; false if the other side is gone.
  mutating func write(_ kind: Kind, head: [UInt8], payload: [UInt8]) -> Bool {
    write(kind, UInt32(head.count), UInt32(payload.count), head, payload)
  }

  /// Sends an answer that is a mere number; false if the other side is gone.
  mutating func write(number: UInt32) -> Bool { write(.number, number, 0) }

  /// Sends the answer None; false if the other side is gone.
  mutating func writeNothing() -> Bool { write(.nothing, 0, 0) }

  private mutating func write(
    _ kind: Kind, _ first: UInt32, _ second: UInt32, _ head: [UInt8] = [], _ payload: [UInt8] = []
  ) -> Bool {
    out.removeAll(keepingCapacity: out.capacity <= 65536)
    out.reserveCapacity(Self.headerSize + head.count + payload.count)
    for number in [first, second, kind.rawValue] {
      for shift in [0, 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    out += head
    out += payload
    return socket.write(out.span)
  }

  /// Reads until `count` bytes wait; false at the end.
  private mutating func fill(_ count: Int) -> Bool {
    if start == end { (start, end) = (0, 0) }
    if start + count > buffer.count {
      buffer.removeSubrange(..<start)
      (start, end) = (0, end - start)
      buffer.append(contentsOf: repeatElement(0, count: max(count + 4096 - buffer.count, 0)))
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
    let at = start + offset
    return UInt32(buffer[at]) | UInt32(buffer[at + 1]) << 8 | UInt32(buffer[at + 2]) << 16
      | UInt32(buffer[at + 3]) << 24
  }
}
