import Synchronization

/// A volume that counts blocks of 4096 bytes as littlefs v1 does on the modules, but stores no
/// littlefs: free space and "flash full" come out as on the desk, wear and power loss inside an
/// operation do not exist.
///
/// Its content is in memory. With a host folder every change also goes there, as ordinary files, at
/// the moment littlefs would have it on flash: names at once, content at `sync` or `close`. A process
/// that is killed leaves each file as it was last synced (a file that was growing may have some of the
/// bytes after that) and each rename done or not done. The folder is read once, when the volume is
/// made; what others change in it later is not seen.
///
/// Where it is simpler than littlefs v1: a rewrite takes no blocks beside the old ones, an append no
/// spare block, and a restart packs the blocks of a directory anew. Where littlefs v1 is known to
/// lose files, this does not follow: renaming a file to its own name changes nothing, and a rename
/// that failed leaves no trace.
public final class BlockCountedVolume: Volume {
  /// Bytes in a block.
  public static let blockSize = BlockCounts.blockSize

  private let state: Guarded<VolumeState>
  private let folder: HostFolder?

  /// Makes an empty volume in memory.
  ///
  /// - Parameters:
  ///   - blockCount: Blocks of 4096 bytes, 4 to 524,288; on a module one less than the partition has.
  ///   - openFileLimit: Entries in the open-file table, 1 to 65,536.
  ///   - access: Whether it may be changed.
  public init(
    blockCount: Int, openFileLimit: Int, access: VolumeAccess = .readWrite
  ) throws(VolumeError) {
    let empty = try Self.emptyState(blockCount, openFileLimit, access)
    state = Guarded(empty)
    folder = nil
  }

  /// Makes a volume that is kept in a host folder, and loads what the folder holds, in the order of
  /// the names' bytes. A missing folder is created, unless the access is read-only.
  ///
  /// The folder is locked against a second volume until this one goes. A file `.flash-sync~` in it is
  /// what a killed process left of an unfinished sync, and is removed.
  ///
  /// - Throws: ``VolumeError`` if the folder cannot be used, is in use, or holds what the volume cannot:
  ///   too much, a symbolic link, a device, a name that is not UTF-8.
  public init(
    folder path: String, blockCount: Int, openFileLimit: Int, access: VolumeAccess = .readWrite
  ) throws(VolumeError) {
    var loaded = try Self.emptyState(blockCount, openFileLimit, access)
    let folder = try HostFolder(path, access)
    try folder.load(into: &loaded)
    state = Guarded(loaded)
    self.folder = folder
  }

  private static func emptyState(
    _ blockCount: Int, _ openFileLimit: Int, _ access: VolumeAccess
  ) throws(VolumeError) -> VolumeState {
    guard (BlockCounts.emptyBlockCount...524_288).contains(blockCount) else {
      throw VolumeError(.badGeometry, "a volume has 4 to 524288 blocks, not \(blockCount)")
    }
    guard (1...65_536).contains(openFileLimit) else {
      throw VolumeError(
        .badGeometry, "a volume allows 1 to 65536 open files, not \(openFileLimit)")
    }
    return VolumeState(blockCount: blockCount, openFileLimit: openFileLimit, access: access)
  }

  public func statistics() throws(FlashError) -> VolumeStatistics {
    state.withLock { state in
      VolumeStatistics(
        blockSize: Self.blockSize, blockCount: state.blockCount,
        freeBlockCount: state.freeBlockCount, nameLimit: nameLimit)
    }
  }

  // MARK: Handles

  public func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      let handle = try state.vacantHandle(for: mode)
      state.open(try fileToOpen(path, mode, &state), mode, as: handle)
      return handle
    }
  }

  private func fileToOpen(
    _ path: VolumePath, _ mode: OpenMode, _ state: inout VolumeState
  ) throws(FlashError) -> NodeID {
    switch try state.tree.locate(path) {
    case .root, .taken(.directory): throw .isDirectory
    case .taken(.file(let id)):
      guard !mode.contains(.exclusive) else { throw .exists }
      return id
    case .vacant(let vacancy):
      guard mode.contains(.create) else { throw .notFound }
      try state.check(vacancy, blocks: 0)
      try folder?.makeFile(vacancy.name, in: state.tree.path(of: vacancy.parent))
      return state.tree.addFile(at: vacancy)
    }
  }

  public func read(
    _ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Int {
    let room = buffer.count
    let open = try state.withLock { state throws(FlashError) in
      let open = try state.openFile(handle, for: .read)
      let count = max(0, min(room, open.content.size - open.position))
      state.setPosition(of: handle, to: open.position + count)
      return open
    }
    return open.content.read(at: open.position, into: &buffer)
  }

  public func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try state.withLock { state throws(FlashError) in try state.write(handle, bytes) }
  }

  @discardableResult
  public func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in
      let open = try state.openFile(handle)
      let base =
        switch origin {
        case .start: 0
        case .position: open.position
        case .end: open.content.size
        }
      let (position, overflow) = base.addingReportingOverflow(offset)
      guard !overflow, (0...fileSizeLimit).contains(position) else { throw .invalid }
      state.setPosition(of: handle, to: position)
      return position
    }
  }

  public func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.openFile(handle).position }
  }

  public func size(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.openFile(handle).content.size }
  }

  public func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try state.withLock { state throws(FlashError) in try state.truncate(handle, to: size) }
  }

  public func sync(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in try sync(handle, &state) }
  }

  public func close(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      _ = try state.openFile(handle)
      defer { state.release(handle) }
      try sync(handle, &state)
    }
  }

  private func sync(_ handle: FlashHandle, _ state: inout VolumeState) throws(FlashError) {
    guard let open = try state.unsynced(handle) else { return }
    let isBased = open.changes.baseVersion == state.tree.file(open.file).version
    try folder?.store(
      open.content, at: state.tree.path(of: open.file),
      inPlace: isBased && !open.changes.isRewrite ? open.changes : nil)
    state.synced(handle)
  }

  // MARK: Names

  public func status(of path: String) throws(FlashError) -> FileStatus {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      state.tree.status(of: try state.find(path))
    }
  }

  public func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      guard case .directory(let id) = try state.find(path) else { throw .notDirectory }
      return state.tree.directory(id).entries.map {
        DirectoryEntry(name: $0.name.string, status: state.tree.status(of: $0.node))
      }
    }
  }

  public func makeDirectory(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      let vacancy = try state.vacancyForDirectory(path)
      try folder?.makeDirectory(vacancy.name, in: state.tree.path(of: vacancy.parent))
      state.tree.addDirectory(at: vacancy)
    }
  }

  public func remove(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      let node = try state.removable(path)
      try folder?.remove(path.names, state.tree.status(of: node).kind)
      state.tree.remove(node)
    }
  }

  public func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    let (old, new) = (try VolumePath(oldPath), try VolumePath(newPath))
    try state.withLock { state throws(FlashError) in
      let node = try state.movable(old)
      let place = try state.target(for: node, new)
      if case .taken(node) = place { return }
      try folder?.rename(old.names, to: new.names)
      switch place {
      case .root: break
      case .taken(let target): state.tree.move(node, over: target)
      case .vacant(let vacancy): state.tree.move(node, to: vacancy)
      }
    }
  }

  // MARK: For a model of a volume

  /// What is stored, as last synced.
  var tree: FileTree { state.withLock { $0.tree } }

  /// Frees a handle without a sync.
  func abandon(_ handle: FlashHandle) { state.withLock { $0.release(handle) } }
}
