import EmulatedTime
public import FlashStorage
public import ModuleProfiles

/// Where the flash of a volume is kept.
public enum FlashLocation: Equatable, Sendable {
  /// In memory: gone with the module.
  case memory
  /// In an image file of the host, made and formatted if it is missing.
  case image(String)
  /// As files of a host folder, made if it is missing.
  case folder(String)
}

extension ScriptFiles.Mount {
  /// A volume of the size and kind that a profile gives.
  ///
  /// A flash that is erased throughout is formatted. One that cannot be mounted for other reasons is
  /// formatted under the observed policy, as modules do, and said to be; the documented policy never
  /// overwrites anything.
  ///
  /// - Parameters:
  ///   - volume: What the profile says of it.
  ///   - location: Where its flash is kept.
  ///   - openFileLimit: How many files may be open at once.
  ///   - notice: Gets a sentence if something was formatted that held something.
  /// - Throws: `VolumeError` saying what stands in the way.
  public init(
    _ volume: FlashVolume, on location: FlashLocation = .memory, policy: Policy = .documented,
    openFileLimit: Int, notice: (String) -> Void = { _ in }
  ) throws(VolumeError) {
    switch location {
    case .memory:
      try self.init(
        volume, mounting: RAMFlash(FreshFlash.content(of: volume)),
        named: "the flash of \(volume.mount)", policy: policy, openFileLimit: openFileLimit,
        notice: notice)
    case .image(let path):
      let image = try FlashImage(path, volume.geometry(ofImage: path), create: true)
      try self.init(
        volume, mounting: FirstBlocks(of: image, count: volume.blockCount), named: path,
        policy: policy, openFileLimit: openFileLimit, notice: notice)
    case .folder(let path):
      let kept = try LittleFSVolume(
        folder: path, volume.geometry, volume.options, openFileLimit: openFileLimit)
      self.init(path: volume.mount, volume: kept, isReadOnly: volume.readOnly)
    }
  }

  /// A volume of the kind that a profile gives, on a flash at hand.
  ///
  /// - Parameter name: How sentences call the flash.
  public init(
    _ volume: FlashVolume, mounting flash: sending any BlockDevice, named name: String,
    policy: Policy = .documented, openFileLimit: Int, notice: (String) -> Void = { _ in }
  ) throws(VolumeError) {
    // Nobody else has it; it is tried again once it has been formatted.
    nonisolated(unsafe) let flash = flash
    let problem: String
    do throws(FlashError) {
      let found = try LittleFSVolume(mounting: unsafe flash, openFileLimit: openFileLimit)
      guard let difference = volume.difference(from: found.superblock) else {
        self.init(path: volume.mount, volume: found, isReadOnly: volume.readOnly)
        return
      }
      problem = difference
    } catch {
      problem = error.description
    }
    let isErased = unsafe flash.isErased
    guard isErased || policy == .observed else {
      throw VolumeError(
        .unsuitable,
        "\(name) cannot be mounted as \(volume.mount): \(problem). Nothing was changed; a module would "
          + "format it, and so does --policy observed")
    }
    do throws(FlashError) {
      try volume.format(unsafe flash)
      let made = try LittleFSVolume(mounting: unsafe flash, openFileLimit: openFileLimit)
      self.init(path: volume.mount, volume: made, isReadOnly: volume.readOnly)
    } catch {
      throw VolumeError(.volumeFailure, "\(name) cannot be formatted: \(error)")
    }
    if !isErased {
      notice("\(name) could not be mounted and was formatted, as modules do: \(problem)")
    }
  }
}

extension FlashVolume {
  /// The sizes with which the modules mount it.
  public var geometry: FlashGeometry {
    get throws(VolumeError) {
      try FlashGeometry(
        mounting: fileSystem.version, blockSize: blockSize, blockCount: blockCount)
    }
  }

  /// Makes an empty file system.
  fileprivate func format(_ flash: any BlockDevice) throws(FlashError) {
    try LittleFSVolume.format(flash, options)
  }

  fileprivate var options: LittleFSOptions {
    var options = LittleFSOptions()
    options.version = fileSystem.version
    return options
  }

  /// The sizes of an image file, which may be the dump of a whole partition: that has a block which the
  /// modules do not mount.
  fileprivate func geometry(ofImage path: String) throws(VolumeError) -> FlashGeometry {
    let partition = blockCount + 1
    let isPartition = FlashImage.byteCount(of: path) == partition * blockSize
    return try FlashGeometry(
      mounting: fileSystem.version, blockSize: blockSize,
      blockCount: isPartition ? partition : blockCount)
  }

  /// What keeps a littlefs from being this volume's, as a clause.
  fileprivate func difference(from superblock: Superblock) -> String? {
    if superblock.version.major != fileSystem.version.major {
      return "it holds littlefs \(superblock.version), and the model mounts littlefs "
        + "\(fileSystem.version.major)"
    }
    guard superblock.blockSize == blockSize, superblock.blockCount == blockCount else {
      return "it holds a littlefs of \(superblock.blockCount) blocks of \(superblock.blockSize) "
        + "bytes, and the model's has \(blockCount) of \(blockSize)"
    }
    return nil
  }
}

extension FlashGeometry {
  /// The sizes with which modules mount a littlefs.
  ///
  /// littlefs 1 is mounted with one size for everything: the vendor's port (`extmod/vfs_lfsx.c`,
  /// 2021-12) ignores the sizes that the script gives. littlefs 2 is read and programmed in pieces of
  /// 32 bytes, MicroPython's default.
  public init(
    mounting version: LittleFSVersion, blockSize: Int, blockCount: Int
  ) throws(VolumeError) {
    let pieceSize = version.major == 1 ? blockSize : 32
    try self.init(
      readSize: pieceSize, programSize: pieceSize, blockSize: blockSize, blockCount: blockCount)
  }
}

extension FileSystemKind {
  /// The version that is written.
  public var version: LittleFSVersion {
    switch self {
    case .littlefs1: .v11
    case .littlefs2: .v21
    }
  }
}

/// Flash as a module has it that was never used: formatted and empty.
///
/// Its content is made once for each kind and size of volume; who has a copy changes it alone.
public enum FreshFlash {
  private struct Kind: Hashable {
    let fileSystem: FileSystemKind
    let geometry: FlashGeometry
  }

  private static let contents = Monitor<[Kind: FlashContent]>([:])

  /// The content of a fresh volume's flash.
  public static func content(of volume: FlashVolume) throws(VolumeError) -> FlashContent {
    let kind = Kind(fileSystem: volume.fileSystem, geometry: try volume.geometry)
    if let content = contents.withLock({ $0[kind] }) { return content }
    let flash = RAMFlash(kind.geometry)
    do throws(FlashError) {
      try volume.format(flash)
    } catch {
      throw VolumeError(.volumeFailure, "\(volume.mount) cannot be formatted: \(error)")
    }
    let content = flash.content
    contents.withLock { $0[kind] = content }
    return content
  }
}
