/// A change of one pair that either happens or does not.
struct Commit {
  /// A new pair for the list, after the one that points to it.
  struct Addition {
    let pair: MetadataPair
    let directory: Directory
  }

  var changes: [PairContents.Change]
  var adding: Addition?
  /// Pairs that the new tail leaves out.
  var dropping: [MetadataPair]
  /// What is still to be done afterwards; nil for what was to be done before.
  var leaving: LittleFS2Store.Unfinished?

  init(
    _ changes: [PairContents.Change] = [], adding: Addition? = nil, dropping: [MetadataPair] = [],
    leaving: LittleFS2Store.Unfinished? = nil
  ) {
    self.changes = changes
    self.adding = adding
    self.dropping = dropping
    self.leaving = leaving
  }
}

/// How a commit gets onto flash.
///
/// It is appended to the pair's log; if it does not fit there, the pair is written anew to its other
/// block, which then counts. Both take effect at once. If that block is bad, or it is time to spread the
/// wear, another takes its place: the pair has moved, and what is in it counts only when the tree leads
/// there. So another commit links it: to the entry of its directory, or for a further pair of a
/// directory to the pair before it. That commit may move its own pair in turn, up to the root at most;
/// the first that does not move makes all of them count, in one program of one block.
///
/// The shared state changes with exactly that commit. A pair that moves stores no change of the state,
/// since the list on flash does not lead to the new place; what it adds remains the same, but for what
/// it takes over from pairs that leave the list with it.
extension LittleFS2Store {
  /// Makes a change. When this returns, the change counts on flash; when it throws, it does not, and all
  /// is as before in memory too.
  func commit(_ commit: Commit, to pair: MetadataPair) throws(FlashError) {
    let before = (list, superblockPairs, reserved)
    let leaving = commit.leaving ?? unfinished
    do throws(FlashError) {
      enlist(commit, pair)
      var (step, place) = (commit, pair)
      while try !write(step, to: place, leaving) { (step, place) = treeLink(to: place) }
    } catch {
      for step in undo.reversed() { step() }
      undo = []
      (list, superblockPairs, reserved) = before
      throw error
    }
    undo = []
    unfinished = leaving
  }

  private func enlist(_ commit: Commit, _ pair: MetadataPair) {
    if let added = commit.adding {
      list.insert(
        PairList.Link(pair: added.pair, directory: added.directory, isLinked: false), after: pair)
    }
    for dropped in commit.dropping {
      if let directory = list.directory(of: dropped) {
        change(directory) { $0.removeAll { $0 === dropped } }
      }
      reserve(dropped.blocks)
      list.remove(dropped)
    }
  }

  /// Writes a pair's change to flash.
  ///
  /// - Returns: Whether it counts; if not, the pair has moved.
  private func write(
    _ commit: Commit, to pair: MetadataPair, _ leaving: Unfinished
  ) throws(FlashError) -> Bool {
    if try append(commit, to: pair, leaving) { return true }
    var contents = contents(of: pair)
    for change in commit.changes { contents.apply(change) }
    let inherited = commit.dropping.reduce(pair.stateDelta) { $0 ^ $1.stateDelta }
    return try rewrite(pair, &contents, inherited, leaving)
  }

  /// The state that the next commit to a pair can bring about.
  private func nextState(
    _ pair: MetadataPair, pointingTo tail: BlockPair?, _ leaving: Unfinished
  ) -> SharedState {
    guard list.isLinked(pair) else { return stateOnFlash }
    let unlinked = list.unlinkedCount - list.followers(of: pair, pointingTo: tail)
    let move = leaving.ghost.map { ghost in
      let (pair, index) = place(ofGhost: ghost)
      return (pair: pair.blocks, id: firstID(in: pair) + index)
    }
    return SharedState(isListSuspect: unlinked > 0 || !leaving.orphans.isEmpty, move: move)
  }

  // MARK: Appending

  private func append(
    _ commit: Commit, to pair: MetadataPair, _ leaving: Unfinished
  ) throws(FlashError) -> Bool {
    guard let end = pair.log, pair.entries.count + commit.changes.count < PairContents.idLimit
    else { return false }
    var (tail, continues) = (pair.tail, pair.continues)
    var writer = CommitWriter(after: end, disk.geometry, superblock.version)
    for change in commit.changes {
      change.encode(first: firstID(in: pair), into: &writer)
      if case .tail(let blocks, let more) = change { (tail, continues) = (blocks, more) }
    }
    let state = nextState(pair, pointingTo: tail, leaving)
    let delta =
      commit.dropping.reduce(pair.stateDelta) { $0 ^ $1.stateDelta }
      ^ state ^ stateOnFlash
    if delta != pair.stateDelta { writer.append(delta) }
    guard writer.fits, try finish(&writer, end, pair.blocks.first) else {
      pair.log = nil
      return false
    }
    for change in commit.changes { pair.entries.apply(change) }
    (pair.tail, pair.continues) = (tail, continues)
    pair.log = writer.end
    pair.stateDelta = delta
    counts(pair, state)
    return true
  }

  /// Programs a commit where nothing has been written yet. Only its first program unit is known to be
  /// erased from the commit before; a program that was cut short may have begun further on.
  private func finish(
    _ writer: inout CommitWriter, _ end: LogEnd, _ block: Int
  ) throws(FlashError) -> Bool {
    let next = writer.plannedEnd
    let limit = min(next + disk.geometry.programSize, disk.geometry.blockSize)
    var bytes = [UInt8](repeating: 0, count: limit - end.offset)
    var span = bytes.mutableSpan
    guard try disk.readIfGood(block, at: end.offset, into: &span),
      bytes.allSatisfy({ $0 == 0xff })
    else { return false }
    let unit = bytes.span.extracting(last: limit - next)
    writer.finish(erased: unit.isEmpty ? nil : unit)
    return try program(writer, block, at: end.offset)
  }

  private func program(
    _ writer: CommitWriter, _ block: Int, at offset: Int
  ) throws(FlashError) -> Bool {
    guard try disk.program(block, at: offset, writer.bytes.span) else { return false }
    try disk.sync()
    return true
  }

  /// A commit to a pair has taken effect.
  private func counts(_ pair: MetadataPair, _ state: SharedState) {
    guard list.isLinked(pair) else { return }
    stateOnFlash = state
    list.linkFollowers(of: pair)
  }

  // MARK: Rewriting

  /// What a pair holds.
  private func contents(of pair: MetadataPair) -> PairContents {
    var contents = PairContents()
    if let index = superblockPairs.firstIndex(where: { $0 === pair }) {
      let isRoot = index == superblockPairs.count - 1
      contents.superblock = PairContents.SuperblockRecord(
        superblock: superblock, attributes: isRoot ? root.attributes : [:])
    }
    contents.records = pair.entries.map { PairContents.Record($0) }
    (contents.tail, contents.continues) = (pair.tail, pair.continues)
    return contents
  }

  private func rewrite(
    _ pair: MetadataPair, _ contents: inout PairContents, _ inherited: SharedState,
    _ leaving: Unfinished
  ) throws(FlashError) -> Bool {
    try split(&contents, pair, keeping: leaving.ghost)
    var (pair, inherited) = (pair, inherited)
    let isDue = relocationPeriod.map { (pair.revision &+ 1) % $0 == 0 } ?? false
    if isDue {
      if !isFirst(pair) {
        if try relocate(pair, contents, inherited, mustMove: false) { return false }
      } else if try hasRoomToExpand(), let first = try expand(pair, &contents, inherited) {
        (pair, inherited) = (first, first.stateDelta)
      }
    }
    if list.isLinked(pair) {
      let state = nextState(pair, pointingTo: contents.tail, leaving)
      if try rewriteInPlace(pair, contents, inherited ^ state ^ stateOnFlash) {
        counts(pair, state)
        return true
      }
    }
    guard !isFirst(pair) else { throw .noSpace }
    return try !relocate(pair, contents, inherited, mustMove: true)
  }

  private func rewriteInPlace(
    _ pair: MetadataPair, _ contents: PairContents, _ delta: SharedState
  ) throws(FlashError) -> Bool {
    let revision = pair.revision &+ 1
    let target = pair.blocks.second
    guard let log = try write(contents, to: target, revision, delta) else { return false }
    hold(pair, contents, revision, delta, log.end)
    pair.blocks = BlockPair(first: target, second: pair.blocks.first)
    return true
  }

  /// Writes a pair to a fresh block. The other that it keeps is the one that the list on flash leads to.
  private func relocate(
    _ pair: MetadataPair, _ contents: PairContents, _ delta: SharedState, mustMove: Bool
  ) throws(FlashError) -> Bool {
    let kept = list.isLinked(pair) ? pair.blocks.first : pair.blocks.second
    let revision = pair.revision &+ 1
    do throws(FlashError) {
      let (block, log) = try writeFresh(contents, revision, delta)
      restoreOnFailure(pair)
      reserve(pair.blocks)
      list.unlink(pair)
      hold(pair, contents, revision, delta, log.end)
      pair.blocks = BlockPair(first: block, second: kept)
      return true
    } catch .noSpace where !mustMove {
      return false
    }
  }

  /// Cuts what does not fit into a half-full block off into new pairs. Without free blocks it may still
  /// fit into the whole of the one; and a pair that an entry is being moved from keeps its ids.
  private func split(
    _ contents: inout PairContents, _ pair: MetadataPair, keeping ghost: Entry?
  ) throws(FlashError) {
    guard let directory = list.directory(of: pair), list.isLinked(pair),
      ghost == nil || !contents.records.contains(where: { $0.entry === ghost })
    else { return }
    while let index = contents.splitPoint(disk.geometry) {
      let whole = contents
      let upper = contents.cut(from: index)
      do throws(FlashError) {
        let added = try makePair(upper)
        (contents.tail, contents.continues) = (added.blocks, true)
        list.insert(
          PairList.Link(pair: added, directory: directory, isLinked: false), after: pair)
        let index = directory.pairs.firstIndex { $0 === pair }
        change(directory) { $0.insert(added, at: (index ?? 0) + 1) }
      } catch {
        contents = whole
        guard error == .noSpace else { throw error }
        return
      }
    }
  }

  // MARK: The first pair

  /// Whether it is the pair where everything begins, which cannot move.
  private func isFirst(_ pair: MetadataPair) -> Bool {
    pair.blocks.isSame(as: BlockPair(first: 0, second: 1))
  }

  /// An expanded superblock never shrinks again, so an eighth of the blocks has to be free.
  private func hasRoomToExpand() throws(FlashError) -> Bool {
    try disk.freeCount() > superblock.blockCount / 8
  }

  /// Moves what is in the first pair to a new one, and leaves a superblock that points there.
  ///
  /// - Returns: What takes the place of the first pair and is still to be written; nil without room.
  private func expand(
    _ pair: MetadataPair, _ contents: inout PairContents, _ delta: SharedState
  ) throws(FlashError) -> MetadataPair? {
    let moved: MetadataPair
    do throws(FlashError) {
      moved = try makePair(contents)
    } catch .noSpace {
      return nil
    }
    let first = MetadataPair(blocks: pair.blocks, revision: pair.revision)
    first.stateDelta = delta
    list.insert(
      PairList.Link(pair: first, directory: nil, isLinked: list.isLinked(pair)), before: pair)
    list.unlink(pair)
    restoreOnFailure(pair)
    hold(pair, contents, moved.revision, SharedState(), moved.log)
    pair.blocks = moved.blocks
    superblockPairs.insert(first, at: 0)
    contents = PairContents()
    contents.superblock = PairContents.SuperblockRecord(superblock: superblock)
    (contents.tail, contents.continues) = (pair.blocks, true)
    return first
  }

  // MARK: New pairs

  /// Makes a pair in two free blocks. Its revision is later than what its second block may have held.
  func makePair(_ contents: PairContents) throws(FlashError) -> MetadataPair {
    let spare = try disk.allocate()
    let stale = try disk.readWord(spare) ?? 0
    let revision = relocationPeriod.map { (stale &+ ($0 - 1)) / $0 &* $0 } ?? stale
    let (block, log) = try writeFresh(contents, revision &+ 1, SharedState())
    let pair = MetadataPair(
      blocks: BlockPair(first: block, second: spare), revision: revision &+ 1)
    hold(pair, contents, pair.revision, SharedState(), log.end)
    return pair
  }

  /// Writes a pair to a free block, the first that takes it.
  private func writeFresh(
    _ contents: PairContents, _ revision: UInt32, _ delta: SharedState
  ) throws(FlashError) -> (block: Int, log: CommitWriter) {
    while true {
      let block = try disk.allocate()
      if let log = try write(contents, to: block, revision, delta) { return (block, log) }
    }
  }

  /// Erases a block and writes a pair there; nil if the block is bad.
  private func write(
    _ contents: PairContents, to block: Int, _ revision: UInt32, _ delta: SharedState
  ) throws(FlashError) -> CommitWriter? {
    try contents.write(to: block, on: disk, revision, delta, superblock.version)
  }

  // MARK: In memory

  private func hold(
    _ pair: MetadataPair, _ contents: PairContents, _ revision: UInt32, _ delta: SharedState,
    _ log: LogEnd?
  ) {
    pair.entries = contents.records.map(\.entry)
    (pair.tail, pair.continues) = (contents.tail, contents.continues)
    (pair.revision, pair.stateDelta, pair.log) = (revision, delta, log)
  }

  private func restoreOnFailure(_ pair: MetadataPair) {
    let old = (
      pair.blocks, pair.revision, pair.entries, pair.tail, pair.continues, pair.log,
      pair.stateDelta
    )
    undo.append {
      (
        pair.blocks, pair.revision, pair.entries, pair.tail, pair.continues, pair.log,
        pair.stateDelta
      ) = old
    }
  }

  private func change(_ directory: Directory, _ body: (inout [MetadataPair]) -> Void) {
    let old = directory.pairs
    undo.append { directory.pairs = old }
    body(&directory.pairs)
  }

  private func reserve(_ blocks: BlockPair) {
    reserved.insert(blocks, below: disk.blockCount)
  }

  /// The id of a pair's first entry.
  private func firstID(in pair: MetadataPair) -> Int {
    superblockPairs.contains { $0 === pair } ? 1 : 0
  }
}

extension PairContents {
  /// Erases a block and writes all of it there.
  ///
  /// - Returns: What was written; nil if the block is bad.
  /// - Throws: ``FlashError/noSpace`` if a block cannot hold it.
  func write(
    to block: Int, on disk: Disk, _ revision: UInt32, _ delta: SharedState,
    _ version: LittleFSVersion
  ) throws(FlashError) -> CommitWriter? {
    var writer = CommitWriter(revision: revision, disk.geometry, version)
    encode(into: &writer)
    if delta != SharedState() { writer.append(delta) }
    guard writer.fits else { throw .noSpace }
    let erased = [UInt8](repeating: 0xff, count: disk.geometry.programSize)
    writer.finish(erased: writer.plannedEnd < disk.geometry.blockSize ? erased.span : nil)
    guard try disk.erase(block), try disk.program(block, at: 0, writer.bytes.span) else {
      return nil
    }
    try disk.sync()
    return writer
  }
}

extension CommitWriter {
  fileprivate mutating func append(_ state: SharedState) {
    append(
      LogTag(.sharedState, length: SharedState.byteCount),
      [UInt8](littleEndian: state.tag, state.first, state.second))
  }
}

extension [Entry] {
  fileprivate mutating func apply(_ change: PairContents.Change) {
    switch change {
    case .insert(let record, let index): insert(record.entry, at: index)
    case .remove(let index): remove(at: index)
    case .content, .attribute, .superblock, .tail: break
    }
  }
}
