import AudioEngine
import DeviceEmulator

/// The ring that `stream_read` reads from.
final class RingSink: ByteSink {
  /// As the firmware layer has it.
  static let capacity = 10240

  private var ring = FrameRing(capacity: capacity)

  var isEmpty: Bool { ring.byteCount == 0 }

  func read(upTo count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let read = ring.read(into: &span)
    bytes.removeLast(count - read)
    return bytes
  }

  /// What a person should know of it.
  var remarks: [String] {
    guard ring.droppedFrameCount > 0 else { return [] }
    return [
      "the script read too slowly: \(ring.droppedFrameCount) of the oldest frames "
        + "(\(ring.droppedByteCount) bytes) were lost"
    ]
  }

  func append(_ bytes: Span<UInt8>) { ring.append(bytes) }

  // A stream has no header to change, and nothing to sync or close.
  func sync() {}
  func close(replacingStart start: [UInt8]?) -> Bool { start == nil }
}
