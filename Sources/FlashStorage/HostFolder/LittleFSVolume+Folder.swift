extension LittleFSVolume {
  /// Makes a volume that is kept in a host folder as ordinary files, on flash in memory, and loads what
  /// the folder holds, in the order of the names' bytes. A missing folder is created, unless the access
  /// is read-only.
  ///
  /// Each change also goes to the folder when it is on flash: names at once, content at `sync` or
  /// `close`. A process that is killed leaves each file as it was last synced (a file that was growing
  /// may have some of the bytes after that) and each rename done or not done. The folder is read once;
  /// what others change in it later is not seen. If the host refuses, so does the volume, and stays as
  /// it was.
  ///
  /// The folder is locked against a second volume until this one goes. A file `.flash-sync~` in it is
  /// what a killed process left of an unfinished sync, and is removed; nothing gets that name.
  ///
  /// - Parameters:
  ///   - openFileLimit: Entries in the open-file table, 1 to 65,536.
  ///   - access: Whether it may be changed.
  /// - Throws: ``VolumeError`` if the flash is too small for a volume, or the folder cannot be used, is
  ///   in use, or holds what the volume cannot: too much, a symbolic link, a device, a name that is not
  ///   UTF-8.
  public convenience init(
    folder path: String, _ geometry: FlashGeometry, _ options: LittleFSOptions = LittleFSOptions(),
    openFileLimit: Int, access: VolumeAccess = .readWrite
  ) throws(VolumeError) {
    guard (1...65_536).contains(openFileLimit) else {
      throw VolumeError(
        .badGeometry, "a volume allows 1 to 65536 open files, not \(openFileLimit)")
    }
    let folder = try HostFolder(path, access)
    let fileSystem = try Self.emptyFileSystem(geometry, options)
    try folder.load(into: fileSystem)
    fileSystem.follower = folder
    self.init(fileSystem, openFileLimit: openFileLimit, access: access)
  }

  private static func emptyFileSystem(
    _ geometry: FlashGeometry, _ options: LittleFSOptions
  ) throws(VolumeError) -> LittleFS {
    do throws(FlashError) {
      let flash = RAMFlash(geometry)
      try format(flash, options)
      return try LittleFS(mounting: flash, options)
    } catch {
      throw VolumeError(
        .badGeometry, "\(geometry.blockCount) blocks of \(geometry.blockSize) bytes: \(error)")
    }
  }
}
