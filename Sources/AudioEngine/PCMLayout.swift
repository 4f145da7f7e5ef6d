/// How one sample of one channel is stored; all are little endian.
enum SampleCoding: Equatable {
  case unsigned8, signed16, signed24, signed32, float32, float64

  var byteWidth: Int {
    switch self {
    case .unsigned8: 1
    case .signed16: 2
    case .signed24: 3
    case .signed32, .float32: 4
    case .float64: 8
    }
  }

  /// The sample at `offset`, on a scale where full level is 2^31.
  @inline(__always)
  func sample(_ bytes: Span<UInt8>, at offset: Int) -> Int64 {
    switch self {
    case .unsigned8:
      Int64(Int(bytes[offset]) - 128) << 24
    case .signed16:
      Int64(Int16(truncatingIfNeeded: word(bytes, at: offset, byteCount: 2))) << 16
    case .signed24:
      Int64(Int32(truncatingIfNeeded: word(bytes, at: offset, byteCount: 3) << 8))
    case .signed32:
      Int64(Int32(truncatingIfNeeded: word(bytes, at: offset, byteCount: 4)))
    case .float32:
      scaled(
        Double(
          Float(
            bitPattern: UInt32(truncatingIfNeeded: word(bytes, at: offset, byteCount: 4)))))
    case .float64:
      scaled(Double(bitPattern: word(bytes, at: offset, byteCount: 8)))
    }
  }

  @inline(__always)
  private func word(_ bytes: Span<UInt8>, at offset: Int, byteCount: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<byteCount { word |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return word
  }

  /// What is no number is silence; what is too loud is full level.
  private func scaled(_ value: Double) -> Int64 {
    value.isNaN ? 0 : Int64((max(-1, min(1, value)) * 2_147_483_648).rounded())
  }
}

/// Where the frames of a PCM file stand and how they are stored.
struct PCMLayout: Equatable {
  var frameRate: Int
  var channelCount: Int
  var coding: SampleCoding
  /// Where the first frame begins.
  var dataOffset: Int
  /// Whole frames behind it.
  var frameCount: Int

  var bytesPerFrame: Int { channelCount * coding.byteWidth }

  /// For a report, such as `44100 Hz, 2 channels, signed16`.
  var description: String {
    "\(frameRate) Hz, \(channelCount) channel\(channelCount == 1 ? "" : "s"), \(coding)"
  }

  /// Decodes the first `count` frames of `bytes` to mono: the channels' average, rounded.
  func decode(
    _ bytes: Span<UInt8>, count: Int, into frames: inout MutableSpan<Int16>, at start: Int
  ) {
    let scale = Int64(channelCount) << 16
    var offset = 0
    for index in start..<start + count {
      var sum = scale / 2
      for _ in 0..<channelCount {
        sum += coding.sample(bytes, at: offset)
        offset += coding.byteWidth
      }
      let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: scale)
      frames[index] = Int16(clamping: remainder < 0 ? quotient - 1 : quotient)
    }
  }
}
