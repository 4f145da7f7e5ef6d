/// Builds the bytes of one commit: tags with data, then checksums up to the next whole program unit.
struct CommitWriter {
  /// The sizes that shape it.
  private let geometry: FlashGeometry
  /// Whether to store a checksum of the erased flash that follows: since littlefs 2.1.
  private let checksumsErased: Bool
  /// Where it starts in its block.
  private let begin: Int
  /// The tag that the next is combined with; after ``finish(erased:)`` what the next commit starts from.
  private(set) var last: LogTag
  private(set) var bytes: [UInt8] = []

  /// Room for the shortest end, a tag and a checksum.
  private static let minimumEnd = 8
  /// Room for the end with a checksum of the erased flash.
  private static let longEnd = 20

  /// A commit that goes on with a log.
  init(after end: LogEnd, _ geometry: FlashGeometry, _ version: LittleFSVersion) {
    self.geometry = geometry
    checksumsErased = version >= .v21
    begin = end.offset
    last = LogTag(bits: end.tag)
  }

  /// The first commit of a block.
  init(revision: UInt32, _ geometry: FlashGeometry, _ version: LittleFSVersion) {
    self.init(after: LogEnd(offset: 0, tag: LogTag.beforeFirst.bits), geometry, version)
    bytes.append(littleEndian: revision)
  }

  /// Where the next tag goes in the block.
  private var offset: Int { begin + bytes.count }
  /// Whether the commit can still be finished within its block.
  var fits: Bool { offset + Self.minimumEnd <= geometry.blockSize }

  /// Where the log goes on after this commit.
  var end: LogEnd? {
    offset < geometry.blockSize ? LogEnd(offset: offset, tag: last.bits) : nil
  }

  /// Where the finished commit will end.
  var plannedEnd: Int {
    let end = min(offset + Self.longEnd, geometry.blockSize)
    return (end + geometry.programSize - 1) / geometry.programSize * geometry.programSize
  }

  mutating func append(_ tag: LogTag, _ data: [UInt8] = []) {
    bytes.append(bigEndian: tag.bits ^ last.bits)
    bytes.append(contentsOf: data)
    last = tag
  }

  /// Adds the checksums.
  ///
  /// A checksum tag covers what is left of the last program unit, but no tag is longer than 1,022
  /// bytes; a larger unit gets several.
  ///
  /// - Parameter erased: What the program unit after the commit holds; nil at the end of a block.
  mutating func finish(erased: Span<UInt8>?) {
    let end = plannedEnd
    var begin = 0
    while offset < end {
      let limit = offset + LogTag.byteCount + LogTag.maximumLength
      let next = limit >= end ? end : min(limit, end - Self.longEnd)
      var unwrittenReadsZero = false
      if next == end, let erased {
        unwrittenReadsZero = erased[0] & 0x80 == 0
        if checksumsErased {
          append(
            LogTag(.erasedChecksum, length: 8),
            [UInt8](littleEndian: UInt32(erased.count), CRC32(of: erased).value))
        }
      }
      appendChecksum(from: begin, upTo: next, unwrittenReadsZero)
      begin = bytes.count
    }
  }

  private mutating func appendChecksum(
    from begin: Int, upTo next: Int, _ unwrittenReadsZero: Bool
  ) {
    let tag = LogTag(
      .checksum(unwrittenReadsZero: unwrittenReadsZero), length: next - offset - LogTag.byteCount)
    append(tag)
    let checksum = CRC32(of: bytes.span.extracting(begin..<bytes.count)).value
    bytes.append(littleEndian: checksum)
    bytes.append(contentsOf: repeatElement(0xff, count: next - offset))
    if unwrittenReadsZero { last.bits ^= LogTag.unwrittenBit }
  }
}
