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
      BlockChecksums.mend(&bytes)
      self.bytes.replaceSubrange(start..<start + geometry.blockSize, with: bytes)
    }
  }
}
