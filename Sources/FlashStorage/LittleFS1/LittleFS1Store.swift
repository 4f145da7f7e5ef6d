/// The names of a littlefs 1 (the library's versions 1.x; its format is 1.1).
///
/// Every directory is one or more pairs of blocks, and a change rewrites the block of a pair that does
/// not count, with the revision one higher: until its checksum is on flash the other block counts, so a
/// loss of power leaves the old state or the new one. All pairs stand on one list, threaded through
/// their tails from the superblock's pair on, which is how the C library finds the blocks in use.
///
/// Three changes take more than one such step. What a loss of power leaves of them, ``repair()`` sets
/// right, and ``LittleFS1Reader`` sees through it:
///
/// - Removing a directory: it loses its name, then its place on the list. In between it is an orphan.
/// - Moving a pair off a worn block: whoever names the pair points to the new place, then the list
///   does. In between the list leads to the old state of the pair.
/// - Renaming: the old entry is marked as moved, the new one is written, the old one goes. A marked
///   entry counts as long as no entry with the same content is elsewhere.
///
/// Memory holds what is to be; ``repair()`` brings flash there. So the last steps of a change are a
/// repair too, and if they fail the next change tries again.
final class LittleFS1Store: MetadataStore {
  let disk: Disk
  let root: Entry
  let superblock: Superblock
  let findings: [Finding]
  /// Every file has blocks of its own.
  let inlineLimit = 0

  /// The superblock's pair, blocks 0 and 1.
  let anchor: MetadataPair
  /// What the anchor holds, but for the root's place.
  let anchorRecord: SuperblockRecord
  /// All pairs in the order of the list, from the anchor on. The tails on flash agree with it, unless
  /// ``isLinked`` is false.
  var list: [MetadataPair]
  var isLinked: Bool
  /// Pairs without a name that the list on flash still leads through.
  var orphans: [MetadataPair]
  /// Worn blocks that the list on flash may still lead to.
  var retired: [Int] = []
  /// Pairs that hold an entry on flash, or a mark, that memory has not.
  var leftovers: [Leftover]
  /// The rename that is under way.
  var departure: Departure?
  /// See ``Departure/emptyHead``.
  var nextEmptyHead: UInt32

  struct Leftover {
    let pair: MetadataPair
    let directory: Directory
  }

  /// An entry on its way to another name.
  struct Departure {
    /// In its old place, marked as moved.
    let entry: Entry
    /// What will stand in the new place.
    let arrival: Entry
    /// What both point to if they are an empty file.
    ///
    /// The mark on an entry is valid only as long as no other entry has the same content, but all empty
    /// files have: the C library loses one of two if a rename is interrupted. As nobody follows the
    /// pointer of an empty file, a number beyond all blocks, that no other has, tells this one apart.
    let emptyHead: UInt32
  }

  /// The numbers for ``Departure/emptyHead``: more than any block's, and not the null pointer.
  static let emptyHeads: Range<UInt32> = 1 << 31..<DirectoryBlock.noBlock

  init(mounting disk: Disk, _ options: LittleFSOptions, tolerant: Bool) throws(FlashError) {
    let reader = LittleFS1Reader(disk, isTolerant: tolerant)
    try reader.readAll()
    self.disk = disk
    root = reader.root
    anchor = reader.anchor
    anchorRecord = reader.superblock
    list = reader.list
    isLinked = reader.isLinked
    orphans = reader.orphans
    leftovers = reader.leftovers
    nextEmptyHead = reader.nextEmptyHead
    findings = reader.findings
    superblock = Superblock(
      version: anchorRecord.version, blockSize: disk.geometry.blockSize,
      blockCount: disk.blockCount,
      nameLimit: min(
        nameLimit, disk.geometry.blockSize - DirectoryBlock.overhead - Self.entrySize(nameSize: 0)),
      fileSizeLimit: fileSizeLimit, attributeLimit: 0)
  }

  /// Writes the superblock to blocks 0 and 1, so that either serves, and an empty root beside it.
  static func format(
    _ device: any BlockDevice, _ options: LittleFSOptions
  ) throws(FlashError) {
    let geometry = device.geometry
    let disk = Disk(device, blockCount: geometry.blockCount, firstAllocation: 0)
    disk.markUsed = { used in for block in 0..<2 { used.insert(block) } }
    let root = try writeEmptyRoot(on: disk)
    let record = SuperblockRecord(root: root, geometry)
    var revision = disk.staleRevision(of: 0) &+ 1
    var isWritten = false
    for block in [1, 0] {
      revision &+= 1
      var bytes = DirectoryBlock.Encoder(
        revision: revision, tail: root, capacity: geometry.blockSize)
      record.append(to: &bytes)
      let image = bytes.finish(continues: false, programSize: geometry.programSize)
      if try disk.replace(block, with: image) { isWritten = true }
    }
    guard isWritten else {
      throw .corrupt("blocks 0 and 1, where the superblock belongs, cannot be written")
    }
  }

  private static func writeEmptyRoot(on disk: Disk) throws(FlashError) -> BlockPair {
    let first = try disk.allocate()
    var second = try disk.allocate()
    let image = DirectoryBlock.Encoder(
      revision: disk.staleRevision(of: first) &+ 2, tail: nil, capacity: disk.geometry.blockSize
    ).finish(continues: false, programSize: disk.geometry.programSize)
    while try !disk.replace(second, with: image) { second = try disk.allocate() }
    return BlockPair(first: second, second: first)
  }

  deinit {
    // A chain of directories, each in the one before, would be freed by as deep a recursion.
    for pair in list { pair.forgetEntries() }
  }

  // MARK: Changes

  func makeFile(_ name: Name, in directory: Directory) throws(FlashError) -> Entry {
    try repair()
    let entry = Entry(name, .inline([]))
    try append(entry, to: directory)
    directory.adopt(entry)
    tidy()
    return entry
  }

  func makeDirectory(_ name: Name, in directory: Directory) throws(FlashError) -> Entry {
    try repair()
    let new = Directory()
    let entry = Entry(name, .directory(new))
    new.entry = entry
    let pair = try makePair([], tail: directory.lastPair.tail)
    new.pairs = [pair]
    try append(entry, to: directory, followedBy: pair)
    directory.adopt(entry)
    tidy()
    return entry
  }

  func remove(_ entry: Entry) throws(FlashError) {
    try repair()
    guard let directory = entry.parent, let pair = directory.pair(of: entry) else {
      throw .notFound
    }
    try write(pair.entries.filter { $0 !== entry }, to: pair, of: directory)
    directory.disown(entry)
    unlist(entry)
    tidy()
  }

  func move(
    _ entry: Entry, to name: Name, in directory: Directory, replacing target: Entry?
  ) throws(FlashError) {
    try repair()
    guard let oldDirectory = entry.parent, let oldPair = oldDirectory.pair(of: entry) else {
      throw .notFound
    }
    let arrival = Entry(name, entry.content)
    arrival.foreignAttributes = entry.foreignAttributes
    departure = Departure(entry: entry, arrival: arrival, emptyHead: takeEmptyHead())
    do throws(FlashError) {
      try rewrite(oldPair)
      leftovers.append(Leftover(pair: oldPair, directory: oldDirectory))
      try put(arrival, in: directory, replacing: target)
    } catch {
      departure = nil
      tidy()  // Takes the mark off again, which the C library leaves.
      throw error
    }
    departure = nil
    oldPair.entries.removeAll { $0 === entry }
    oldDirectory.disown(entry)
    if let target {
      directory.disown(target)
      unlist(target)
    }
    directory.replace(arrival, with: entry)
    entry.name = name
    directory.adopt(entry)
    tidy()
  }

  private func put(
    _ arrival: Entry, in directory: Directory, replacing target: Entry?
  ) throws(FlashError) {
    guard let target else { return try append(arrival, to: directory) }
    guard let pair = directory.pair(of: target) else { throw .notFound }
    try rewrite(pair) { $0.entries = $0.entries.map { $0 === target ? arrival : $0 } }
  }

  private func takeEmptyHead() -> UInt32 {
    defer {
      nextEmptyHead =
        nextEmptyHead + 1 < Self.emptyHeads.upperBound
        ? nextEmptyHead + 1 : Self.emptyHeads.lowerBound
    }
    return nextEmptyHead
  }

  func update(
    _ entry: Entry, content: Entry.Content, attributes: [UInt8: [UInt8]]
  ) throws(FlashError) {
    guard attributes.isEmpty else { throw .invalid }
    if case .inline(let bytes) = content, !bytes.isEmpty { throw .invalid }
    try repair()
    guard let pair = entry.parent?.pair(of: entry) else { throw .notFound }
    let old = entry.content
    entry.content = content
    do throws(FlashError) {
      try rewrite(pair)
    } catch {
      entry.content = old
      throw error
    }
    tidy()
  }

  /// The library of version 1 has no way to do it.
  func grow(toBlockCount blockCount: Int) throws(FlashError) { throw .invalid }

  func markMetadata(in used: inout BlockSet) {
    for pair in list + orphans {
      used.insert(pair.blocks, below: disk.blockCount)
      if let tail = pair.tail { used.insert(tail, below: disk.blockCount) }
    }
    for block in retired { used.insert(block) }
  }
}

extension Directory {
  /// Where the next entry goes.
  fileprivate var lastPair: MetadataPair { pairs[pairs.count - 1] }

  /// The pair that an entry of this directory stands in.
  fileprivate func pair(of entry: Entry) -> MetadataPair? {
    pairs.first { $0.entries.contains { $0 === entry } }
  }

  /// Lets one entry stand where another does.
  fileprivate func replace(_ old: Entry, with new: Entry) {
    guard let pair = pair(of: old) else { return }
    pair.entries = pair.entries.map { $0 === old ? new : $0 }
  }
}

extension MetadataPair {
  /// Takes a pair apart that nobody needs any more.
  func forgetEntries() {
    for entry in entries { entry.parent?.disown(entry) }
    entries = []
  }
}
