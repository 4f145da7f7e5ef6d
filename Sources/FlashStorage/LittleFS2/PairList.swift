/// The list that all pairs of a littlefs 2 stand on, from the first two blocks on, each pointing to the
/// next.
///
/// The tree says what the file system holds; the list finds every pair without it, and the shared state
/// is what its pairs add up to. When a pair has moved, the tree follows at once, and the list one commit
/// later. In between, the list on flash still leads to where the pair was. Here the list is as it will
/// be, and says what is still missing on flash.
struct PairList {
  struct Link {
    let pair: MetadataPair
    /// The directory it is a piece of; nil for a superblock before the root, and for what a removed
    /// directory left.
    let directory: Directory?
    /// Whether the list on flash leads to the pair where it is now.
    var isLinked: Bool
  }

  private(set) var links: [Link] = []
  /// How many pairs the list on flash does not lead to.
  private(set) var unlinkedCount = 0

  var isLinked: Bool { unlinkedCount == 0 }

  func index(of pair: MetadataPair) -> Int {
    guard let index = links.firstIndex(where: { $0.pair === pair }) else {
      preconditionFailure("a pair is not on the list of pairs")
    }
    return index
  }

  func isLinked(_ pair: MetadataPair) -> Bool { isLinked || links[index(of: pair)].isLinked }

  func directory(of pair: MetadataPair) -> Directory? { links[index(of: pair)].directory }

  /// The pair that points to this one; nil for the first.
  func predecessor(of pair: MetadataPair) -> MetadataPair? {
    let index = index(of: pair)
    return index > 0 ? links[index - 1].pair : nil
  }

  /// The first pair that the list on flash does not lead to, and the one that should point to it: that
  /// one is linked itself.
  var firstUnlinked: (pair: MetadataPair, predecessor: MetadataPair)? {
    guard !isLinked, let index = links.firstIndex(where: { !$0.isLinked }), index > 0 else {
      return nil
    }
    return (links[index].pair, links[index - 1].pair)
  }

  mutating func append(_ link: Link) { insert(link, at: links.count) }

  mutating func insert(_ link: Link, after pair: MetadataPair) {
    insert(link, at: index(of: pair) + 1)
  }

  mutating func insert(_ link: Link, before pair: MetadataPair) {
    insert(link, at: index(of: pair))
  }

  private mutating func insert(_ link: Link, at index: Int) {
    links.insert(link, at: index)
    if !link.isLinked { unlinkedCount += 1 }
  }

  mutating func remove(_ pair: MetadataPair) {
    if !links.remove(at: index(of: pair)).isLinked { unlinkedCount -= 1 }
  }

  mutating func unlink(_ pair: MetadataPair) {
    let index = index(of: pair)
    if links[index].isLinked { unlinkedCount += 1 }
    links[index].isLinked = false
  }

  /// How many pairs become linked when `pair`, which is, points to `tail`: the next one, and those
  /// that already follow it.
  func followers(of pair: MetadataPair, pointingTo tail: BlockPair?) -> Int {
    guard !isLinked else { return 0 }
    var tail = tail
    var count = 0
    for link in links[(index(of: pair) + 1)...] {
      guard !link.isLinked, let blocks = tail, blocks.isSame(as: link.pair.blocks) else { break }
      tail = link.pair.tail
      count += 1
    }
    return count
  }

  /// Notes that a linked pair points to its tail on flash.
  mutating func linkFollowers(of pair: MetadataPair) {
    let count = followers(of: pair, pointingTo: pair.tail)
    guard count > 0 else { return }
    let next = index(of: pair) + 1
    for index in next..<next + count { links[index].isLinked = true }
    unlinkedCount -= count
  }
}
