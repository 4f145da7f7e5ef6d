/// The names of a littlefs 2, as its specification of version 2.1 stores them.
///
/// Every pair is a log: a change is a commit, appended to it (``CommitWriter``, ``CommitReader``), or the
/// pair is written anew in its other block (`+Commit`). What has moved is linked again, and what a change
/// of several commits leaves is mended, by the same code whether power was lost or not (`+Repair`).
final class LittleFS2Store: MetadataStore {
  let disk: Disk
  let root: Entry
  var superblock: Superblock
  var findings: [Finding] = []

  /// All pairs.
  var list: PairList
  /// The pairs that begin with the superblock: the first of the list, and those it has expanded to. The
  /// last of them is the root's first.
  var superblockPairs: [MetadataPair]
  /// What is still to be done.
  var unfinished: Unfinished
  /// The exclusive or of what all pairs on flash add to the shared state.
  var stateOnFlash: SharedState
  /// Blocks that flash may still lead to, though no pair is there any more.
  var reserved = BlockSet()
  /// A pair moves to another block whenever its revision is a multiple of this; nil for never.
  let relocationPeriod: UInt32?
  /// How to take back what a commit has changed in memory before it counted on flash.
  var undo: [() -> Void] = []

  /// What a change of several commits leaves to be done.
  struct Unfinished {
    /// Stands where an entry was moved from; the entry itself is elsewhere already.
    var ghost: Entry?
    /// Pairs of no directory: made and not named yet, or removed and still on the list.
    var orphans: [MetadataPair] = []

    var isEmpty: Bool { ghost == nil && orphans.isEmpty }
  }

  init(mounting disk: Disk, _ options: LittleFSOptions, tolerant: Bool) throws(FlashError) {
    let tree = try TreeReader.read(disk, tolerant: tolerant)
    self.disk = disk
    root = tree.root
    superblock = tree.superblock
    findings = tree.findings
    list = tree.list
    superblockPairs = tree.superblockPairs
    unfinished = tree.unfinished
    stateOnFlash = tree.stateOnFlash
    reserved = tree.reserved
    relocationPeriod = try Self.relocationPeriod(options)
  }

  /// Takes the tree apart from the inside: freed from the root, a deep one would need a deep stack.
  deinit {
    for link in list.links {
      for entry in link.pair.entries { entry.content = .inline([]) }
    }
  }

  /// The reference's rule: one more than the cycles, and odd, so that the two blocks of a pair take
  /// turns in moving.
  static func relocationPeriod(_ options: LittleFSOptions) throws(FlashError) -> UInt32? {
    guard let cycles = options.blockCycles else { return nil }
    guard cycles >= options.minimumBlockCycles, let count = UInt32(exactly: cycles), count < .max
    else { throw .invalid }
    return (count + 1) | 1
  }

  /// The reference keeps small files beside their names up to an eighth of a block, as far as an
  /// attribute may be that long and its cache is (`lfs_init` of version 2.11); a cache of a whole block
  /// is assumed here.
  var inlineLimit: Int { min(superblock.attributeLimit, superblock.blockSize / 8) }

  var superblockOnly: [BlockPair] { superblockPairs.dropLast().map(\.blocks) }

  // MARK: Changes

  func makeFile(_ name: Name, in directory: Directory) throws(FlashError) -> Entry {
    try prepare(name)
    let entry = Entry(name, .inline([]))
    let pair = directory.pair(for: name)
    let record = PairContents.Record(entry)
    try commit(Commit([.insert(record, at: pair.position(for: name))]), to: pair)
    directory.adopt(entry)
    try finish()
    return entry
  }

  /// The new pair goes on the list after the last of its parent directory. If the name goes into that
  /// pair too, one commit does both; else the pair is on the list before it has a name, an orphan that
  /// a loss of power leaves to be dropped.
  func makeDirectory(_ name: Name, in directory: Directory) throws(FlashError) -> Entry {
    try prepare(name)
    let last = directory.pairs[directory.pairs.count - 1]
    var contents = PairContents()
    contents.tail = last.tail
    let made = Directory()
    let entry = Entry(name, .directory(made))
    made.entry = entry
    made.pairs = [try makePair(contents)]
    let addition = Commit.Addition(pair: made.pairs[0], directory: made)
    let link = PairContents.Change.tail(made.pairs[0].blocks, continues: false)
    var naming = Commit()
    if directory.pair(for: name) === last {
      naming = Commit([link], adding: addition)
    } else {
      let orphan = Unfinished(orphans: made.pairs)
      try commit(Commit([link], adding: addition, leaving: orphan), to: last)
      try relink()
      naming.leaving = Unfinished()
    }
    let pair = directory.pair(for: name)
    let insertion = PairContents.Change.insert(
      PairContents.Record(entry), at: pair.position(for: name))
    naming.changes.insert(insertion, at: 0)
    try commit(naming, to: pair)
    directory.adopt(entry)
    try finish()
    return entry
  }

  /// A directory's pair leaves the list after its name; until then it is an orphan.
  func remove(_ entry: Entry) throws(FlashError) {
    try repair()
    guard let parent = entry.parent else { throw .invalid }
    let orphans = try singlePair(of: entry)
    var (commit, pair) = removal(of: entry)
    if let orphan = orphans.first {
      if list.predecessor(of: orphan) === pair, commit.dropping.isEmpty {
        commit.changes.append(.tail(orphan.tail, continues: pair.continues))
        commit.dropping = orphans
      } else {
        commit.leaving = Unfinished(orphans: orphans)
      }
    }
    try self.commit(commit, to: pair)
    parent.disown(entry)
    try finish()
  }

  /// Between two pairs it takes two commits: the first makes the new name and says in the shared state
  /// that the old one no longer counts, the second removes that.
  func move(
    _ entry: Entry, to name: Name, in directory: Directory, replacing target: Entry?
  ) throws(FlashError) {
    try prepare(name)
    guard let parent = entry.parent else { throw .invalid }
    let orphans = try target.map { target throws(FlashError) in try singlePair(of: target) } ?? []
    let (source, oldIndex) = place(of: entry)
    var (destination, index) = (directory.pair(for: name), 0)
    if let target {
      (destination, index) = place(of: target)
    } else {
      index = destination.position(for: name)
    }
    var commit = Commit(leaving: Unfinished(orphans: orphans))
    if target != nil { commit.changes.append(.remove(at: index)) }
    commit.changes.append(.insert(PairContents.Record(entry, name: name), at: index))
    if source === destination {
      let removed = target != nil && index < oldIndex ? oldIndex - 1 : oldIndex
      commit.changes.append(.remove(at: index <= removed ? removed + 1 : removed))
      try self.commit(commit, to: destination)
    } else {
      let ghost = Entry(entry.name, entry.content)
      ghost.attributes = entry.attributes
      source.entries[oldIndex] = ghost
      commit.leaving?.ghost = ghost
      do throws(FlashError) {
        try self.commit(commit, to: destination)
      } catch {
        source.entries[oldIndex] = entry
        throw error
      }
    }
    parent.disown(entry)
    if let target { directory.disown(target) }
    entry.name = name
    directory.adopt(entry)
    try finish()
  }

  func update(
    _ entry: Entry, content: Entry.Content, attributes: [UInt8: [UInt8]]
  ) throws(FlashError) {
    try repair()
    let (pair, index) =
      entry === root ? (superblockPairs[superblockPairs.count - 1], nil) : at(entry)
    var changes: [PairContents.Change] = []
    if let index, try isNew(content, after: entry.content) {
      changes.append(.content(content, at: index))
    }
    for type in Set(attributes.keys).union(entry.attributes.keys).sorted()
    where attributes[type] != entry.attributes[type] {
      guard attributes[type]?.count ?? 0 <= superblock.attributeLimit else { throw .noSpace }
      changes.append(.attribute(type, attributes[type], at: index))
    }
    if !changes.isEmpty { try commit(Commit(changes), to: pair) }
    entry.content = content
    entry.attributes = attributes
    try finish()
  }

  /// Whether new content has to be stored. What it points to has to be on flash first.
  private func isNew(
    _ new: Entry.Content, after old: Entry.Content
  ) throws(FlashError) -> Bool {
    switch (old, new) {
    case (.inline(let old), .inline(let new)):
      guard new.count <= LogTag.maximumLength else { throw .fileTooLarge }
      return old != new
    case (.blocks(let old), .blocks(let new)) where old.head == new.head && old.size == new.size:
      return false
    case (_, .blocks(let new)):
      guard new.size <= superblock.fileSizeLimit else { throw .fileTooLarge }
      try disk.sync()
      return true
    case (_, .inline): return true
    case (_, .directory): return false
    }
  }

  /// The root's superblock counts; those before it follow, for the reference compares them too.
  func grow(toBlockCount blockCount: Int) throws(FlashError) {
    guard blockCount >= superblock.blockCount, blockCount <= disk.geometry.blockCount else {
      throw .invalid
    }
    guard blockCount > superblock.blockCount else { return }
    try repair()
    let old = superblock.blockCount
    do throws(FlashError) {
      superblock.blockCount = blockCount
      disk.blockCount = blockCount
      try commit(Commit([.superblock(superblock)]), to: superblockPairs[superblockPairs.count - 1])
    } catch {
      superblock.blockCount = old
      disk.blockCount = old
      throw error
    }
    for pair in superblockPairs.dropLast() {
      try commit(Commit([.superblock(superblock)]), to: pair)
    }
    try finish()
  }

  func markMetadata(in used: inout BlockSet) {
    used.formUnion(reserved)
    for link in list.links {
      used.insert(link.pair.blocks, below: disk.blockCount)
      if let tail = link.pair.tail { used.insert(tail, below: disk.blockCount) }
    }
  }

  // MARK: Places

  private func prepare(_ name: Name) throws(FlashError) {
    guard name.byteCount <= superblock.nameLimit else { throw .nameTooLong }
    try repair()
  }

  /// The pair that an entry stands in, and where.
  func place(of entry: Entry) -> (pair: MetadataPair, index: Int) {
    for pair in entry.parent?.pairs ?? [] {
      if let index = pair.entries.firstIndex(where: { $0 === entry }) { return (pair, index) }
    }
    preconditionFailure("an entry is in no pair of its directory")
  }

  private func at(_ entry: Entry) -> (MetadataPair, Int?) {
    let (pair, index) = place(of: entry)
    return (pair, index)
  }

  /// The commit that removes an entry, and the pair it goes to. A pair that would be empty and is not
  /// the first of its directory leaves the list instead.
  func removal(of entry: Entry) -> (Commit, MetadataPair) {
    let (pair, index) = place(of: entry)
    return removal(at: index, of: pair)
  }

  func removal(at index: Int, of pair: MetadataPair) -> (Commit, MetadataPair) {
    guard pair.entries.count == 1, list.directory(of: pair)?.pairs.first !== pair,
      let predecessor = list.predecessor(of: pair)
    else { return (Commit([.remove(at: index)]), pair) }
    let tail = PairContents.Change.tail(pair.tail, continues: pair.continues)
    return (Commit([tail], dropping: [pair]), predecessor)
  }

  /// Leaves a directory that is to go no more than one pair, and returns it; none for a file.
  private func singlePair(of entry: Entry) throws(FlashError) -> [MetadataPair] {
    guard let directory = entry.directory else { return [] }
    while directory.pairs.count > 1 {
      let last = directory.pairs[directory.pairs.count - 1]
      let tail = PairContents.Change.tail(last.tail, continues: last.continues)
      try commit(
        Commit([tail], dropping: [last]), to: directory.pairs[directory.pairs.count - 2])
      try relink()
    }
    return directory.pairs
  }
}
