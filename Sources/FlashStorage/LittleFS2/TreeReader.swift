/// Reads a littlefs 2 from flash: the list of all pairs, the state they share, and the tree.
///
/// The list comes first, since the state is in it. The tree is then read by its own pointers. After a loss
/// of power the two may differ: where a pair has moved, the list still leads to where it was, which shares
/// a block with where it is; where a directory was made or removed, the list has a pair of no directory.
final class TreeReader {
  /// What was read.
  struct Tree {
    let root: Entry
    var superblock: Superblock
    var superblockPairs: [MetadataPair]
    var list = PairList()
    var unfinished = LittleFS2Store.Unfinished()
    var stateOnFlash = SharedState()
    var reserved = BlockSet()
    var findings: [Finding] = []
    /// Where the allocator may start, from all checksums.
    var digest = CRC32()
  }

  private let disk: Disk
  private let tolerant: Bool
  private var tree: Tree
  private var buffer: [UInt8]
  /// All pairs that were read, by their blocks, the lower first.
  private var pairs: [BlockPair: LoadedPair] = [:]
  /// The pairs as the list on flash has them.
  private var chain: [LoadedPair] = []
  /// Whether the list could be followed to its end.
  private var isChainWhole = true
  /// The pairs of the tree and the superblocks, by each of their blocks.
  private var owned: [Int: LoadedPair] = [:]
  /// The directories whose pairs are still to be read.
  private var waiting: [Directory] = []
  private var heads: [ObjectIdentifier: BlockPair] = [:]
  /// The directory where the old place of a moved entry is.
  private weak var ghostHome: Directory?

  /// A pair with what only matters while reading.
  private final class LoadedPair {
    let pair: MetadataPair
    /// Every entry by its id; nil for a superblock and for what makes no sense.
    var entriesByID: [Entry?] = []
    var superblock: Superblock?
    var attributes: [UInt8: [UInt8]] = [:]
    var problems: [Finding] = []
    var directory: Directory?
    var isOwned = false
    var isOnList = false

    init(_ pair: MetadataPair) { self.pair = pair }
  }

  static func read(_ disk: Disk, tolerant: Bool) throws(FlashError) -> Tree {
    let reader = TreeReader(disk, tolerant)
    try reader.readChain()
    try reader.readTree()
    try reader.compare()
    return reader.tree
  }

  private init(_ disk: Disk, _ tolerant: Bool) {
    self.disk = disk
    self.tolerant = tolerant
    buffer = [UInt8](repeating: 0, count: disk.geometry.blockSize)
    let root = Entry(Name(bytes: []), .directory(Directory()))
    root.directory?.entry = root
    tree = Tree(
      root: root,
      superblock: Superblock(
        version: .v21, blockSize: disk.geometry.blockSize, blockCount: disk.blockCount,
        nameLimit: 255, fileSizeLimit: .max, attributeLimit: 1022),
      superblockPairs: [])
  }

  // MARK: The list

  private func readChain() throws(FlashError) {
    var next: BlockPair? = BlockPair(first: 0, second: 1)
    var seen = BlockSet(capacity: disk.blockCount)
    while let blocks = next {
      guard let loaded = try load(blocks, place(ofNext: blocks)) else {
        isChainWhole = false
        break
      }
      guard !seen.contains(blocks.first), !seen.contains(blocks.second) else {
        isChainWhole = false
        try damage("the list of pairs leads back to pair \(blocks)", blocks)
        break
      }
      seen.insert(blocks.first)
      seen.insert(blocks.second)
      chain.append(loaded)
      loaded.isOnList = true
      if let superblock = loaded.superblock { try found(superblock, loaded) }
      guard !tree.superblockPairs.isEmpty else {
        throw .corrupt(
          loaded.problems.first?.description ?? "pair \(blocks) begins with no superblock")
      }
      tree.stateOnFlash = tree.stateOnFlash ^ loaded.pair.stateDelta
      next = loaded.pair.tail
    }
    guard !chain.isEmpty else { throw .corrupt("there is no superblock in the blocks 0 and 1") }
    if !tree.stateOnFlash.makesSense {
      try damage("the shared state has the tag \(hex(tree.stateOnFlash.tag))", nil)
      tree.stateOnFlash.tag &= 1 << 31
    }
  }

  private func place(ofNext blocks: BlockPair) -> String {
    guard let last = chain.last else { return "the first pair is \(blocks)" }
    return "pair \(last.pair.blocks) points to pair \(blocks)"
  }

  /// The last superblock counts: what was in the first pair before has moved on from there.
  private func found(_ superblock: Superblock, _ loaded: LoadedPair) throws(FlashError) {
    try superblock.check(disk.geometry)
    tree.superblock = superblock
    tree.superblockPairs.append(loaded.pair)
    disk.blockCount = superblock.blockCount
  }

  // MARK: The tree

  private func readTree() throws(FlashError) {
    let move = tree.stateOnFlash.move
    for pair in tree.superblockPairs.dropLast() { try readExpanded(pair) }
    guard let first = chain.last(where: { $0.superblock != nil }), let root = tree.root.directory
    else { return }
    tree.root.attributes = first.attributes
    heads[ObjectIdentifier(root)] = first.pair.blocks
    waiting = [root]
    while let directory = waiting.popLast() { try read(directory, move) }
    try shareDirectory(of: tree.unfinished.ghost)
    if let move, tree.unfinished.ghost == nil {
      try damage(
        "entry \(move.id) of pair \(move.pair) is marked as moved, and there is none", move.pair)
      tree.stateOnFlash.tag &= 1 << 31
    }
  }

  /// A directory that has been moved is one under both names; if it cannot be found, its place is kept.
  private func shareDirectory(of ghost: Entry?) throws(FlashError) {
    guard let ghost, let directory = ghost.directory,
      let blocks = heads[ObjectIdentifier(directory)]
    else { return }
    directory.pairs = [MetadataPair(blocks: blocks, revision: 0)]
    guard let moved = pairs[blocks.sorted]?.directory else { return }
    if let entry = moved.entry, ghostHome?.isInside(entry) == true {
      return try damage("the old place of directory \(path(of: moved)) lies within it", blocks)
    }
    ghost.content = .directory(moved)
  }

  /// A superblock before the root holds nothing else.
  private func readExpanded(_ pair: MetadataPair) throws(FlashError) {
    guard let loaded = pairs[pair.blocks.sorted] else { return }
    own(loaded)
    try report(loaded, in: tree.root.directory)
    if !pair.entries.isEmpty {
      try damage(
        "pair \(pair.blocks) holds \(pair.entries.count) entries before the root directory",
        pair.blocks)
    }
  }

  private func read(
    _ directory: Directory, _ move: (pair: BlockPair, id: Int)?
  ) throws(FlashError) {
    guard var blocks = heads.removeValue(forKey: ObjectIdentifier(directory)) else { return }
    while true {
      guard let loaded = try load(blocks, "directory \(path(of: directory)) is in pair \(blocks)")
      else { break }
      guard !loaded.isOwned else {
        try damage(
          "directory \(path(of: directory)) is in pair \(blocks), which is part of another",
          blocks)
        break
      }
      own(loaded)
      loaded.directory = directory
      directory.pairs.append(loaded.pair)
      try report(loaded, in: directory)
      try adopt(loaded, in: directory, move)
      guard loaded.pair.continues, let tail = loaded.pair.tail else { break }
      blocks = tail
    }
    if directory.pairs.isEmpty { directory.pairs = [MetadataPair(blocks: blocks, revision: 0)] }
  }

  private func own(_ loaded: LoadedPair) {
    loaded.isOwned = true
    owned[loaded.pair.blocks.first] = loaded
    owned[loaded.pair.blocks.second] = loaded
  }

  private func adopt(
    _ loaded: LoadedPair, in directory: Directory, _ move: (pair: BlockPair, id: Int)?
  ) throws(FlashError) {
    var last = directory.pairs.dropLast().last { !$0.entries.isEmpty }?.entries.last?.name
    // In a tolerant look, what is named wrongly or twice is left out.
    var refused: Set<ObjectIdentifier> = []
    defer { loaded.pair.entries.removeAll { refused.contains(ObjectIdentifier($0)) } }
    for (id, entry) in loaded.entriesByID.enumerated() {
      guard let entry else { continue }
      if let fault = entry.name.fault(limit: tree.superblock.nameLimit) {
        try damage(
          directory.sentence(about: entry.name, in: loaded.pair.blocks, fault), loaded.pair.blocks)
        refused.insert(ObjectIdentifier(entry))
        continue
      }
      if let move, move.id == id, move.pair.sharesBlock(with: loaded.pair.blocks) {
        tree.unfinished.ghost = entry
        ghostHome = directory
        note(
          .interrupted, loaded.pair.blocks,
          "\(path(of: directory, entry.name)) has been moved, and still stands here")
        continue
      }
      guard directory[entry.name] == nil else {
        try damage(
          "\(path(of: directory, entry.name)) stands in pair \(loaded.pair.blocks) once more",
          loaded.pair.blocks)
        refused.insert(ObjectIdentifier(entry))
        continue
      }
      if tolerant, let last, !last.precedes(entry.name) {
        note(
          .damage, loaded.pair.blocks,
          """
          \(path(of: directory, entry.name)) stands after \(last.printable), where littlefs does \
          not find it
          """)
      }
      last = entry.name
      directory.adopt(entry)
      if let child = entry.directory { waiting.append(child) }
    }
  }

  // MARK: List and tree

  /// Puts the list together as it should be, from where it is on flash and what the tree says has moved.
  private func compare() throws(FlashError) {
    var next: BlockPair? = BlockPair(first: 0, second: 1)
    var seen = Set<ObjectIdentifier>()
    while let blocks = next {
      guard let loaded = try whatStands(at: blocks), seen.insert(ObjectIdentifier(loaded)).inserted
      else { break }
      if !loaded.isOwned { try orphan(loaded) }
      if !loaded.isOnList { moved(loaded, from: blocks) }
      tree.list.append(
        PairList.Link(
          pair: loaded.pair, directory: loaded.directory, isLinked: loaded.isOnList))
      next = loaded.pair.tail
    }
    for loaded in chain { reserve(loaded.pair.blocks) }
    if let move = tree.stateOnFlash.move { reserve(move.pair) }
    if tree.stateOnFlash.isListSuspect {
      note(.interrupted, nil, "a change of the list of pairs was not finished")
    }
    guard isChainWhole else { return }
    for loaded in pairs.values where loaded.isOwned && !seen.contains(ObjectIdentifier(loaded)) {
      try damage(
        """
        pair \(loaded.pair.blocks) of directory \(path(of: loaded.directory)) is not on the list \
        of pairs
        """, loaded.pair.blocks)
    }
  }

  private func whatStands(at blocks: BlockPair) throws(FlashError) -> LoadedPair? {
    if let loaded = pairs[blocks.sorted], loaded.isOwned { return loaded }
    if let loaded = owned[blocks.first] ?? owned[blocks.second] { return loaded }
    return try load(blocks, "the list of pairs leads to pair \(blocks)")
  }

  private func orphan(_ loaded: LoadedPair) throws(FlashError) {
    tree.unfinished.orphans.append(loaded.pair)
    guard !tree.stateOnFlash.isListSuspect else {
      return note(
        .interrupted, loaded.pair.blocks, "pair \(loaded.pair.blocks) belongs to no directory")
    }
    try report(loaded, in: nil)
    note(
      .damage, loaded.pair.blocks,
      "pair \(loaded.pair.blocks) is on the list of pairs and belongs to no directory")
  }

  private func moved(_ loaded: LoadedPair, from blocks: BlockPair) {
    let severity = tree.stateOnFlash.isListSuspect ? Finding.Severity.interrupted : .damage
    note(
      severity, loaded.pair.blocks,
      """
      the list of pairs leads to pair \(blocks), where directory \(path(of: loaded.directory)) has \
      pair \(loaded.pair.blocks)
      """)
  }

  private func reserve(_ blocks: BlockPair) {
    tree.reserved.insert(blocks, below: disk.blockCount)
  }

  // MARK: Pairs

  /// Reads a pair, once.
  ///
  /// - Parameter place: What leads there, for a finding.
  /// - Returns: Nil if it cannot be read, which has been reported.
  private func load(
    _ blocks: BlockPair, _ place: @autoclosure () -> String
  ) throws(FlashError) -> LoadedPair? {
    if let loaded = pairs[blocks.sorted] { return loaded }
    let limit = disk.blockCount
    guard blocks.first < limit, blocks.second < limit, blocks.first != blocks.second else {
      try damage("\(place()), which is not two of the \(limit) blocks", blocks)
      return nil
    }
    var candidates: [(block: Int, revision: UInt32)] = []
    for block in [blocks.first, blocks.second] {
      if let revision = try disk.readWord(block) { candidates.append((block, revision)) }
    }
    if candidates.count == 2,
      Int32(bitPattern: candidates[1].revision &- candidates[0].revision) > 0
    {
      candidates.swapAt(0, 1)
    }
    for candidate in candidates {
      guard let log = try readLog(candidate.block) else { continue }
      let other = candidate.block == blocks.first ? blocks.second : blocks.first
      let loaded = take(log, buffer, BlockPair(first: candidate.block, second: other))
      pairs[blocks.sorted] = loaded
      return loaded
    }
    try damage("\(place()), and neither block holds a whole commit", blocks)
    return nil
  }

  private func readLog(_ block: Int) throws(FlashError) -> PairLog? {
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    defer { swap(&bytes, &buffer) }
    var span = bytes.mutableSpan
    guard try disk.readIfGood(block, into: &span) else { return nil }
    return CommitReader.read(bytes.span, programSize: disk.geometry.programSize)
  }

  private func take(
    _ log: PairLog, _ bytes: [UInt8], _ blocks: BlockPair
  ) -> LoadedPair {
    let pair = MetadataPair(blocks: blocks, revision: log.revision)
    (pair.tail, pair.continues) = (log.tail, log.continues)
    (pair.log, pair.stateDelta) = (log.end, log.state)
    let loaded = LoadedPair(pair)
    for (id, logged) in log.entries.enumerated() { take(logged, id, bytes, loaded) }
    pair.entries = loaded.entriesByID.compactMap(\.self)
    for sentence in log.contradictions { problem(loaded, sentence) }
    note(log.ending, loaded)
    var word = log.digest.value
    for _ in 0..<4 {
      tree.digest.update(UInt8(truncatingIfNeeded: word))
      word >>= 8
    }
    return loaded
  }

  private func note(_ ending: PairLog.Ending, _ loaded: LoadedPair) {
    guard tolerant else { return }
    let block = loaded.pair.blocks.first
    let sentence: String
    switch ending {
    case .unwritten: return
    case .unfinished(let offset):
      sentence = "a commit begins at byte \(offset) of block \(block) and has no end"
    case .mismatch(let offset, let expected, let found):
      sentence = """
        the commit at byte \(offset) of block \(block) has the checksum \(hex(found)), not \
        \(hex(expected)) as it says
        """
    }
    loaded.problems.append(Finding(.interrupted, blocks: [block], sentence))
  }

  // MARK: Entries

  private func take(
    _ logged: PairLog.LoggedEntry, _ id: Int, _ bytes: [UInt8], _ loaded: LoadedPair
  ) {
    let attributes = logged.attributes.mapValues { Array(bytes[$0]) }
    if logged.type == .superblock {
      loaded.entriesByID.append(nil)
      takeSuperblock(logged, id, attributes, bytes, loaded)
    } else {
      let entry = entry(logged, id, bytes, loaded)
      entry?.attributes = attributes
      loaded.entriesByID.append(entry)
    }
  }

  private func takeSuperblock(
    _ logged: PairLog.LoggedEntry, _ id: Int, _ attributes: [UInt8: [UInt8]],
    _ bytes: [UInt8], _ loaded: LoadedPair
  ) {
    guard id == 0, let structure = logged.structure, structure.kind == .inlineStructure,
      let superblock = Superblock(
        name: bytes.span.extracting(logged.name), data: bytes.span.extracting(structure.data))
    else { return problem(loaded, "entry \(id) is a superblock that makes no sense") }
    loaded.superblock = superblock
    loaded.attributes = attributes
    tree.superblock = superblock
  }

  private func entry(
    _ logged: PairLog.LoggedEntry, _ id: Int, _ bytes: [UInt8], _ loaded: LoadedPair
  ) -> Entry? {
    guard let type = logged.type else {
      problem(loaded, "entry \(id) has no name")
      return nil
    }
    let name = Name(bytes: Array(bytes[logged.name]))
    guard let structure = logged.structure else {
      problem(loaded, "entry \(id), \"\(name.printable)\", has no content")
      return nil
    }
    let data = bytes.span.extracting(structure.data)
    switch (type, structure.kind) {
    case (.file, .inlineStructure):
      return Entry(name, .inline(Array(bytes[structure.data])))
    case (.file, .blocksStructure) where data.count == 8:
      return file(name, head: data.littleEndian(at: 0), size: data.littleEndian(at: 4), loaded)
    case (.directory, .directoryStructure) where data.count == 8:
      return directory(name, data.blockPair(at: 0), loaded)
    default:
      problem(
        loaded,
        """
        entry \(id), "\(name.printable)", is of type \(type.code) and has \(data.count) bytes of \
        content of kind \(hex(structure.kind.code))
        """)
      return nil
    }
  }

  private func file(
    _ name: Name, head: UInt32, size: UInt32, _ loaded: LoadedPair
  ) -> Entry? {
    guard size > 0 else { return Entry(name, .inline([])) }
    guard head < disk.blockCount, size <= tree.superblock.fileSizeLimit else {
      problem(
        loaded,
        """
        file "\(name.printable)" has \(size) bytes up to block \(head), on \(disk.blockCount) blocks \
        for files of \(tree.superblock.fileSizeLimit) bytes
        """)
      return nil
    }
    return Entry(name, .blocks(BlockList(head: Int(head), size: Int(size))))
  }

  private func directory(_ name: Name, _ blocks: BlockPair?, _ loaded: LoadedPair) -> Entry? {
    guard let blocks else {
      problem(loaded, "directory \"\(name.printable)\" is in no pair")
      return nil
    }
    let directory = Directory()
    let entry = Entry(name, .directory(directory))
    directory.entry = entry
    heads[ObjectIdentifier(directory)] = blocks
    return entry
  }

  // MARK: Findings

  private func problem(_ loaded: LoadedPair, _ sentence: String) {
    let blocks = loaded.pair.blocks
    loaded.problems.append(
      Finding(
        .damage, blocks: [blocks.first],
        "in block \(blocks.first) of pair \(blocks), \(sentence)"))
  }

  /// What was wrong with a pair, now that its directory is known.
  private func report(_ loaded: LoadedPair, in directory: Directory?) throws(FlashError) {
    for finding in loaded.problems {
      let place = directory.map { "directory \(path(of: $0)): " } ?? ""
      guard tolerant || finding.severity == .interrupted else {
        throw .corrupt(place + finding.description)
      }
      tree.findings.append(
        Finding(finding.severity, blocks: finding.blocks, place + finding.description))
    }
  }

  private func damage(_ sentence: String, _ blocks: BlockPair?) throws(FlashError) {
    guard tolerant else { throw .corrupt(sentence) }
    note(.damage, blocks, sentence)
  }

  private func note(_ severity: Finding.Severity, _ blocks: BlockPair?, _ sentence: String) {
    guard tolerant else { return }
    let blocks = blocks.map { [$0.first, $0.second] } ?? []
    tree.findings.append(Finding(severity, blocks: blocks, sentence))
  }

  private func path(of directory: Directory?, _ name: Name? = nil) -> String {
    guard let directory else { return "/" }
    return name.map(directory.printablePath) ?? directory.entry?.printablePath ?? "/"
  }
}

private func hex(_ word: UInt32) -> String { "0x" + String(word, radix: 16) }

extension BlockPair {
  /// The same two blocks, the lower first.
  var sorted: BlockPair { first <= second ? self : BlockPair(first: second, second: first) }

  func sharesBlock(with other: BlockPair) -> Bool {
    first == other.first || first == other.second || second == other.first
      || second == other.second
  }
}
