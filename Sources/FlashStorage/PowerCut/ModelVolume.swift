import Synchronization

/// What a volume ought to do, on values in memory: no flash, no blocks, no limits.
final class ModelVolume: Sendable {
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
    var nextNumber = 0
  }

  private let state = Guarded(State())

  /// What is stored, as last synced.
  var tree: FileTree { state.withLock { $0.tree } }

  // MARK: Handles

  func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    let path = try VolumePath(path)
    return try state.withLock { state throws(FlashError) in
      let id = try state.fileToOpen(path, mode)
      var open = OpenFile(file: id, mode: mode, content: state.tree.content(id))
      if mode.contains(.truncate), open.content.size > 0 {
        open.content = FileContent()
        open.isChanged = true
      }
      defer { state.nextNumber += 1 }
      state.openFiles[state.nextNumber] = open
      return FlashHandle(number: state.nextNumber)
    }
  }

  func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      var open = try state.openFile(handle, for: .write)
      guard bytes.count > 0 else { return }
      let start = open.writePosition
      if start > open.content.size { open.content.resize(to: start) }
      open.content.write(bytes, at: start)
      open.position = start + bytes.count
      open.isChanged = true
      state.openFiles[handle.number] = open
    }
  }

  func seek(
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

  func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      var open = try state.openFile(handle, for: .write)
      guard (0...fileSizeLimit).contains(size) else { throw .invalid }
      guard size != open.content.size else { return }
      open.content.resize(to: size)
      open.isChanged = true
      state.openFiles[handle.number] = open
    }
  }

  func sync(_ handle: FlashHandle) throws(FlashError) {
    try state.withLock { state throws(FlashError) in
      let open = try state.openFile(handle)
      guard open.isChanged else { return }
      state.tree.setContent(of: open.file, open.content)
      state.openFiles[handle.number]?.isChanged = false
    }
  }

  func close(_ handle: FlashHandle) throws(FlashError) {
    try sync(handle)
    abandon(handle)
  }

  /// Frees a handle without a sync.
  func abandon(_ handle: FlashHandle) {
    state.withLock { $0.openFiles[handle.number] = nil }
  }

  // MARK: Names

  func makeDirectory(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      guard case .vacant(let place) = try state.tree.locate(path) else { throw .exists }
      guard path.endsInName else { throw .notFound }
      state.tree.addDirectory(at: place)
    }
  }

  func remove(_ path: String) throws(FlashError) {
    let path = try VolumePath(path)
    try state.withLock { state throws(FlashError) in
      let node = try state.movable(path)
      try state.checkEmpty(node)
      state.tree.remove(node)
    }
  }

  func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
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
        guard new.endsInName else { throw .notFound }
        state.tree.move(node, to: place)
      }
    }
  }
}

extension ModelVolume.State {
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
    guard mode.isValid else { throw .invalid }
    switch try tree.locate(path) {
    case .root, .taken(.directory): throw .isDirectory
    case .taken(.file(let id)):
      guard !mode.contains(.exclusive) else { throw .exists }
      return id
    case .vacant(let place):
      guard mode.contains(.create), path.endsInName else { throw .notFound }
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
