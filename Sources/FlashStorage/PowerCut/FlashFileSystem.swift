/// How to use the file system on a flash that has lost its power.
public struct FlashFileSystem: Sendable {
  /// Mounts it; throws if that is not possible.
  public var mount: @Sendable (sending any BlockDevice) throws(FlashError) -> any Volume
  /// Finishes or undoes what was interrupted.
  public var repair: @Sendable (any Volume) throws(FlashError) -> Void
  /// Says what is wrong after the repair: blocks that belong to nothing or to two things.
  public var check: @Sendable (any Volume) throws(FlashError) -> [String]

  /// Names the three.
  public init(
    mount: @escaping @Sendable (sending any BlockDevice) throws(FlashError) -> any Volume,
    repair: @escaping @Sendable (any Volume) throws(FlashError) -> Void,
    check: @escaping @Sendable (any Volume) throws(FlashError) -> [String]
  ) {
    self.mount = mount
    self.repair = repair
    self.check = check
  }

  /// A littlefs of whichever version.
  public static func littleFS(_ options: LittleFSOptions = LittleFSOptions()) -> FlashFileSystem {
    FlashFileSystem(
      mount: { device throws(FlashError) in
        try LittleFSVolume(mounting: device, options, openFileLimit: 1)
      },
      repair: { volume throws(FlashError) in try littleFS(volume).repair() },
      check: { volume throws(FlashError) in try littleFS(volume).waste() })
  }

  private static func littleFS(_ volume: any Volume) throws(FlashError) -> LittleFSVolume {
    guard let volume = volume as? LittleFSVolume else { throw .fault("this is no littlefs") }
    return volume
  }
}

extension LittleFSVolume {
  /// What is wrong with the use of blocks on a volume without open files.
  fileprivate func waste() throws(FlashError) -> [String] {
    var problems: [String] = []
    let uses = try blockMap()
    for (block, use) in uses.enumerated() {
      switch use {
      case .free, .superblock, .directory, .file: break
      case .open(let path): problems.append("block \(block) still belongs to the closed '\(path)'")
      case .leftOver: problems.append("block \(block) is in use though nothing reaches it")
      case .contested(let owners):
        problems.append("block \(block) belongs to \(owners.joined(separator: " and "))")
      }
    }
    let (free, counted) = (uses.count { $0 == .free }, try statistics().freeBlockCount)
    if free != counted {
      problems.append("\(counted) blocks count as free, but \(free) are")
    }
    return problems
  }
}
