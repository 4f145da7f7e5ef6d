/// The sizes of a flash partition, all in bytes but the count.
public struct FlashGeometry: Hashable, Sendable {
  /// What a read is best a multiple of. A NOR chip reads any byte; file systems read in such pieces.
  public let readSize: Int
  /// What a program is a multiple of, in place and length.
  public let programSize: Int
  /// What is erased at a time; a multiple of the other two.
  public let blockSize: Int
  /// Blocks in the partition.
  public let blockCount: Int

  /// The size of the partition.
  public var byteCount: Int { blockSize * blockCount }

  /// Blocks below this hold no metadata of either littlefs.
  static let minimumBlockSize = 128
  static let maximumBlockSize = 1 << 24
  static let blockSizes = minimumBlockSize...maximumBlockSize
  /// littlefs numbers bytes of a partition with 32 bits and a sign.
  static let maximumByteCount = 1 << 31

  /// Checks and makes a geometry.
  ///
  /// - Throws: ``VolumeError`` of ``VolumeError/Reason/badGeometry``, naming the size that does not fit
  ///   the others.
  public init(
    readSize: Int, programSize: Int, blockSize: Int, blockCount: Int
  ) throws(VolumeError) {
    func check(_ holds: Bool, _ sentence: @autoclosure () -> String) throws(VolumeError) {
      if !holds { throw VolumeError(.badGeometry, sentence()) }
    }
    try check(
      Self.blockSizes.contains(blockSize),
      "a block has \(Self.minimumBlockSize) to \(Self.maximumBlockSize) bytes, not \(blockSize)")
    for (name, size) in [("read", readSize), ("program", programSize)] {
      try check(
        size > 0 && blockSize % max(size, 1) == 0,
        "the \(name) size divides the block of \(blockSize) bytes, which \(size) does not")
    }
    try check(
      (2...Self.maximumByteCount / blockSize).contains(blockCount),
      """
      a partition has 2 to \(Self.maximumByteCount / blockSize) blocks of \(blockSize) bytes, not \
      \(blockCount)
      """)
    self.readSize = readSize
    self.programSize = programSize
    self.blockSize = blockSize
    self.blockCount = blockCount
  }

  /// A geometry with one size for read, program and block, as the modules mount littlefs 1.
  public init(blockSize: Int = 4096, blockCount: Int) throws(VolumeError) {
    try self.init(
      readSize: blockSize, programSize: blockSize, blockSize: blockSize, blockCount: blockCount)
  }
}
