/// The bytes of a NOR flash as a value: copies share every block that neither of them has changed since,
/// and all erased blocks are one.
public struct FlashContent: Sendable {
  /// Its sizes.
  public let geometry: FlashGeometry
  private var blocks: [[UInt8]]
  private let erasedBlock: [UInt8]

  /// A flash as it comes from the factory.
  public init(_ geometry: FlashGeometry) {
    self.geometry = geometry
    erasedBlock = Array(repeating: 0xFF, count: geometry.blockSize)
    blocks = Array(repeating: erasedBlock, count: geometry.blockCount)
  }

  /// A flash that holds `bytes` from its start on, and is erased behind them.
  ///
  /// - Throws: ``VolumeError`` of ``VolumeError/Reason/doesNotFit`` if there are too many.
  public init(_ bytes: [UInt8], _ geometry: FlashGeometry) throws(VolumeError) {
    guard bytes.count <= geometry.byteCount else {
      throw VolumeError(
        .doesNotFit,
        "\(bytes.count) bytes do not fit into a flash of \(geometry.byteCount) bytes")
    }
    self.init(geometry)
    for start in stride(from: 0, to: bytes.count, by: geometry.blockSize) {
      let part = bytes[start..<min(start + geometry.blockSize, bytes.count)]
      blocks[start / geometry.blockSize].replaceSubrange(0..<part.count, with: part)
    }
  }

  /// All of it, as an image file holds it.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(geometry.byteCount)
    for block in blocks { result += block }
    return result
  }

  /// The bytes of a block.
  public subscript(block: Int) -> [UInt8] { blocks[block] }

  func read(_ place: FlashPlace, into buffer: inout MutableSpan<UInt8>) {
    let block = blocks[place.block]
    buffer.copy(block.span.extracting(place.range))
  }

  /// Whether a program would give `bytes`: whether no bit that they set is clear.
  func canProgram(_ place: FlashPlace, _ bytes: Span<UInt8>) -> Bool {
    let block = blocks[place.block]
    return bytes.isSubset(of: block.span.extracting(place.range))
  }

  /// Clears the bits that are clear in `bytes`.
  mutating func program(_ place: FlashPlace, _ bytes: Span<UInt8>) {
    var block = blocks[place.block].mutableSpan
    var target = block._mutatingExtracting(place.range)
    target.clearBits(clearIn: bytes)
  }

  mutating func erase(_ block: Int) { blocks[block] = erasedBlock }

  /// Puts other bytes in the place of a block's, whatever flash can do.
  mutating func replace(_ block: Int, with bytes: [UInt8]) { blocks[block] = bytes }
}

/// Bytes inside one block of a device.
struct FlashPlace {
  let block: Int
  let range: Range<Int>

  init(block: Int, range: Range<Int>) {
    self.block = block
    self.range = range
  }

  /// Checks that a read stays inside a block of the device.
  init(
    read count: Int, at offset: Int, of block: Int, in geometry: FlashGeometry
  ) throws(FlashFault) {
    guard (0..<geometry.blockCount).contains(block), (0...geometry.blockSize).contains(offset),
      count <= geometry.blockSize - offset
    else { throw .outOfRange(block: block, offset: offset, count: count) }
    self.block = block
    range = offset..<offset + count
  }

  /// Checks that a program covers whole units inside a block of the device.
  init(
    program count: Int, at offset: Int, of block: Int, in geometry: FlashGeometry
  ) throws(FlashFault) {
    try self.init(read: count, at: offset, of: block, in: geometry)
    guard offset % geometry.programSize == 0, count % geometry.programSize == 0 else {
      throw .outOfRange(block: block, offset: offset, count: count)
    }
  }

  /// Checks that a block is on the device.
  init(erase block: Int, in geometry: FlashGeometry) throws(FlashFault) {
    try self.init(read: geometry.blockSize, at: 0, of: block, in: geometry)
  }
}

/// What a device does with a program that would set bits, which only an erase can.
public enum UnerasedPrograms: Sendable, CaseIterable {
  /// It fails with ``FlashFault/notErased(block:offset:)`` and changes nothing.
  case refused
  /// The bits stay clear, as on a chip, and ``WearCounters/unerasedPrograms`` counts one.
  case counted
}
