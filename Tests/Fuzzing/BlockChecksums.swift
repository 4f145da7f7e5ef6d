/// The checksums of metadata blocks, apart from the code under test.
enum BlockChecksums {
  /// Makes those of a block right again, of whichever littlefs; a block of data stays as it is, but for bad luck.
  static func mend(_ block: inout [UInt8]) {
    mendDirectory(&block)
    mendLog(&block)
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

/// An image in which some bytes are others, wherever they stand, and the checksums of those blocks are right: a
/// way to names that no file system makes.
///
/// - Precondition: The old bytes are as many as the new ones, and none a part of others.
public func forging(
  _ changes: [(old: [UInt8], new: [UInt8])], in image: [UInt8], blockSize: Int
) -> [UInt8] {
  var result = image
  for start in stride(from: 0, to: image.count, by: blockSize) {
    let old = image[start..<min(start + blockSize, image.count)]
    var block = Array(old)
    for place in block.indices {
      for change in changes
      where old[start + place] == change.old[0] && old[(start + place)...].starts(with: change.old)
      {
        precondition(change.old.count == change.new.count)
        block.replaceSubrange(place..<place + change.new.count, with: change.new)
      }
    }
    guard !block.elementsEqual(old) else { continue }
    BlockChecksums.mend(&block)
    result.replaceSubrange(start..<start + block.count, with: block)
  }
  return result
}
