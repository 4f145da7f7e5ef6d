import FlashStorage

/// An image of a small flash as a fuzzer's input: erased, but for some runs of bytes.
///
/// The first byte chooses the sizes (its low two bits) and whether checksums are made right (the next
/// bit), without which mutations would hardly get beyond them. Then, for each run: the block, the
/// offset in it as two bytes, the length as two bytes, low byte first, and the bytes.
public struct SparseImage {
  /// What can be chosen.
  static let geometries = [
    (read: 16, program: 16, block: 256, count: 32), (16, 16, 512, 24), (256, 256, 256, 32),
    (1, 4, 128, 64),
  ].map {
    try! FlashGeometry(
      readSize: $0.read, programSize: $0.program, blockSize: $0.block, blockCount: $0.count)
  }

  let geometry: FlashGeometry
  private(set) var bytes: [UInt8]

  /// Decodes an input; anything means something.
  public init(_ input: [UInt8]) {
    let choice = input.first ?? 0
    geometry = Self.geometries[Int(choice & 3)]
    bytes = Array(repeating: 0xFF, count: geometry.byteCount)
    var rest = input.dropFirst()
    while rest.count > 5 {
      let header = rest.prefix(5).map(Int.init)
      rest = rest.dropFirst(5)
      let block = header[0] % geometry.blockCount
      let offset = (header[1] | header[2] << 8) % geometry.blockSize
      let count = min(header[3] | header[4] << 8, geometry.blockSize - offset, rest.count)
      let start = block * geometry.blockSize + offset
      bytes.replaceSubrange(start..<start + count, with: rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    if choice & 4 != 0 { mendChecksums() }
  }

  /// Encodes an image, for a corpus.
  public static func input(_ image: [UInt8], choice: UInt8) -> [UInt8] {
    let size = geometries[Int(choice & 3)].blockSize
    var input = [choice]
    for (block, start) in stride(from: 0, to: image.count, by: size).enumerated() {
      let bytes = image[start..<min(start + size, image.count)]
      guard let last = bytes.lastIndex(where: { $0 != 0xFF }) else { continue }
      let count = last + 1 - start
      input += [UInt8(block), 0, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + bytes.prefix(count)
    }
    return input
  }

  // MARK: Checksums

  private mutating func mendChecksums() {
    for block in 0..<geometry.blockCount {
      let start = block * geometry.blockSize
      var bytes = Array(bytes[start..<start + geometry.blockSize])
      Self.mendDirectory(&bytes)
      Self.mendLog(&bytes)
      self.bytes.replaceSubrange(start..<start + geometry.blockSize, with: bytes)
    }
  }

  /// littlefs 1: the checksum is the last word of the size that the block gives.
  private static func mendDirectory(_ block: inout [UInt8]) {
    let size = Int(word(block, 4) & 0x7FFF_FFFF)
    guard size >= 20, size <= block.count else { return }
    setWord(&block, size - 4, checksum(block[..<(size - 4)]))
  }

  /// littlefs 2: each checksum tag covers what stands before it since the last one.
  private static func mendLog(_ block: inout [UInt8]) {
    var (tag, offset, start) = (UInt32.max, 4, 0)
    while offset + 8 <= block.count {
      tag ^= word(block, offset).byteSwapped
      let count = tag & 0x3FF == 0x3FF ? 0 : Int(tag & 0x3FF)
      let type = tag >> 20 & 0x7FF
      guard tag >> 31 == 0, offset + 4 + count <= block.count else { return }
      if type >> 8 == 5, type != 0x5FF {
        setWord(&block, offset + 4, checksum(block[start..<offset + 4]))
        start = offset + 4 + count
        tag ^= (type & 1) << 31
      }
      offset += 4 + count
    }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
  }

  private static func setWord(_ bytes: inout [UInt8], _ offset: Int, _ word: UInt32) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: word >> (8 * index)) }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1) * 0xEDB8_8320 }
    }
  }
}
