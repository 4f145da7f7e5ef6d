extension PCMLayout {
  /// Finds the frames of a WAV file.
  ///
  /// Unfinished files are read as far as they go: a data size of 0, of 0xffffffff, or one beyond the
  /// end of the file means "to the end of the file", since a module that lost power, and some that
  /// did not, leave such headers.
  ///
  /// - Parameter name: What an error calls the file.
  /// - Throws: ``AudioError/unavailable(_:)`` naming what was found and what would be right.
  static func wav<Bytes: ByteReading & ~Copyable>(
    _ bytes: borrowing Bytes, name: String
  ) throws(AudioError) -> PCMLayout {
    var parser = WAVParser(name: name)
    return try parser.layout(of: bytes)
  }
}

/// Walks the chunks of a RIFF file, as Microsoft's "Multimedia Programming Interface 1.0" lays out.
private struct WAVParser {
  /// No honest file has so many chunks before its audio; walking on would only spend time.
  private static let chunkLimit = 4096
  /// Bytes 2...15 of the sub-format that marks an ordinary format tag in WAVE_FORMAT_EXTENSIBLE.
  private static let subformatTail: [UInt8] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71,
  ]
  let name: String
  private var format: (rate: Int, channelCount: Int, coding: SampleCoding)?

  init(name: String) { self.name = name }

  mutating func layout<Bytes: ByteReading & ~Copyable>(
    of bytes: borrowing Bytes
  ) throws(AudioError) -> PCMLayout {
    let start = try read(12, at: 0, of: bytes)
    guard start.count == 12, start[0..<4].elementsEqual("RIFF".utf8),
      start[8..<12].elementsEqual("WAVE".utf8)
    else {
      throw refusal("it begins with \(quoted(start)), not with RIFF, a size and WAVE")
    }
    var offset = 12
    for _ in 0..<Self.chunkLimit {
      let head = try read(8, at: offset, of: bytes)
      guard head.count == 8 else { break }
      let size = number(head, at: 4, byteCount: 4)
      let body = offset + 8
      if head[0..<4].elementsEqual("fmt ".utf8) {
        try readFormat(read(min(size, 40), at: body, of: bytes))
      } else if head[0..<4].elementsEqual("data".utf8) {
        return try layout(dataAt: body, size: size, byteCount: bytes.byteCount)
      }
      offset = body + size + size % 2
    }
    throw refusal(
      "its \(bytes.byteCount) bytes hold no data chunk"
        + (format == nil ? " and no format chunk" : ""))
  }

  private func layout(dataAt offset: Int, size: Int, byteCount: Int) throws(AudioError) -> PCMLayout
  {
    guard let format else { throw refusal("its data chunk comes before any format chunk") }
    let present = max(0, byteCount - offset)
    let open = size == 0 || size > present
    var layout = PCMLayout(
      frameRate: format.rate, channelCount: format.channelCount, coding: format.coding,
      dataOffset: offset, frameCount: 0)
    layout.frameCount = (open ? present : size) / layout.bytesPerFrame
    return layout
  }

  private mutating func readFormat(_ chunk: [UInt8]) throws(AudioError) {
    guard chunk.count >= 16 else {
      throw refusal("its format chunk has \(chunk.count) bytes and needs at least 16")
    }
    let channelCount = number(chunk, at: 2, byteCount: 2)
    let rate = number(chunk, at: 4, byteCount: 4)
    let frameByteCount = number(chunk, at: 12, byteCount: 2)
    let coding = try coding(of: chunk)
    guard channelCount > 0 else { throw refusal("it has no channels") }
    guard (1...192_000).contains(rate) else {
      throw refusal("its rate is \(rate) frames per second, and 1 to 192000 can be read")
    }
    guard frameByteCount == channelCount * coding.byteWidth else {
      throw refusal(
        "it says that a frame has \(frameByteCount) bytes, but \(channelCount) channels of "
          + "\(8 * coding.byteWidth) bits need \(channelCount * coding.byteWidth)")
    }
    format = (rate, channelCount, coding)
  }

  private func coding(of chunk: [UInt8]) throws(AudioError) -> SampleCoding {
    let bits = number(chunk, at: 14, byteCount: 2)
    var tag = number(chunk, at: 0, byteCount: 2)
    if tag == 0xfffe, chunk.count == 40, chunk[26..<40].elementsEqual(Self.subformatTail) {
      tag = number(chunk, at: 24, byteCount: 2)
    }
    switch (tag, bits) {
    case (1, 8): return .unsigned8
    case (1, 16): return .signed16
    case (1, 24): return .signed24
    case (1, 32): return .signed32
    case (3, 32): return .float32
    case (3, 64): return .float64
    default:
      throw refusal(
        "its samples have format tag \(tag) and \(bits) bits, and PCM (1) of 8, 16, 24 or 32 bits "
          + "or floating point (3) of 32 or 64 bits can be read")
    }
  }

  private func read<Bytes: ByteReading & ~Copyable>(
    _ count: Int, at offset: Int, of bytes: borrowing Bytes
  ) throws(AudioError) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: count)
    var span = chunk.mutableSpan
    let present = try bytes.read(at: offset, into: &span)
    return Array(chunk[..<present])
  }

  private func number(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> Int {
    (0..<byteCount).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  private func refusal(_ reason: String) -> AudioError {
    .unavailable("'\(name)' cannot be read as a WAV file: \(reason).")
  }
}

/// The first bytes of a file for a person: printable ones as they are, others as hexadecimal.
package func quoted(_ bytes: [UInt8]) -> String {
  guard !bytes.isEmpty else { return "nothing" }
  let digits = Array("0123456789abcdef".utf8)
  let text = bytes.flatMap { byte -> [UInt8] in
    (0x20..<0x7f).contains(byte) && byte != 0x27 && byte != 0x5c
      ? [byte] : [0x5c, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
  return "'\(String(decoding: text, as: UTF8.self))'"
}
