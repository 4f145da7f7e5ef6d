import Synchronization

/// A littlefs on a flash device, as the modules use it: with a table of open files, and with names that
/// an open file keeps.
public final class LittleFSVolume: Volume {
  fileprivate struct State {
    let fileSystem: LittleFS
    var files: [LittleFSFile?]
  }

  private let state: Guarded<State>

  /// Makes an empty littlefs of ``LittleFSOptions/version``; the device need not be erased.
  public static func format(
    _ device: any BlockDevice, _ options: LittleFSOptions = LittleFSOptions()
  ) throws(FlashError) {
    try LittleFSFormat.format(device, options)
  }

  /// Mounts the littlefs on a device, of whichever version.
  ///
  /// - Parameters:
  ///   - openFileLimit: Entries in the open-file table, at least 1.
  ///   - access: Whether it may be changed.
  /// - Throws: ``FlashError/corrupt(_:)`` if there is none or it contradicts itself, and what the device
  ///   throws.
  public convenience init(
    mounting device: sending any BlockDevice, _ options: LittleFSOptions = LittleFSOptions(),
    openFileLimit: Int, access: VolumeAccess = .readWrite
  ) throws(FlashError) {
    let fileSystem = try LittleFS(mounting: device, options)
    self.init(fileSystem, openFileLimit: openFileLimit, access: access)
  }

  init(_ fileSystem: sending LittleFS, openFileLimit: Int, access: VolumeAccess) {
    fileSystem.access = access
    fileSystem.openFilesStay = true
    let files = [LittleFSFile?](repeating: nil, count: max(openFileLimit, 1))
    state = Guarded(State(fileSystem: fileSystem, files: files))
  }

  /// What the volume says about itself.
  public var superblock: Superblock { state.withLock { $0.fileSystem.store.superblock } }

  /// Lends the device, while no other call of the volume runs.
  public func withDevice<Result: Sendable>(_ body: (any BlockDevice) -> Result) -> Result {
    state.withLock { body($0.fileSystem.disk.device) }
  }

  public var capacity: Int {
    state.withLock { $0.fileSystem.disk.blockCount * $0.fileSystem.disk.geometry.blockSize }
  }

  public func statistics() throws(FlashError) -> VolumeStatistics {
    try state.withLock { state throws(FlashError) in
      let disk = state.fileSystem.disk
      return VolumeStatistics(
        blockSize: disk.geometry.blockSize, blockCount: disk.blockCount,
        freeBlockCount: try state.fileSystem.freeBlockCount(),
        nameLimit: state.fileSystem.store.superblock.nameLimit)
    }
  }

  // MARK: Handles

  public func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in try state.open(path, mode) }
  }

  public func read(
    _ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in
      try state.file(handle).read(into: &buffer)
    }
  }

  public func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.write(try state.file(handle), bytes)
    }
  }

  @discardableResult
  public func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in
      try state.file(handle).seek(to: offset, from: origin)
    }
  }

  public func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.file(handle).position }
  }

  public func size(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.file(handle).size }
  }

  public func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.truncate(try state.file(handle), to: size)
    }
  }

  public func sync(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.sync(try state.file(handle))
    }
  }

  public func close(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      let file = try state.file(handle)
      state.files[handle.number] = nil
      try state.fileSystem.close(file)
    }
  }

  // MARK: Names

  public func status(of path: String) throws(FlashError) -> FileStatus {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      try state.fileSystem.find(path).status
    }
  }

  public func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      try state.fileSystem.entries(of: path).map {
        DirectoryEntry(name: $0.name.string, status: $0.status)
      }
    }
  }

  public func makeDirectory(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.makeDirectory(path)
    }
  }

  public func remove(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in try state.fileSystem.remove(path) }
  }

  public func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    let (old, new) = (try VolumePath(oldPath), try VolumePath(newPath))
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.rename(old, to: new)
    }
  }

  // MARK: Beyond the protocol

  /// A custom attribute of a file or directory.
  ///
  /// - Throws: ``FlashError/noAttribute`` if it has none of this type, ``FlashError/invalid`` on littlefs
  ///   1, which knows none.
  public func attribute(_ type: UInt8, of path: String) throws(FlashError) -> [UInt8] {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      try state.fileSystem.attribute(type, of: path)
    }
  }

  /// Sets a custom attribute, or removes it with nil.
  ///
  /// - Throws: ``FlashError/noSpace`` also for more bytes than ``Superblock/attributeLimit``, as littlefs
  ///   answers; ``FlashError/invalid`` on littlefs 1.
  public func setAttribute(
    _ type: UInt8, of path: String, to value: [UInt8]?
  ) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.setAttribute(type, of: path, to: value)
    }
  }

  /// Makes the file system larger, up to what the device has.
  ///
  /// - Throws: ``FlashError/invalid`` for fewer blocks than it has, or more than the device has.
  public func grow(toBlockCount blockCount: Int) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      try state.fileSystem.grow(toBlockCount: blockCount)
    }
  }

  /// Mends what a loss of power has interrupted, as the first change would.
  public func repair() throws(FlashError) {
    try state.withLock { state throws(FlashError) in try state.fileSystem.repair() }
  }

  /// What each block is used for, by number.
  public func blockMap() throws(FlashError) -> [BlockUse] {
    state.withLock { $0.fileSystem.census().uses }
  }
}

extension LittleFSVolume.State {
  fileprivate mutating func open(
    _ path: VolumePath, _ mode: OpenMode
  ) throws(FlashError) -> FlashHandle {
    guard mode.isValid else { throw .invalid }
    if mode.contains(.write), fileSystem.access == .readOnly { throw .readOnly }
    guard let number = files.firstIndex(where: { $0 == nil }) else { throw .tooManyOpenFiles }
    files[number] = try fileSystem.open(path, mode)
    return FlashHandle(number: number)
  }

  fileprivate func file(_ handle: FlashHandle) throws(FlashError) -> LittleFSFile {
    guard files.indices.contains(handle.number), let file = files[handle.number] else {
      throw .badHandle
    }
    return file
  }
}

extension Entry {
  fileprivate var status: FileStatus {
    FileStatus(kind: directory == nil ? .file : .directory, size: size)
  }
}
