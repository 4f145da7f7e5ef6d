/// The one record in blocks 0 and 1 of littlefs 1: where the root is, and what volume this is.
struct SuperblockRecord {
  static let name = Name(string: "littlefs")
  private static let dataSize = 20
  /// The first pair of the root directory.
  var root: BlockPair
  let blockSize: UInt32
  let blockCount: UInt32
  let version: LittleFSVersion
  /// Kept for whoever wrote them.
  var attributes: [UInt8] = []

  /// What a new volume gets.
  init(root: BlockPair, _ geometry: FlashGeometry) {
    self.root = root
    blockSize = UInt32(geometry.blockSize)
    blockCount = UInt32(geometry.blockCount)
    version = .v11
  }

  /// Reads what the first pair holds; nil if that is not a littlefs 1.
  init?(_ records: [DirectoryBlock.Record]) {
    guard let record = records.first, record.type == DirectoryBlock.Record.superblock,
      record.data.count == Self.dataSize, record.name == Self.name,
      let root = record.pair(0)
    else { return nil }
    self.root = root
    blockSize = record.word(2)
    blockCount = record.word(3)
    version = LittleFSVersion(
      major: Int(record.word(4) >> 16), minor: Int(record.word(4) & 0xFFFF))
    attributes = record.attributes
  }

  /// Adds the record to a block.
  func append(to block: inout DirectoryBlock.Encoder) {
    block.append(
      DirectoryBlock.Record.superblock, dataSize: Self.dataSize, attributes: attributes,
      name: Self.name
    ) {
      $0.append(root)
      $0.append(blockSize)
      $0.append(blockCount)
      $0.append(UInt32(version.major) << 16 | UInt32(version.minor))
    }
  }
}
