/// Reads the tree of a littlefs 1 into memory and compares the list of all pairs with it.
///
/// What a loss of power leaves is seen through: the result is the old state or the new one of what was
/// interrupted. It trusts nothing: every pointer is checked, and a block belongs to one pair only, so
/// that loops end.
final class LittleFS1Reader {
  private let disk: Disk
  private let isTolerant: Bool

  let root = Entry(Name(bytes: []), .directory(Directory()))
  private(set) var anchor = MetadataPair(blocks: BlockPair(first: 0, second: 1), revision: 0)
  private(set) var superblock: SuperblockRecord
  private(set) var list: [MetadataPair] = []
  private(set) var isLinked = true
  private(set) var orphans: [MetadataPair] = []
  private(set) var leftovers: [LittleFS1Store.Leftover] = []
  private(set) var nextEmptyHead = LittleFS1Store.emptyHeads.lowerBound
  private(set) var findings: [Finding] = []

  /// Which pair a block belongs to.
  private var owners: [Int: MetadataPair] = [:]
  /// The data of all entries that are not marked as moved.
  private var settled: Set<UInt64> = []
  /// Directories that are still to be read, with their first pair.
  private var waiting: [(entry: Entry, place: BlockPair)] = []
  /// Entries that are marked as moved, and may be elsewhere.
  private var marked: [MarkedEntry] = []

  private struct MarkedEntry {
    let entry: Entry
    let data: UInt64
    let place: BlockPair?
    let pair: MetadataPair
    let directory: Directory
  }

  init(_ disk: Disk, isTolerant: Bool) {
    self.disk = disk
    self.isTolerant = isTolerant
    superblock = SuperblockRecord(root: BlockPair(first: 0, second: 1), disk.geometry)
  }

  func readAll() throws(FlashError) {
    do throws(FlashError) {
      try readSuperblock()
      try readTree()
      try readList()
    } catch {
      for pair in owners.values { pair.forgetEntries() }  // As the store does when it goes.
      throw error
    }
  }

  // MARK: Superblock

  private func readSuperblock() throws(FlashError) {
    let found = try fetch(anchor.blocks, "the superblock")
    guard let record = SuperblockRecord(found.records) else {
      throw .corrupt("blocks 0 and 1 hold no superblock of littlefs 1")
    }
    guard record.version.major == 1, record.version <= .v11 else {
      throw .corrupt("the volume is littlefs \(record.version); of 1.x, 1.0 and 1.1 are known")
    }
    guard record.blockSize == disk.geometry.blockSize else {
      throw .corrupt(
        """
        the volume was made for blocks of \(record.blockSize) bytes, \
        this flash has \(disk.geometry.blockSize)
        """)
    }
    superblock = record
    anchor = found.pair
    // A module ignores the count in the superblock, which its maker may have written one too high.
    disk.blockCount = min(Int(record.blockCount), disk.geometry.blockCount)
    claim(anchor)
  }

  // MARK: Tree

  private func readTree() throws(FlashError) {
    root.directory?.entry = root
    waiting = [(root, superblock.root)]
    try readWaiting()
    // Whether a marked entry is elsewhere shows only when all others are known.
    for mark in marked { try settle(mark) }
  }

  private func readWaiting() throws(FlashError) {
    while let (entry, place) = waiting.popLast() { try readDirectory(entry, at: place) }
  }

  private func readDirectory(_ entry: Entry, at start: BlockPair) throws(FlashError) {
    guard let directory = entry.directory else { return }
    let name = "directory '\(entry.printablePath)'"
    var place: BlockPair? = start
    while let next = place {
      guard let pair = try readPair(at: next, of: directory, name) else { break }
      place = pair.continues ? pair.tail : nil
      if pair.continues, pair.tail == nil {
        try damage([next], "\(name) claims to continue after pair \(next), but the tail is null")
      }
    }
    if directory.pairs.isEmpty {
      // Only in a tolerant look: somewhere a directory has to be.
      directory.pairs = [MetadataPair(blocks: start, revision: 0)]
    }
  }

  private func readPair(
    at place: BlockPair, of directory: Directory, _ name: String
  ) throws(FlashError) -> MetadataPair? {
    if let fault = faultOfPlace(place) {
      try damage([place], "\(name) points to pair \(place), \(fault)")
      return nil
    }
    guard
      let found = try attempt([place], { () throws(FlashError) in try fetch(place, name) })
    else { return nil }
    claim(found.pair)
    directory.pairs.append(found.pair)
    for record in found.records { try adopt(record, in: found.pair, of: directory, name) }
    return found.pair
  }

  /// What is wrong with a pair of pointers, as the end of a sentence; nil if they may be followed.
  private func faultOfPlace(_ place: BlockPair) -> String? {
    for block in [place.first, place.second] {
      if block >= disk.blockCount { return "but the volume has \(disk.blockCount) blocks" }
      if let owner = owners[block]?.blocks { return "but block \(block) belongs to pair \(owner)" }
    }
    return place.first == place.second ? "one block twice" : nil
  }

  private func claim(_ pair: MetadataPair) {
    owners[pair.blocks.first] = pair
    owners[pair.blocks.second] = pair
  }

  private func adopt(
    _ record: DirectoryBlock.Record, in pair: MetadataPair, of directory: Directory, _ name: String
  ) throws(FlashError) {
    if let fault = record.name.fault(limit: nameLimit) {
      return try damage(
        [pair.blocks], directory.sentence(about: record.name, in: pair.blocks, fault))
    }
    if let fault = fault(of: record) {
      return try damage([pair.blocks], "\(name) has in pair \(pair.blocks) \(fault)")
    }
    let isDirectory = record.type == DirectoryBlock.Record.directory
    let entry = Entry(record.name, isDirectory ? .directory(Directory()) : fileContent(record))
    entry.directory?.entry = entry
    entry.foreignAttributes = record.attributes
    let data = UInt64(record.word(0)) << 32 | UInt64(record.word(1))
    let place = isDirectory ? record.pair(0) : nil
    if record.isMoved {
      pair.entries.append(entry)
      marked.append(
        MarkedEntry(entry: entry, data: data, place: place, pair: pair, directory: directory))
    } else if try isNew(entry.name, in: directory, name) {
      pair.entries.append(entry)
      enter(entry, data, place, in: directory)
    }
  }

  private func enter(_ entry: Entry, _ data: UInt64, _ place: BlockPair?, in directory: Directory) {
    settled.insert(data)
    directory.adopt(entry)
    if let place { waiting.append((entry, place)) }
  }

  private func isNew(
    _ entryName: Name, in directory: Directory, _ name: String
  ) throws(FlashError) -> Bool {
    guard directory[entryName] != nil else { return true }
    try damage(directory.pairs.map(\.blocks), "\(name) has two entries '\(entryName.printable)'")
    return false
  }

  /// What is wrong with a record of a directory; nil if it names a file or directory.
  private func fault(of record: DirectoryBlock.Record) -> String? {
    let name = "'\(record.name.printable)'"
    let isDirectory = record.type == DirectoryBlock.Record.directory
    guard isDirectory || record.type == DirectoryBlock.Record.file else {
      return "a record \(name) of the unknown type 0x\(String(record.type, radix: 16))"
    }
    guard record.data.count == 8 else {
      return "an entry \(name) with \(record.data.count) bytes of data, where 8 belong"
    }
    if isDirectory {
      return record.pair(0) == nil ? "a directory \(name) without blocks" : nil
    }
    return faultOfFile(size: Int(record.word(1)), head: Int(record.word(0)), name)
  }

  private func faultOfFile(size: Int, head: Int, _ name: String) -> String? {
    guard size <= min(fileSizeLimit, disk.blockCount * disk.geometry.blockSize) else {
      return "a file \(name) of \(size) bytes, more than the volume has"
    }
    guard size == 0 || (2..<disk.blockCount).contains(head) else {
      return "a file \(name) that ends in block \(head), where 2 to \(disk.blockCount - 1) exist"
    }
    return nil
  }

  private func fileContent(_ record: DirectoryBlock.Record) -> Entry.Content {
    let (head, size) = (record.word(0), Int(record.word(1)))
    guard size == 0 else { return .blocks(BlockList(head: Int(head), size: size)) }
    if LittleFS1Store.emptyHeads.contains(head), head >= nextEmptyHead {
      nextEmptyHead =
        head + 1 < LittleFS1Store.emptyHeads.upperBound
        ? head + 1 : LittleFS1Store.emptyHeads.lowerBound
    }
    return .inline([])
  }

  /// Decides about an entry that is marked as moved: it is gone if what it names is elsewhere.
  private func settle(_ mark: MarkedEntry) throws(FlashError) {
    leftovers.append(LittleFS1Store.Leftover(pair: mark.pair, directory: mark.directory))
    let isElsewhere =
      settled.contains(mark.data)
      || mark.place.map { owners[$0.first] != nil || owners[$0.second] != nil } ?? false
    let name = "directory '\(mark.directory.entry?.printablePath ?? "")'"
    note(
      .interrupted, [mark.pair.blocks],
      """
      a rename of '\(mark.entry.name.printable)' in \(name) was interrupted \
      \(isElsewhere ? "after" : "before") the new name was written
      """)
    if !isElsewhere, try isNew(mark.entry.name, in: mark.directory, name) {
      enter(mark.entry, mark.data, mark.place, in: mark.directory)
      try readWaiting()
    } else {
      mark.pair.entries.removeAll { $0 === mark.entry }
    }
  }

  // MARK: List

  /// Follows the list of all pairs and notes where it does not agree with the tree.
  private func readList() throws(FlashError) {
    var missing = Set(owners.values.map(\.blocks))
    list = [anchor]
    missing.remove(anchor.blocks)
    var last = anchor
    while let place = last.tail {
      if let known = owners[place.first] ?? owners[place.second] {
        guard missing.remove(known.blocks) != nil else {
          try damage([last.blocks], "the list of all pairs returns from \(last.blocks) to \(place)")
          break
        }
        noteMove(of: known, from: place)
        list.append(known)
        last = known
      } else if let orphan = try orphan(at: place) {
        last = orphan
      } else {
        break
      }
    }
    for place in missing {
      try damage([place], "the list of all pairs does not lead to pair \(place)")
    }
  }

  private func noteMove(of pair: MetadataPair, from place: BlockPair) {
    guard !pair.blocks.isSame(as: place) else { return }
    isLinked = false
    note(
      .interrupted, [place],
      "the list of all pairs leads to \(place), from where the pair has moved to \(pair.blocks)")
  }

  private func orphan(at place: BlockPair) throws(FlashError) -> MetadataPair? {
    let name = "the list of all pairs"
    guard
      let orphan = try attempt([place], { () throws(FlashError) in try fetch(place, name).pair })
    else { return nil }
    isLinked = false
    claim(orphan)
    orphans.append(orphan)
    note(.interrupted, [place], "pair \(place) is on the list of all pairs, but has no name")
    return orphan
  }

  // MARK: Pairs

  /// Reads the block of a pair that counts: the valid one with the later revision.
  private func fetch(
    _ place: BlockPair, _ name: String
  ) throws(FlashError) -> (pair: MetadataPair, records: [DirectoryBlock.Record]) {
    let first = try read(place.first)
    let second = try read(place.second)
    switch (first, second) {
    case (.success(let block), .failure):
      return try pair(place, block, name)
    case (.success(let block), .success(let other))
    where Int32(bitPattern: other.revision &- block.revision) < 0:
      return try pair(place, block, name)
    case (_, .success(let block)):
      return try pair(BlockPair(first: place.second, second: place.first), block, name)
    case (.failure(let cause), .failure(let other)):
      throw .corrupt(
        """
        neither block of pair \(place) of \(name) is valid: block \(place.first): \
        \(cause.description); block \(place.second): \(other.description)
        """)
    }
  }

  private func read(
    _ block: Int
  ) throws(FlashError) -> Result<DirectoryBlock, DirectoryBlock.Defect> {
    guard let bytes = try disk.readUnlessWorn(block) else {
      return .failure(DirectoryBlock.Defect("it is worn out"))
    }
    return Result { () throws(DirectoryBlock.Defect) in try DirectoryBlock(bytes) }
  }

  private func pair(
    _ place: BlockPair, _ block: DirectoryBlock, _ name: String
  ) throws(FlashError) -> (pair: MetadataPair, records: [DirectoryBlock.Record]) {
    let pair = MetadataPair(blocks: place, revision: block.revision)
    pair.tail = block.tail
    pair.continues = block.continues
    do throws(DirectoryBlock.Defect) {
      return (pair, try block.records())
    } catch {
      throw .corrupt("in pair \(place) of \(name), block \(place.first): \(error.description)")
    }
  }

  // MARK: Findings

  /// Throws, or notes in a tolerant look.
  private func damage(_ pairs: [BlockPair], _ description: String) throws(FlashError) {
    guard isTolerant else { throw .corrupt(description) }
    note(.damage, pairs, description)
  }

  private func attempt<Result>(
    _ pairs: [BlockPair], _ body: () throws(FlashError) -> Result
  ) throws(FlashError) -> Result? {
    do throws(FlashError) {
      return try body()
    } catch {
      guard case .corrupt(let cause) = error else { throw error }
      try damage(pairs, cause)
      return nil
    }
  }

  private func note(_ severity: Finding.Severity, _ pairs: [BlockPair], _ description: String) {
    findings.append(
      Finding(severity, blocks: pairs.flatMap { [$0.first, $0.second] }, description))
  }
}

extension BlockPair: CustomStringConvertible {
  /// Such as "{4, 5}".
  var description: String { "{\(first), \(second)}" }
}
