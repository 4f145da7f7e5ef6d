/// The rules of a volume: names, handles and free blocks. It knows no lock and no host.
///
/// Each change comes in two steps, a check that may throw and the change itself that cannot fail, so
/// that a host folder can follow in between.
struct VolumeState {
  var tree = FileTree()
  private(set) var openFiles: [OpenFile?]
  let blockCount: Int
  let access: VolumeAccess

  init(blockCount: Int, openFileLimit: Int, access: VolumeAccess) {
    openFiles = Array(repeating: nil, count: openFileLimit)
    self.blockCount = blockCount
    self.access = access
  }

  /// Blocks that nothing uses.
  ///
  /// A rewrite on littlefs fills new blocks while the old ones wait for the sync. Here a handle with
  /// unsynced writes takes only the blocks by which its file has grown: the new size replaces the old.
  var freeBlockCount: Int {
    openFiles.indices.reduce(blockCount - tree.usedBlockCount) { $0 - unsyncedBlockCount(of: $1) }
  }

  // MARK: Names

  func checkWritable() throws(FlashError) {
    guard access == .readWrite else { throw .readOnly }
  }

  func find(_ path: VolumePath) throws(FlashError) -> Node {
    switch try tree.locate(path) {
    case .root: return .directory(FileTree.root)
    case .taken(let node): return node
    case .vacant: throw .notFound
    }
  }

  /// Checks that a new entry can be made, for something that takes `blocks` blocks itself.
  func check(_ vacancy: Vacancy, blocks: Int) throws(FlashError) {
    guard vacancy.endsInName else { throw .notFound }
    guard vacancy.name.byteCount <= nameLimit else { throw .nameTooLong }
    let growth = tree.directory(vacancy.parent).growth(adding: vacancy.name)
    guard blocks + growth <= freeBlockCount else { throw .noSpace }
  }

  func vacancyForDirectory(_ path: VolumePath) throws(FlashError) -> Vacancy {
    try checkWritable()
    guard case .vacant(let vacancy) = try tree.locate(path) else { throw .exists }
    try check(vacancy, blocks: BlockCounts.pairBlockCount)
    return vacancy
  }

  /// Something that may leave its name: not the root, not an open file.
  func movable(_ path: VolumePath) throws(FlashError) -> Node {
    try checkWritable()
    switch try tree.locate(path) {
    case .root: throw .invalid
    case .vacant: throw .notFound
    case .taken(let node):
      try checkIdle(node)
      return node
    }
  }

  func removable(_ path: VolumePath) throws(FlashError) -> Node {
    let node = try movable(path)
    try checkEmpty(node)
    return node
  }

  /// Where `node` may go: a free name, or another node that it replaces.
  func target(for node: Node, _ path: VolumePath) throws(FlashError) -> Place {
    let place = try tree.locate(path)
    switch place {
    case .root: throw .invalid
    case .taken(node): break
    case .taken(let other):
      guard tree.status(of: node).kind == tree.status(of: other).kind else { throw .isDirectory }
      try checkEmpty(other)
      try checkIdle(other)
    case .vacant(let vacancy):
      guard !tree.isInside(vacancy.parent, node.id) else { throw .invalid }
      try check(vacancy, blocks: 0)
    }
    return place
  }

  private func checkIdle(_ node: Node) throws(FlashError) {
    guard tree.file(node.id).openCount == 0 else { throw .busy }
  }

  private func checkEmpty(_ node: Node) throws(FlashError) {
    guard tree.directory(node.id).isEmpty else { throw .notEmpty }
  }

  // MARK: Handles

  /// The place in the table that the next open file gets.
  func vacantHandle(for mode: OpenMode) throws(FlashError) -> FlashHandle {
    guard mode.isValid else { throw .invalid }
    if mode.contains(.write) { try checkWritable() }
    guard let number = openFiles.firstIndex(where: { $0 == nil }) else { throw .tooManyOpenFiles }
    return FlashHandle(number: number)
  }

  mutating func open(_ id: NodeID, _ mode: OpenMode, as handle: FlashHandle) {
    tree.countOpen(id, by: 1)
    openFiles[handle.number] = OpenFile(id, tree.file(id), mode)
  }

  /// The open file behind a handle that was opened for `need`.
  func openFile(_ handle: FlashHandle, for need: OpenMode = []) throws(FlashError) -> OpenFile {
    guard openFiles.indices.contains(handle.number), let open = openFiles[handle.number],
      open.mode.isSuperset(of: need)
    else { throw .badHandle }
    return open
  }

  mutating func setPosition(of handle: FlashHandle, to position: Int) {
    openFiles[handle.number]?.position = position
  }

  mutating func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    let size = try openFile(handle, for: .write).size(afterWriting: bytes.count)
    guard bytes.count > 0 else { return }
    try reserve(size, for: handle)
    openFiles[handle.number]?.write(bytes)
  }

  mutating func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    _ = try openFile(handle, for: .write)
    guard (0...fileSizeLimit).contains(size) else { throw .invalid }
    try reserve(size, for: handle)
    openFiles[handle.number]?.resize(to: size)
  }

  /// What a sync has to bring to flash; nil if nothing.
  func unsynced(_ handle: FlashHandle) throws(FlashError) -> OpenFile? {
    let open = try openFile(handle)
    return open.changes.isEmpty ? nil : open
  }

  mutating func synced(_ handle: FlashHandle) {
    guard let open = openFiles[handle.number] else { return }
    tree.setContent(of: open.file, open.content)
    openFiles[handle.number]?.rebase(on: tree.file(open.file))
  }

  mutating func release(_ handle: FlashHandle) {
    guard let open = openFiles[handle.number] else { return }
    tree.countOpen(open.file, by: -1)
    openFiles[handle.number] = nil
  }

  /// Checks that the volume has the blocks for the file to become `size` bytes long.
  private func reserve(_ size: Int, for handle: FlashHandle) throws(FlashError) {
    guard let open = openFiles[handle.number] else { throw .badHandle }
    let more = growth(of: open, at: size) - unsyncedBlockCount(of: handle.number)
    guard more <= freeBlockCount else { throw .noSpace }
  }

  private func unsyncedBlockCount(of number: Int) -> Int {
    guard let open = openFiles[number], !open.changes.isEmpty else { return 0 }
    return growth(of: open, at: open.content.size)
  }

  /// Blocks that a file of `size` bytes takes beyond those on flash.
  private func growth(of open: OpenFile, at size: Int) -> Int {
    let synced = BlockCounts.blockCount(forSize: tree.file(open.file).content.size)
    return max(0, BlockCounts.blockCount(forSize: size) - synced)
  }
}
