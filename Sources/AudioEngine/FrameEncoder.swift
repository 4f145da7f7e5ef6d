/// Turns 20 ms of mono frames at a time into bytes, and knows what stands before them in a file.
protocol FrameEncoder: AnyObject {
  /// Frames per second it takes.
  var frameRate: Int { get }

  /// The most bytes that 20 ms can become.
  var byteCapacity: Int { get }

  /// What stands in a file before the audio of so many times 20 ms.
  func header(frameCount: Int) -> [UInt8]

  /// Encodes exactly 20 ms.
  ///
  /// - Returns: How many bytes were stored at the start of `bytes`.
  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int
}

/// WAV with 16-bit PCM.
final class WAVEncoder: FrameEncoder {
  let frameRate: Int
  let byteCapacity: Int
  private let policy: WAVHeaderPolicy

  init(frameRate: Int, policy: WAVHeaderPolicy) {
    self.frameRate = frameRate
    self.policy = policy
    byteCapacity = frameRate / 50 * 2
  }

  func header(frameCount: Int) -> [UInt8] {
    let told = policy == .plannedSizes ? frameCount : 0
    return WAVHeader.bytes(frameRate: frameRate, audioByteCount: told * byteCapacity)
  }

  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) -> Int {
    WAVHeader.store(frames, into: &bytes)
    return 2 * frames.count
  }
}

/// What a WAV header says of the size while and after its file is written.
public enum WAVHeaderPolicy: Equatable, Sendable {
  /// From the first byte on those of a recording that runs to its limit. One that ends before has its
  /// header written again at the end, if there is room: a file system on flash copies the whole file
  /// to change its start. Readers take a file that is shorter than its header says as far as it goes.
  case plannedSizes
  /// A RIFF size of 36 and a data size of 0 for ever, as a real EC600S of 2021 leaves them.
  case unfinishedSizes
}

/// The 44-byte header of a mono 16-bit WAV file.
enum WAVHeader {
  static let byteCount = 44
  /// The most audio bytes: many readers take the sizes for signed, so a file ends at 2 GiB.
  static let audioByteLimit = Int(Int32.max) - byteCount

  static func bytes(frameRate: Int, audioByteCount: Int) -> [UInt8] {
    func number(_ value: Int, _ byteCount: Int = 4) -> [UInt8] {
      (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let format = [(1, 2), (1, 2), (frameRate, 4), (2 * frameRate, 4), (2, 2), (16, 2)]
    return Array("RIFF".utf8) + number(audioByteCount + byteCount - 8) + Array("WAVEfmt ".utf8)
      + number(16) + format.flatMap { number($0.0, $0.1) }
      + Array("data".utf8) + number(audioByteCount)
  }

  /// Stores samples in little-endian order.
  static func store(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) {
    for index in frames.indices {
      bytes[2 * index] = UInt8(truncatingIfNeeded: frames[index])
      bytes[2 * index + 1] = UInt8(truncatingIfNeeded: frames[index] >> 8)
    }
  }

  /// Stores the first `count` samples.
  static func store(_ frames: [Int16], count: Int, into bytes: inout [UInt8]) {
    var target = bytes.mutableSpan
    store(frames.span.extracting(0..<count), into: &target)
  }
}
