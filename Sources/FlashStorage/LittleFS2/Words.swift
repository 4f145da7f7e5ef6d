extension Span<UInt8> {
  /// The four bytes from `offset` on, the lowest first.
  func littleEndian(at offset: Int) -> UInt32 {
    UInt32(self[offset]) | UInt32(self[offset &+ 1]) << 8 | UInt32(self[offset &+ 2]) << 16
      | UInt32(self[offset &+ 3]) << 24
  }

  /// The four bytes from `offset` on, the highest first.
  func bigEndian(at offset: Int) -> UInt32 { littleEndian(at: offset).byteSwapped }

  /// The two blocks whose numbers start at `offset`; nil if one is the null pointer.
  func blockPair(at offset: Int) -> BlockPair? {
    let (first, second) = (littleEndian(at: offset), littleEndian(at: offset + 4))
    guard first != .max, second != .max else { return nil }
    return BlockPair(first: Int(first), second: Int(second))
  }
}

extension [UInt8] {
  /// The words, the lowest byte of each first.
  init(littleEndian words: UInt32...) {
    self = []
    reserveCapacity(4 * words.count)
    for word in words { append(littleEndian: word) }
  }

  /// The pointers of a pair; null pointers for nil.
  init(_ pair: BlockPair?) {
    self.init(
      littleEndian: pair.map { UInt32($0.first) } ?? .max, pair.map { UInt32($0.second) } ?? .max)
  }

  mutating func append(littleEndian word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  mutating func append(bigEndian word: UInt32) { append(littleEndian: word.byteSwapped) }
}
