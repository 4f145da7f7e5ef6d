/// A set of block numbers, a bit each.
struct BlockSet {
  private var words: [UInt64] = []

  init() {}

  /// An empty set with room for the blocks below `capacity`.
  init(capacity: Int) { words = Array(repeating: 0, count: (capacity + 63) / 64) }

  /// How many there are.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  func contains(_ block: Int) -> Bool {
    block / 64 < words.count && words[block / 64] & (1 << (block % 64)) != 0
  }

  mutating func insert(_ block: Int) {
    while block / 64 >= words.count { words.append(0) }
    words[block / 64] |= 1 << (block % 64)
  }

  /// Inserts both blocks of a pair that flash names, as far as they exist: a damaged pointer can name
  /// any number, and the set would grow to it.
  mutating func insert(_ pair: BlockPair, below limit: Int) {
    if pair.first < limit { insert(pair.first) }
    if pair.second < limit { insert(pair.second) }
  }

  mutating func remove(_ block: Int) {
    guard block / 64 < words.count else { return }
    words[block / 64] &= ~(1 << (block % 64))
  }

  mutating func formUnion(_ other: BlockSet) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  /// The blocks below `limit` that are not in the set.
  func complement(upTo limit: Int) -> BlockSet {
    var result = BlockSet(capacity: limit)
    for index in result.words.indices {
      result.words[index] = index < words.count ? ~words[index] : .max
    }
    if limit % 64 != 0 { result.words[limit / 64] &= (1 << (limit % 64)) - 1 }
    return result
  }

  /// The first block from `start` on that is in the set.
  func next(from start: Int) -> Int? {
    var index = start / 64
    guard index < words.count else { return nil }
    var word = words[index] & (.max << (start % 64))
    while word == 0 {
      index += 1
      guard index < words.count else { return nil }
      word = words[index]
    }
    return index * 64 + word.trailingZeroBitCount
  }
}

extension BlockSet: Sequence {
  /// The blocks in order.
  func makeIterator() -> some IteratorProtocol<Int> {
    var place = 0
    return AnyIterator {
      guard let block = next(from: place) else { return nil }
      place = block + 1
      return block
    }
  }
}
