extension Superblock {
  /// What the reference takes for limits that are zero, and its largest.
  private static let defaults = (name: 255, fileSize: 2_147_483_647, attribute: 1022)

  /// Reads the entry that says what the file system is.
  ///
  /// - Returns: Nil if the name or the length is another.
  init?(name: Span<UInt8>, data: Span<UInt8>) {
    guard name.count == Self.magic.count, data.count >= Self.byteCount else { return nil }
    for index in name.indices where name[index] != Self.magic[index] { return nil }
    let words = (0..<6).map { Int(data.littleEndian(at: 4 * $0)) }
    func limit(_ word: Int, _ standard: Int) -> Int { word == 0 ? standard : word }
    self.init(
      version: LittleFSVersion(major: words[0] >> 16, minor: words[0] & 0xffff),
      blockSize: words[1], blockCount: words[2],
      nameLimit: limit(words[3], Self.defaults.name),
      fileSizeLimit: limit(words[4], Self.defaults.fileSize),
      attributeLimit: limit(words[5], Self.defaults.attribute))
  }

  /// The superblock of an empty file system that fills a device.
  init(_ version: LittleFSVersion, _ geometry: FlashGeometry) {
    self.init(
      version: version, blockSize: geometry.blockSize, blockCount: geometry.blockCount,
      nameLimit: Self.defaults.name, fileSizeLimit: Self.defaults.fileSize,
      attributeLimit: Self.defaults.attribute)
  }

  /// Checks that it is a littlefs 2 that fits the device.
  func check(_ geometry: FlashGeometry) throws(FlashError) {
    guard version.major == 2, version <= .v21 else {
      throw .corrupt("the superblock is of littlefs \(version), not 2.0 or 2.1")
    }
    guard blockSize == geometry.blockSize else {
      throw .corrupt("the superblock says \(blockSize) bytes a block, not \(geometry.blockSize)")
    }
    guard (2...geometry.blockCount).contains(blockCount) else {
      throw .corrupt(
        "the superblock says \(blockCount) blocks; the device has \(geometry.blockCount)")
    }
    guard nameLimit <= LogTag.maximumLength, fileSizeLimit <= Self.defaults.fileSize,
      attributeLimit <= LogTag.maximumLength
    else {
      throw .corrupt(
        """
        the superblock says names of \(nameLimit), files of \(fileSizeLimit) and attributes of \
        \(attributeLimit) bytes
        """)
    }
  }
}

extension LittleFS2Store {
  /// Looks for a superblock at the beginning of a block.
  ///
  /// - Parameter block: One of the first two blocks of a device, or so much of it as one has.
  static func superblock(in block: Span<UInt8>) -> Superblock? {
    guard block.count >= 4, let log = CommitReader.read(block, programSize: 1),
      let entry = log.entries.first, entry.type == .superblock, let structure = entry.structure,
      structure.kind == .inlineStructure
    else { return nil }
    return Superblock(
      name: block.extracting(entry.name), data: block.extracting(structure.data))
  }

  /// As the reference does, both blocks of the first pair are written, so that nothing of an older file
  /// system is found there.
  static func format(
    _ device: any BlockDevice, _ options: LittleFSOptions
  ) throws(FlashError) {
    guard options.version.major == 2, options.version <= .v21 else { throw .invalid }
    let period = try relocationPeriod(options)
    let disk = Disk(device, blockCount: device.geometry.blockCount, firstAllocation: 0)
    let superblock = Superblock(options.version, device.geometry)
    var contents = PairContents()
    contents.superblock = PairContents.SuperblockRecord(superblock: superblock)
    let stale = try disk.readWord(1) ?? 0
    var revision = period.map { (stale &+ ($0 - 1)) / $0 &* $0 } ?? stale
    for block in 0...1 {
      revision &+= 1
      let log = try contents.write(
        to: block, on: disk, revision, SharedState(), superblock.version)
      guard log != nil else { throw .noSpace }
    }
  }
}
