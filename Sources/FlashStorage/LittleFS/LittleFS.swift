/// A littlefs of either format on a flash device, with the reference library's semantics: paths, files,
/// open handles, attributes and the allocation of blocks. Not thread-safe.
///
/// If the device fails in the middle of a change to the names, memory and flash may differ; every later
/// change is then refused with ``FlashError/fault(_:)`` until the volume is mounted again, and reading
/// goes on. Lack of space is no such failure: it leaves everything as it was.
final class LittleFS {
  let store: any MetadataStore
  let disk: Disk
  /// Whether it may be changed.
  var access = VolumeAccess.readWrite
  /// Whether an open file keeps its name, as on the modules. The reference lets it go; its handles then
  /// have a file without a name.
  var openFilesStay = false
  /// What hears of every change.
  var follower: (any LittleFSFollower)?
  private(set) var openFiles: [LittleFSFile] = []
  private var failure: FlashError?
  /// What the change in progress moves, replaces or removes: on flash until it is done, wherever the
  /// store has put it in the tree by then.
  private var inMotion: [Entry] = []

  /// Serves what a store has read.
  init(_ store: any MetadataStore, _ disk: Disk) {
    self.store = store
    self.disk = disk
    disk.markUsed = { [unowned self] used throws(FlashError) in try mark(in: &used) }
  }

  /// Mounts whichever littlefs is on the device.
  convenience init(
    mounting device: any BlockDevice, _ options: LittleFSOptions, tolerant: Bool = false
  ) throws(FlashError) {
    let disk = Disk(device, blockCount: device.geometry.blockCount)
    let store = try LittleFSFormat.mount(disk, options, tolerant: tolerant)
    disk.startAllocation(at: options.firstAllocation ?? Self.seed(of: store))
    self.init(store, disk)
  }

  /// Another number after each change, the same for the same flash.
  private static func seed(of store: any MetadataStore) -> Int {
    var hash: UInt32 = 2_166_136_261
    func mix(_ number: Int) { hash = (hash ^ UInt32(truncatingIfNeeded: number)) &* 16_777_619 }
    var waiting = [store.root]
    while let directory = waiting.popLast()?.directory {
      for pair in directory.pairs {
        mix(Int(pair.revision))
        mix(pair.log?.offset ?? 0)
        for entry in pair.entries where entry.directory != nil { waiting.append(entry) }
      }
    }
    return Int(hash)
  }

  // MARK: Names

  /// What a path leads to.
  enum Place {
    case taken(Entry)
    /// A name that an existing directory has not got.
    case vacant(Directory, Name, endsInName: Bool)
  }

  func locate(_ path: VolumePath) throws(FlashError) -> Place {
    var entry = store.root
    for (index, name) in path.names.enumerated() {
      guard let directory = entry.directory else { throw .notDirectory }
      guard let next = directory[name] else {
        guard index == path.names.count - 1 else { throw .notFound }
        return .vacant(directory, name, endsInName: path.endsInName)
      }
      entry = next
    }
    return .taken(entry)
  }

  func find(_ path: VolumePath) throws(FlashError) -> Entry {
    guard case .taken(let entry) = try locate(path) else { throw .notFound }
    return entry
  }

  func entries(of path: VolumePath) throws(FlashError) -> [Entry] {
    guard let directory = try find(path).directory else { throw .notDirectory }
    return directory.entries
  }

  func makeDirectory(_ path: VolumePath) throws(FlashError) {
    try checkWritable()
    guard case .vacant(let directory, let name, let endsInName) = try locate(path) else {
      throw .exists
    }
    try check(name, endsInName, in: directory)
    let entry = try change { () throws(FlashError) in
      try store.makeDirectory(name, in: directory)
    }
    try follow { follower throws(FlashError) in
      try follower.made(entry)
    } orElse: { () throws(FlashError) in
      try remove(path)
    }
  }

  func remove(_ path: VolumePath) throws(FlashError) {
    let entry = try movable(path)
    try checkEmpty(entry)
    let place = entry.names
    try change([entry]) { () throws(FlashError) in try store.remove(entry) }
    try follow { follower throws(FlashError) in
      try follower.removed(place, isDirectory: entry.directory != nil)
    } orElse: { () throws(FlashError) in
      try putBack(entry, at: path)
    }
  }

  func rename(_ oldPath: VolumePath, to newPath: VolumePath) throws(FlashError) {
    let entry = try movable(oldPath)
    switch try locate(newPath) {
    case .taken(let target):
      if target === entry { return }
      guard let directory = target.parent else { throw .invalid }
      guard (entry.directory == nil) == (target.directory == nil) else { throw .isDirectory }
      guard !directory.isInside(entry) else { throw .invalid }
      try checkEmpty(target)
      try checkIdle(target)
      try move(entry, to: target.name, in: directory, replacing: target)
      try follow(entry, from: oldPath) { () throws(FlashError) in
        try putBack(target, at: newPath)
      }
    case .vacant(let directory, let name, let endsInName):
      guard !directory.isInside(entry) else { throw .invalid }
      try check(name, endsInName, in: directory)
      try move(entry, to: name, in: directory, replacing: nil)
      try follow(entry, from: oldPath) {}
    }
  }

  private func move(
    _ entry: Entry, to name: Name, in directory: Directory, replacing target: Entry?
  ) throws(FlashError) {
    try change([entry] + (target.map { [$0] } ?? [])) { () throws(FlashError) in
      try store.move(entry, to: name, in: directory, replacing: target)
    }
  }

  // MARK: Attributes

  func attribute(_ type: UInt8, of path: VolumePath) throws(FlashError) -> [UInt8] {
    try checkAttributes()
    guard let value = try find(path).attributes[type] else { throw .noAttribute }
    return value
  }

  func setAttribute(_ type: UInt8, of path: VolumePath, to value: [UInt8]?) throws(FlashError) {
    try checkAttributes()
    try checkWritable()
    let entry = try find(path)
    guard value?.count ?? 0 <= store.superblock.attributeLimit else { throw .noSpace }
    var attributes = entry.attributes
    attributes[type] = value
    guard attributes != entry.attributes else { return }
    try change { () throws(FlashError) in
      try store.update(entry, content: entry.content, attributes: attributes)
    }
  }

  private func checkAttributes() throws(FlashError) {
    guard store.superblock.version.major > 1 else { throw .invalid }
  }

  // MARK: Files

  /// Opens a file; every handle has to be closed.
  func open(_ path: VolumePath, _ mode: OpenMode) throws(FlashError) -> LittleFSFile {
    guard mode.isValid else { throw .invalid }
    if mode.contains(.write) { try checkWritable() }
    let entry = try fileToOpen(path, mode)
    if !mode.contains(.truncate), case .blocks(let list) = entry.content {
      entry.content = .blocks(try disk.load(list))
    }
    let file = LittleFSFile(
      entry, mode, disk, inlineLimit: store.inlineLimit,
      sizeLimit: store.superblock.fileSizeLimit)
    openFiles.append(file)
    return file
  }

  private func fileToOpen(_ path: VolumePath, _ mode: OpenMode) throws(FlashError) -> Entry {
    switch try locate(path) {
    case .taken(let entry):
      guard entry.directory == nil else { throw .isDirectory }
      guard !mode.contains(.exclusive) else { throw .exists }
      return entry
    case .vacant(let directory, let name, let endsInName):
      guard mode.contains(.create) else { throw .notFound }
      try check(name, endsInName, in: directory)
      let entry = try change { () throws(FlashError) in
        try store.makeFile(name, in: directory)
      }
      try follow { follower throws(FlashError) in
        try follower.made(entry)
      } orElse: { () throws(FlashError) in
        try remove(path)
      }
      return entry
    }
  }

  func write(_ file: LittleFSFile, _ bytes: Span<UInt8>) throws(FlashError) {
    try prepareChange()
    try file.write(bytes)
  }

  func truncate(_ file: LittleFSFile, to size: Int) throws(FlashError) {
    try prepareChange()
    try file.truncate(to: size)
  }

  /// Makes what the handle sees the content of its file; does nothing for a file that has lost its name.
  func sync(_ file: LittleFSFile) throws(FlashError) {
    guard file.isChanged else { return }
    try prepareChange()
    try file.flush()
    guard file.entry.parent != nil else { return file.noteSynced() }
    // The data has to be there before the name points to it.
    if case .blocks = file.content { try disk.sync() }
    let entry = file.entry
    // Compared as long as the old blocks are sure to stand.
    let old = entry.content
    let difference = follower == nil ? nil : try disk.change(from: old, to: file.content)
    try update(entry, file.content)
    try follow { follower throws(FlashError) in
      if let difference { try follower.stored(entry, difference, on: disk) }
    } orElse: { () throws(FlashError) in
      try update(entry, old)
    }
    file.noteSynced()
  }

  private func update(_ entry: Entry, _ content: Entry.Content) throws(FlashError) {
    try change([entry]) { () throws(FlashError) in
      try store.update(entry, content: content, attributes: entry.attributes)
    }
  }

  /// Syncs; the handle is gone also when that fails.
  func close(_ file: LittleFSFile) throws(FlashError) {
    defer { openFiles.removeAll { $0 === file } }
    try sync(file)
  }

  // MARK: Following

  /// Lets the follower do what has been done on flash; if it refuses, flash goes back.
  private func follow(
    _ body: (any LittleFSFollower) throws(FlashError) -> Void,
    orElse undo: () throws(FlashError) -> Void
  ) throws(FlashError) {
    guard let follower else { return }
    do throws(FlashError) {
      try body(follower)
    } catch {
      self.follower = nil
      defer { self.follower = follower }
      do throws(FlashError) {
        try undo()
      } catch {
        failure = .fault("a change could not be undone: \(error); mount the volume again")
      }
      throw error
    }
  }

  private func follow(
    _ entry: Entry, from path: VolumePath, orElse putTargetBack: () throws(FlashError) -> Void
  ) throws(FlashError) {
    let place = entry.names
    try follow { follower throws(FlashError) in
      try follower.moved(entry, from: path.names)
    } orElse: { () throws(FlashError) in
      let newPath = try VolumePath(place.map(\.string).joined(separator: "/"))
      try rename(newPath, to: path)
      try putTargetBack()
    }
  }

  /// Makes something anew that has just been removed.
  private func putBack(_ entry: Entry, at path: VolumePath) throws(FlashError) {
    if entry.directory != nil {
      try makeDirectory(path)
    } else {
      let bytes = try disk.read(entry.content, 0, entry.size)  // Before its blocks are used again.
      let file = try open(path, [.write, .create])
      try write(file, bytes.span)
      try close(file)
    }
    for (type, value) in entry.attributes { try setAttribute(type, of: path, to: value) }
  }

  // MARK: The whole volume

  /// How many blocks nothing uses, unsynced writes counted as a use.
  func freeBlockCount() throws(FlashError) -> Int { try disk.freeCount() }

  /// Makes the file system larger.
  func grow(toBlockCount blockCount: Int) throws(FlashError) {
    try checkWritable()
    guard (disk.blockCount...max(disk.blockCount, disk.geometry.blockCount)).contains(blockCount)
    else { throw .invalid }
    guard blockCount > disk.blockCount else { return }
    try change { () throws(FlashError) in try store.grow(toBlockCount: blockCount) }
  }

  /// Finishes or undoes what a loss of power has interrupted, as the first change would.
  func repair() throws(FlashError) {
    try checkWritable()
    try change {}
  }

  private func mark(in used: inout BlockSet) throws(FlashError) {
    store.markMetadata(in: &used)
    var waiting = [store.root] + inMotion
    while let entry = waiting.popLast() {
      switch entry.content {
      case .inline: break
      case .blocks(let list):
        let list = try disk.load(list)
        entry.content = .blocks(list)
        list.mark(in: &used)
      case .directory(let directory): for pair in directory.pairs { waiting += pair.entries }
      }
    }
    for file in openFiles { file.mark(in: &used) }
  }

  // MARK: Rules

  private func checkWritable() throws(FlashError) {
    guard access == .readWrite else { throw .readOnly }
  }

  /// Something that may leave its name.
  private func movable(_ path: VolumePath) throws(FlashError) -> Entry {
    try checkWritable()
    let entry = try find(path)
    guard entry.parent != nil else { throw .invalid }
    try checkIdle(entry)
    return entry
  }

  private func checkIdle(_ entry: Entry) throws(FlashError) {
    guard !openFilesStay || !openFiles.contains(where: { $0.entry === entry }) else { throw .busy }
  }

  private func checkEmpty(_ entry: Entry) throws(FlashError) {
    guard entry.directory?.isEmpty ?? true else { throw .notEmpty }
  }

  private func check(
    _ name: Name, _ endsInName: Bool, in directory: Directory
  ) throws(FlashError) {
    guard endsInName else { throw .notFound }
    guard name.byteCount <= store.superblock.nameLimit else { throw .nameTooLong }
    try follower?.check(name, in: directory)
  }

  /// Begins whatever writes to flash: everything that was allocated before is in use or free by now.
  private func prepareChange() throws(FlashError) {
    if let failure { throw failure }
    disk.checkpoint()
  }

  /// Runs a change of the store.
  ///
  /// - Parameter entries: What it moves, replaces, removes or gives other content.
  private func change<Result>(
    _ entries: [Entry] = [], _ body: () throws(FlashError) -> Result
  ) throws(FlashError) -> Result {
    try prepareChange()
    inMotion = entries.map { Entry($0.name, $0.content) }
    defer { inMotion = [] }
    do throws(FlashError) {
      try store.repair()
      return try body()
    } catch {
      if error != .noSpace {
        failure = .fault("\(error); mount the volume again before changing it")
      }
      throw error
    }
  }
}

extension Directory {
  /// Whether it is a directory's own or stands anywhere in it.
  func isInside(_ entry: Entry) -> Bool {
    var place = self.entry
    while let current = place {
      if current === entry { return true }
      place = current.parent?.entry
    }
    return false
  }
}

extension Entry {
  /// Calls `body` with the path of each entry, itself first, directories before what they hold.
  func visit(_ body: (_ path: String, Entry) -> Void) {
    var waiting = [(path: name.string, entry: self)]
    while let (path, entry) = waiting.popLast() {
      body(path.isEmpty ? "/" : path, entry)
      for child in (entry.directory?.entries ?? []).reversed() {
        waiting.append(("\(path)/\(child.name.string)", child))
      }
    }
  }
}
