import CLinux
import Glibc

/// The connection to a guest: whole frames in, whole frames out.
struct GuestChannel {
  private let socket: StreamSocket
  /// What has been read and not used yet; most frames come whole, in one read.
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var end = 0

  init(_ socket: StreamSocket) { self.socket = socket }

  /// Waits for the next frame; nil once the other side is gone.
  mutating func read() throws(MalformedFrame) -> [UInt8]? {
    guard fill(4) else { return nil }
    let length = (0..<4).reduce(0) { $0 | Int(buffer[$1]) << (8 * $1) }
    guard (WireReader.headerSize...WireReader.frameLimit).contains(length) else {
      throw MalformedFrame(
        "it has \(length) bytes, and a frame has \(WireReader.headerSize) to \(WireReader.frameLimit)"
      )
    }
    guard fill(length) else { return nil }
    let frame = Array(buffer[..<length])
    if end > length {  // Seldom: the guest waits for the answer to each.
      let rest = Array(buffer[length..<end])
      buffer.replaceSubrange(..<rest.count, with: rest)
    }
    end -= length
    return frame
  }

  /// Sends a frame; false if the other side is gone.
  func write(_ frame: borrowing [UInt8]) -> Bool { socket.write(frame.span) }

  /// Reads until `count` bytes wait; false at the end.
  private mutating func fill(_ count: Int) -> Bool {
    if count > buffer.count {
      buffer.append(contentsOf: repeatElement(0, count: count - buffer.count))
    }
    while end < count {
      let (socket, used) = (socket, end)
      var span = buffer.mutableSpan
      var room = span._mutatingExtracting(used...)
      let read = socket.read(into: &room)
      guard read > 0 else { return false }
      end += read
    }
    return true
  }
}
