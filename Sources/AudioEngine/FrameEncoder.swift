/// Turns 20 ms of mono frames at a time into bytes, and knows what stands before them in a file.
protocol FrameEncoder: AnyObject {
  /// Frames per second it takes.
  var frameRate: Int { get }

  /// The most bytes that 20 ms can become.
  var byteCapacity: Int { get }

  /// What stands before the audio; at first, for no audio.
  var header: [UInt8] { get }

  /// Makes the header tell of so many bytes of audio.
  ///
  /// - Returns: Whether the header speaks of sizes at all, and so must be written again.
  func setHeader(audioByteCount: Int) -> Bool

  /// Encodes exactly 20 ms.
  ///
  /// - Returns: How many bytes were stored at the start of `bytes`.
  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int
}

/// WAV with 16-bit PCM.
final class WAVEncoder: FrameEncoder {
  let frameRate: Int
  let byteCapacity: Int
  private(set) var header: [UInt8]
  private let policy: WAVHeaderPolicy

  init(frameRate: Int, policy: WAVHeaderPolicy) {
    self.frameRate = frameRate
    self.policy = policy
    byteCapacity = frameRate / 50 * 2
    header = WAVHeader.bytes(frameRate: frameRate)
  }

  func setHeader(audioByteCount: Int) -> Bool {
    guard policy == .correctSizes else { return false }
    WAVHeader.setSizes(in: &header, audioByteCount: audioByteCount)
    return true
  }

  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) -> Int {
    WAVHeader.store(frames, into: &bytes)
    return 2 * frames.count
  }
}

/// What a WAV header says of the size while and after its file is written.
public enum WAVHeaderPolicy: Equatable, Sendable {
  /// True sizes from the first byte on, brought up to date with each sync and at the end.
  case correctSizes
  /// A RIFF size of 36 and a data size of 0 for ever, as a real EC600S of 2021 leaves them.
  case unfinishedSizes
}

/// The 44-byte header of a mono 16-bit WAV file.
enum WAVHeader {
  static let byteCount = 44
  /// The most audio bytes: many readers take the sizes for signed, so a file ends at 2 GiB.
  static let audioByteLimit = Int(Int32.max) - byteCount

  /// A header for no audio yet.
  static func bytes(frameRate: Int) -> [UInt8] {
    var header = Array("RIFF....WAVEfmt ".utf8)
    for (value, byteCount) in [
      (16, 4), (1, 2), (1, 2), (frameRate, 4), (2 * frameRate, 4), (2, 2), (16, 2),
    ] {
      for index in 0..<byteCount { header.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
    header += Array("data....".utf8)
    setSizes(in: &header, audioByteCount: 0)
    return header
  }

  static func setSizes(in header: inout [UInt8], audioByteCount: Int) {
    for index in 0..<4 {
      header[4 + index] = UInt8(truncatingIfNeeded: (audioByteCount + 36) >> (8 * index))
      header[40 + index] = UInt8(truncatingIfNeeded: audioByteCount >> (8 * index))
    }
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
