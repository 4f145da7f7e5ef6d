/// Builds WAV files, right ones and wrong ones.
struct WAVFixture {
  enum Coding: CaseIterable {
    case unsigned8, signed16, signed24, signed32, float32, float64

    var tag: Int { self == .float32 || self == .float64 ? 3 : 1 }

    var byteWidth: Int {
      switch self {
      case .unsigned8: 1
      case .signed16: 2
      case .signed24: 3
      case .signed32, .float32: 4
      case .float64: 8
      }
    }

    /// One sample of a value within -1..<1.
    func bytes(_ value: Double) -> [UInt8] {
      switch self {
      case .unsigned8: littleEndian(Int((value * 128).rounded()) + 128, 1)
      case .float32: littleEndian(Int(Float(value).bitPattern), 4)
      case .float64: littleEndian(Int(bitPattern: UInt(value.bitPattern)), 8)
      default: littleEndian(Int((value * Double(1 << (8 * byteWidth - 1))).rounded()), byteWidth)
      }
    }
  }

  var coding = Coding.signed16
  var channelCount = 1
  var frameRate = 8000
  var isExtensible = false
  /// The size that the data chunk claims, if not the true one.
  var claimedSize: Int?
  /// Chunks before and after the data.
  var junk: [(name: String, size: Int)] = []
  /// The frames, one value for each channel.
  var frames: [[Double]] = []

  var bytes: [UInt8] {
    let width = coding.byteWidth
    var format = littleEndian(isExtensible ? 0xfffe : coding.tag, 2)
    format += littleEndian(channelCount, 2) + littleEndian(frameRate, 4)
    format += littleEndian(frameRate * channelCount * width, 4)
    format += littleEndian(channelCount * width, 2) + littleEndian(8 * width, 2)
    if isExtensible {
      format += littleEndian(22, 2) + littleEndian(8 * width, 2) + littleEndian(0, 4)
      format += littleEndian(coding.tag, 2)
      format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]
    }
    let extras = junk.flatMap { chunk($0.name, [UInt8](repeating: 0x64, count: $0.size)) }
    let data = frames.flatMap { $0.flatMap(coding.bytes) }
    let body = extras + chunk("fmt ", format) + extras + chunk("data", data, claiming: claimedSize)
    let trailer = claimedSize == nil ? extras : []
    return Array("RIFF".utf8) + littleEndian(4 + body.count + trailer.count, 4)
      + Array("WAVE".utf8) + body + trailer
  }

  private func chunk(_ name: String, _ content: [UInt8], claiming size: Int? = nil) -> [UInt8] {
    Array(name.utf8) + littleEndian(size ?? content.count, 4) + content
      + (content.count % 2 == 1 && size == nil ? [0] : [])
  }
}
