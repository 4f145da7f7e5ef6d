import Synchronization

/// What a volume ought to do, on values in memory: no flash and no end of blocks. Other volumes are
/// compared with it.
public final class ModelVolume: Volume {
  fileprivate struct OpenFile {
    let file: NodeID
    let mode: OpenMode
    var content: FileContent
    var position = 0
    var isChanged = false

    /// Where the next write goes.
    var writePosition: Int { mode.contains(.append) ? max(position, content.size) : position }
  }

  fileprivate struct State {
    var tree = FileTree()
    var openFiles: [Int: OpenFile] = [:]
    let openFileLimit: Int
  }

  private let state: Guarded<State>

  /// Makes an empty volume.
  public init(openFileLimit: Int = .max) {
    state = Guarded(State(openFileLimit: openFileLimit))
  }

  /// What is stored, as last synced.
  var tree: FileTree { state.withLock { $0.tree } }

  // MARK: Handles

  public func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      let number = try state.vacantNumber(for: mode)
      let id = try state.fileToOpen(path, mode)
      var open = OpenFile(file: id, mode: mode, content: state.tree.content(id))
      if mode.contains(.truncate), open.content.size > 0 {
        open.content = FileContent()
        open.isChanged = true
      }
      state.openFiles[number] = open
      return FlashHandle(number: number)
    }
  }

  public func read(
    _ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Int {
    let open = try state.withLock { state throws(FlashError) in
      try state.openFile(handle, for: .read)
    }
    let count = open.content.read(at: open.position, into: &buffer)
    state.withLock { $0.openFiles[handle.number]?.position += count }
    return count
  }

  public func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.openFile(handle).position }
  }

  public func size(of handle: FlashHandle) throws(FlashError) -> Int {
    try state.withLock { state throws(FlashError) in try state.openFile(handle).content.size }
  }

  public func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      var open = try state.openFile(handle, for: .write)
      let start = open.writePosition
      guard bytes.count <= fileSizeLimit - start else { throw .fileTooLarge }
      guard bytes.count > 0 else { return }
      if start > open.content.size { open.content.resize(to: start) }
      open.content.write(bytes, at: start)
      open.position = start + bytes.count
      open.isChanged = true
      state.openFiles[handle.number] = open
    }
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
      state.openFiles[handle.number]?.position = position
      return position
    }
  }

  public func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      var open = try state.openFile(handle, for: .write)
      guard (0...fileSizeLimit).contains(size) else { throw .invalid }
      guard size != open.content.size else { return }
      open.content.resize(to: size)
      open.isChanged = true
      state.openFiles[handle.number] = open
    }
  }

  public func sync(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      let open = try state.openFile(handle)
      guard open.isChanged else { return }
      state.tree.setContent(of: open.file, open.content)
      state.openFiles[handle.number]?.isChanged = false
    }
  }

  public func close(_ handle: FlashHandle) throws(FlashError) {
    try sync(handle)
    abandon(handle)
  }

  /// Frees a handle without a sync.
  func abandon(_ handle: FlashHandle) {
    state.withLock { $0.openFiles[handle.number] = nil }
  }

  // MARK: Names

  /// As if nothing ever filled it.
  public var capacity: Int { .max }
  public func statistics() -> VolumeStatistics {
    VolumeStatistics(
      blockSize: FileContent.chunkSize, blockCount: .max, freeBlockCount: .max,
      nameLimit: nameLimit)
  }

  public func status(of path: String) throws(FlashError) -> FileStatus {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      state.tree.status(of: try state.find(path))
    }
  }

  /// What a directory holds, in the order of the names.
  public func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      guard case .directory(let id) = try state.find(path) else { throw .notDirectory }
      return state.tree.entries(of: id).map {
        DirectoryEntry(name: $0.name.string, status: state.tree.status(of: $0.node))
      }
    }
  }

  public func makeDirectory(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      guard case .vacant(let place) = try state.tree.locate(path) else { throw .exists }
      try state.check(place.name, path)
      state.tree.addDirectory(at: place)
    }
  }

  public func remove(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      let node = try state.movable(path)
      try state.checkEmpty(node)
      state.tree.remove(node)
    }
  }

  public func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    let (old, new) = (try VolumePath(oldPath), try VolumePath(newPath))
    try state.withLock { state throws(FlashError) in
      let node = try state.movable(old)
      switch try state.tree.locate(new) {
      case .root: throw .invalid
      case .taken(node): break
      case .taken(let target):
        guard state.tree.status(of: node).kind == state.tree.status(of: target).kind else {
          throw .isDirectory
        }
        guard !state.tree.isInside(target.id, node.id) else { throw .invalid }
        try state.checkEmpty(target)
        try state.checkIdle(target)
        state.tree.move(node, over: target)
      case .vacant(let place):
        guard !state.tree.isInside(place.parent, node.id) else { throw .invalid }
        try state.check(place.name, new)
        state.tree.move(node, to: place)
      }
    }
  }
}

extension ModelVolume.State {
  /// The lowest place of the table that is free.
  fileprivate func vacantNumber(for mode: OpenMode) throws(FlashError) -> Int {
    guard mode.isValid else { throw .invalid }
    guard openFiles.count < openFileLimit else { throw .tooManyOpenFiles }
    return (0...openFiles.count).first { openFiles[$0] == nil } ?? openFiles.count
  }

  fileprivate func find(_ path: VolumePath) throws(FlashError) -> Node {
    switch try tree.locate(path) {
    case .root: return .directory(FileTree.root)
    case .taken(let node): return node
    case .vacant: throw .notFound
    }
  }

  fileprivate func check(_ name: Name, _ path: VolumePath) throws(FlashError) {
    guard path.endsInName else { throw .notFound }
    guard name.byteCount <= nameLimit else { throw .nameTooLong }
  }

  fileprivate func openFile(
    _ handle: FlashHandle, for need: OpenMode = []
  ) throws(FlashError) -> ModelVolume.OpenFile {
    guard let open = openFiles[handle.number], open.mode.isSuperset(of: need) else {
      throw .badHandle
    }
    return open
  }

  fileprivate mutating func fileToOpen(
    _ path: VolumePath, _ mode: OpenMode
  ) throws(FlashError) -> NodeID {
    switch try tree.locate(path) {
    case .root, .taken(.directory): throw .isDirectory
    case .taken(.file(let id)):
      guard !mode.contains(.exclusive) else { throw .exists }
      return id
    case .vacant(let place):
      guard mode.contains(.create) else { throw .notFound }
      try check(place.name, path)
      return tree.addFile(at: place)
    }
  }

  /// Something that may leave its name: not the root, not an open file.
  fileprivate func movable(_ path: VolumePath) throws(FlashError) -> Node {
    switch try tree.locate(path) {
    case .root: throw .invalid
    case .vacant: throw .notFound
    case .taken(let node):
      try checkIdle(node)
      return node
    }
  }

  fileprivate func checkIdle(_ node: Node) throws(FlashError) {
    guard !openFiles.values.contains(where: { $0.file == node.id }) else { throw .busy }
  }

  fileprivate func checkEmpty(_ node: Node) throws(FlashError) {
    guard tree.directory(node.id).isEmpty else { throw .notEmpty }
  }
}
