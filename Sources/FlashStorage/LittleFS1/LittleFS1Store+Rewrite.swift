extension LittleFS1Store {
  /// What a pair is to hold.
  struct Draft {
    var entries: [Entry]
    var tail: BlockPair?
    var continues: Bool

    init(_ pair: MetadataPair) {
      entries = pair.entries
      tail = pair.tail
      continues = pair.continues
    }
  }

  /// Writes a pair anew, with a change: to flash, then in memory.
  ///
  /// If no block will take it, it is as if nothing had happened. If it had to go to another block than
  /// its own, whoever names the pair has been changed to lead there, but the list may not.
  func rewrite(
    _ pair: MetadataPair, _ change: (inout Draft) -> Void = { _ in }
  ) throws(FlashError) {
    var draft = Draft(pair)
    change(&draft)
    let image = encode(draft, of: pair)
    guard image.count <= disk.geometry.blockSize else { throw .noSpace }
    let block = try place(image, for: pair)
    let (old, oldBlocks) = (Draft(pair), pair.blocks)
    pair.take(draft, blocks: BlockPair(first: block, second: oldBlocks.first))
    if block != oldBlocks.second {
      do throws(FlashError) {
        try redirect(to: pair, awayFrom: oldBlocks.second)
      } catch {
        pair.take(old, blocks: oldBlocks)
        throw error
      }
    }
    pair.revision &+= 1
  }

  /// Programs the block of a pair that does not count, or another one if it is worn.
  private func place(_ image: [UInt8], for pair: MetadataPair) throws(FlashError) -> Int {
    var block = pair.blocks.second
    while try !disk.replace(block, with: image) {
      guard pair !== anchor else {
        throw .corrupt("block \(block), where the superblock belongs, cannot be written any more")
      }
      block = try disk.allocate()
    }
    return block
  }

  private func encode(_ draft: Draft, of pair: MetadataPair) -> [UInt8] {
    var block = DirectoryBlock.Encoder(
      revision: pair.revision &+ 1, tail: draft.tail, capacity: disk.geometry.blockSize)
    if pair === anchor {
      var record = anchorRecord
      record.root = rootBlocks
      record.append(to: &block)
    }
    for entry in draft.entries { append(entry, to: &block) }
    return block.finish(continues: draft.continues, programSize: disk.geometry.programSize)
  }

  private var rootBlocks: BlockPair { root.directory?.pairs.first?.blocks ?? anchorRecord.root }

  private func append(_ entry: Entry, to block: inout DirectoryBlock.Encoder) {
    let moved = entry === departure?.entry ? DirectoryBlock.Record.movedBit : 0
    let type =
      entry.directory == nil ? DirectoryBlock.Record.file : DirectoryBlock.Record.directory
    block.append(
      type | moved, dataSize: 8, attributes: entry.foreignAttributes, name: entry.name
    ) {
      switch entry.content {
      case .directory(let directory): $0.append(directory.pairs.first?.blocks)
      case .blocks(let list):
        $0.append(UInt32(list.head))
        $0.append(UInt32(list.size))
      case .inline:
        $0.append(emptyHead(of: entry))
        $0.append(0)
      }
    }
  }

  private func emptyHead(of entry: Entry) -> UInt32 {
    guard let departure, entry === departure.entry || entry === departure.arrival else {
      return DirectoryBlock.noBlock
    }
    return departure.emptyHead
  }

  /// Bytes of an entry in a block.
  static func entrySize(nameSize: Int, attributesSize: Int = 0) -> Int {
    DirectoryBlock.Record.minimumSize + nameSize + attributesSize
  }

  private func size(of pair: MetadataPair) -> Int {
    pair.entries.reduce(DirectoryBlock.overhead) { $0 + size(of: $1) }
  }

  private func size(of entry: Entry) -> Int {
    Self.entrySize(
      nameSize: entry.name.byteCount, attributesSize: entry.foreignAttributes.count)
  }

  // MARK: Pairs

  /// Makes a pair that nothing leads to yet.
  ///
  /// Its second block is not erased; what it may hold from earlier has a lower revision.
  func makePair(_ entries: [Entry], tail: BlockPair?) throws(FlashError) -> MetadataPair {
    let blocks = BlockPair(first: try disk.allocate(), second: try disk.allocate())
    let pair = MetadataPair(
      blocks: blocks, revision: disk.staleRevision(of: blocks.first) &+ 1)
    try rewrite(pair) {
      $0.entries = entries
      $0.tail = tail
    }
    return pair
  }

  /// Adds an entry at the end of a directory, in a new pair if the last one is full. A gap in an
  /// earlier one stays, as in the C library.
  ///
  /// - Parameter next: A pair that goes on the list behind the directory in the same step.
  func append(
    _ entry: Entry, to directory: Directory, followedBy next: MetadataPair? = nil
  ) throws(FlashError) {
    guard size(of: entry) + DirectoryBlock.overhead <= disk.geometry.blockSize else {
      throw .nameTooLong
    }
    let last = directory.pairs[directory.pairs.count - 1]
    let tail = next?.blocks ?? last.tail
    if size(of: last) + size(of: entry) <= disk.geometry.blockSize {
      try rewrite(last) {
        $0.entries.append(entry)
        $0.tail = tail
      }
      list(next.map { [$0] } ?? [], behind: last)
    } else {
      let pair = try makePair([entry], tail: tail)
      try rewrite(last) {
        $0.continues = true
        $0.tail = pair.blocks
      }
      directory.pairs.append(pair)
      list([pair] + (next.map { [$0] } ?? []), behind: last)
    }
  }

  private func list(_ pairs: [MetadataPair], behind last: MetadataPair) {
    guard !pairs.isEmpty, let index = list.firstIndex(where: { $0 === last }) else { return }
    list.insert(contentsOf: pairs, at: index + 1)
  }

  /// Writes the entries of a pair; without any, the pair goes, unless it is the directory's first.
  func write(
    _ entries: [Entry], to pair: MetadataPair, of directory: Directory
  ) throws(FlashError) {
    guard entries.isEmpty, let index = directory.pairs.firstIndex(where: { $0 === pair }),
      index > 0
    else { return try rewrite(pair) { $0.entries = entries } }
    try rewrite(directory.pairs[index - 1]) {
      $0.continues = pair.continues
      $0.tail = pair.tail
    }
    pair.entries = []
    directory.pairs.remove(at: index)
    list.removeAll { $0 === pair }
  }

  /// Takes the pairs of an entry that has no name any more off the list, in memory.
  func unlist(_ entry: Entry) {
    guard let pairs = entry.directory?.pairs else { return }
    orphans += pairs
    list.removeAll { pair in pairs.contains { $0 === pair } }
    isLinked = false
  }

  /// Makes what names a pair point to where it is now: an entry, the superblock, or the pair before it
  /// in the same directory. Nothing names a new pair.
  private func redirect(
    to pair: MetadataPair, awayFrom block: Int
  ) throws(FlashError) {
    guard let index = list.firstIndex(where: { $0 === pair }) else { return }
    retired.append(block)
    isLinked = false
    if root.directory?.pairs.first === pair {
      try rewrite(anchor) { $0.tail = pair.blocks }
    } else if let holder = list.first(where: { $0.names(pair) }) {
      try rewrite(holder)
    } else {
      try rewrite(list[index - 1]) { $0.tail = pair.blocks }
    }
  }

  // MARK: Repair

  func repair() throws(FlashError) {
    while let leftover = leftovers.last {
      try write(leftover.pair.entries, to: leftover.pair, of: leftover.directory)
      leftovers.removeLast()
    }
    if !isLinked { try relink() }
  }

  /// Finishes a change that has happened whether this works or not. If it does not, the next change
  /// tries it again.
  func tidy() { try? repair() }

  /// Makes the tails on flash lead from pair to pair as ``list`` does.
  private func relink() throws(FlashError) {
    repeat {
      isLinked = true
      for index in list.indices {
        let next = index + 1 < list.count ? list[index + 1].blocks : nil
        guard !list[index].leads(to: next) else { continue }
        // A pair that moves meanwhile may have been passed: then once more.
        do throws(FlashError) {
          try rewrite(list[index]) { $0.tail = next }
        } catch {
          isLinked = false
          throw error
        }
      }
    } while !isLinked
    orphans = []
    retired = []
  }
}

extension MetadataPair {
  /// Becomes what was written.
  fileprivate func take(_ draft: LittleFS1Store.Draft, blocks: BlockPair) {
    entries = draft.entries
    tail = draft.tail
    continues = draft.continues
    self.blocks = blocks
  }

  /// Whether one of its entries is the directory that starts with `pair`.
  fileprivate func names(_ pair: MetadataPair) -> Bool {
    entries.contains { $0.directory?.pairs.first === pair }
  }

  fileprivate func leads(to next: BlockPair?) -> Bool {
    guard let tail, let next else { return tail == nil && next == nil }
    return tail.isSame(as: next)
  }
}

extension Disk {
  /// Erases a block and programs it from its start; what was written before is durable before this is,
  /// and this before what follows.
  ///
  /// - Returns: False if the block is bad.
  func replace(_ block: Int, with image: [UInt8]) throws(FlashError) -> Bool {
    guard try erase(block), try program(block, at: 0, image.span) else { return false }
    try sync()
    return true
  }

  /// A whole block; nil if it is worn out.
  func readUnlessWorn(_ block: Int) throws(FlashError) -> [UInt8]? {
    guard block < blockCount else { throw .corrupt("block \(block) is beyond the file system") }
    var bytes = [UInt8](repeating: 0, count: geometry.blockSize)
    var span = bytes.mutableSpan
    return try readIfGood(block, into: &span) ? bytes : nil
  }

  /// The revision that a block from earlier may have, so that a new pair gets a later one.
  func staleRevision(of block: Int) -> UInt32 {
    guard let bytes = try? read(block, count: 4) else { return 0 }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
