/// A look at a littlefs that changes nothing and reads what can be read of a damaged one.
public struct LittleFSInspection {
  /// What it says about itself.
  public let superblock: Superblock
  /// Everything that is wrong; empty for a sound volume.
  public let findings: [Finding]
  /// What each block is used for, by number.
  public let blockMap: [BlockUse]
  /// What can be read, for reading only.
  public let volume: any Volume

  /// Looks at the whole of a device.
  ///
  /// - Throws: ``FlashError/corrupt(_:)`` if there is no superblock, and what the device throws.
  public init(_ device: sending any BlockDevice) throws(FlashError) {
    let fileSystem = try LittleFS(mounting: device, LittleFSOptions(), tolerant: true)
    let census = fileSystem.census()
    superblock = fileSystem.store.superblock
    findings = fileSystem.store.findings + census.findings
    blockMap = census.uses
    volume = LittleFSVolume(fileSystem, openFileLimit: 16, access: .readOnly)
  }

  /// Finds a superblock in the start of an image, in the first or the second block of whatever size:
  /// enough to choose a geometry by, while only mounting tells whether it is sound. The block count is
  /// the one at the last rewrite of that block, which may have grown since.
  public static func recognise(_ bytes: Span<UInt8>) -> Superblock? {
    for start in 0..<max(bytes.count - SuperblockStart.size + 1, 0) {
      guard let found = SuperblockStart(bytes, at: start),
        start == 0 || start == found.blockSize,
        FlashGeometry.blockSizes.contains(found.blockSize)
      else { continue }
      return Superblock(found)
    }
    return nil
  }
}

extension Superblock {
  fileprivate init(_ start: SuperblockStart) {
    self.init(
      version: start.version, blockSize: start.blockSize, blockCount: start.blockCount,
      nameLimit: FlashStorage.nameLimit, fileSizeLimit: FlashStorage.fileSizeLimit,
      attributeLimit: start.version.major > 1 ? 1022 : 0)
  }
}
