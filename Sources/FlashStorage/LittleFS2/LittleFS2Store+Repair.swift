/// What is left to do after a commit that counts, in this order: pairs that have moved get linked into the
/// list; an entry that was moved goes from its old place; pairs of no directory leave the list. A loss of
/// power in between leaves the rest to the next mount, where the shared state says that there is some.
///
/// The links come first. While the list on flash still leads to where a pair was, that block is not
/// written again, and a commit to that pair changes nothing of the shared state. They are made from the
/// front of the list, so that each is made in a pair that the list on flash leads to.
extension LittleFS2Store {
  func repair() throws(FlashError) {
    try relink()
    try upgrade()
    try endMove()
    try dropOrphans()
    if stateOnFlash != SharedState() {
      try commit(Commit(), to: superblockPairs[superblockPairs.count - 1])
      try relink()
    }
  }

  /// As ``repair()`` after a change: the change counts already, so what finds no room waits for the next.
  func finish() throws(FlashError) {
    do throws(FlashError) {
      try repair()
    } catch .noSpace {
    }
  }

  func relink() throws(FlashError) {
    while let (pair, predecessor) = list.firstUnlinked {
      try commit(listLink(to: pair, from: predecessor), to: predecessor)
    }
    if unfinished.ghost == nil { reserved = BlockSet() }
  }

  /// The reference, too, writes its own version before the first change.
  private func upgrade() throws(FlashError) {
    guard superblock.version < .v21 else { return }
    let old = superblock.version
    do throws(FlashError) {
      superblock.version = .v21
      try commit(Commit([.superblock(superblock)]), to: superblockPairs[superblockPairs.count - 1])
    } catch {
      superblock.version = old
      throw error
    }
    try relink()
  }

  private func endMove() throws(FlashError) {
    guard let ghost = unfinished.ghost else { return }
    let (pair, index) = place(ofGhost: ghost)
    var (commit, target) = removal(at: index, of: pair)
    commit.leaving = Unfinished(orphans: unfinished.orphans)
    try self.commit(commit, to: target)
    try relink()
  }

  private func dropOrphans() throws(FlashError) {
    while let orphan = unfinished.orphans.first {
      guard let predecessor = list.predecessor(of: orphan) else { return }
      let tail = PairContents.Change.tail(orphan.tail, continues: predecessor.continues)
      let leaving = Unfinished(orphans: Array(unfinished.orphans.dropFirst()))
      try commit(Commit([tail], dropping: [orphan], leaving: leaving), to: predecessor)
      try relink()
    }
  }

  // MARK: Links

  /// The commit that leads the tree to where a pair is now, and the pair it goes to. If the list leads
  /// to it from the same pair, it does both.
  func treeLink(to pair: MetadataPair) -> (Commit, MetadataPair) {
    guard let predecessor = list.predecessor(of: pair) else {
      preconditionFailure("the first pair has moved")
    }
    guard let directory = list.directory(of: pair), directory.pairs.first === pair,
      let entry = directory.entry, entry.parent != nil
    else { return (listLink(to: pair, from: predecessor), predecessor) }
    let (holder, index) = place(of: entry)
    var commit = Commit([.content(entry.content, at: index)])
    if holder === predecessor { commit.changes += listLink(to: pair, from: holder).changes }
    return (commit, holder)
  }

  private func listLink(to pair: MetadataPair, from predecessor: MetadataPair) -> Commit {
    Commit([.tail(pair.blocks, continues: predecessor.continues)])
  }

  // MARK: Ghosts

  /// Where an entry stands that has been moved elsewhere.
  func place(ofGhost ghost: Entry) -> (pair: MetadataPair, index: Int) {
    for link in list.links {
      if let index = link.pair.entries.firstIndex(where: { $0 === ghost }) {
        return (link.pair, index)
      }
    }
    preconditionFailure("an entry that was moved is in no pair")
  }
}
