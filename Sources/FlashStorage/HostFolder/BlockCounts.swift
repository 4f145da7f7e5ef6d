/// How many blocks things take on littlefs v1, from its public on-disk specification (SPEC.md of
/// release 1.7.2: "Metadata pairs", "Entries", "File entries").
///
/// A whole block is programmed at a time on the modules, so a block is in use or free, nothing between.
enum BlockCounts {
  static let blockSize = 4096
  /// Every directory block has a twin, in which the next change is written.
  static let pairBlockCount = 2
  /// The superblock pair and the pair of the empty root directory.
  static let emptyBlockCount = 2 * pairBlockCount
  /// Revision, size, tail pointer and checksum around the entries of a directory block.
  static let directoryOverhead = 4 + 4 + 8 + 4

  /// Bytes of one directory entry: type and lengths, the data (head and size of a file, or a pair of
  /// block numbers), the name. The modules store no attributes.
  static func entrySize(_ name: Name) -> Int { 4 + 8 + name.byteCount }

  /// Bytes of content in a file of `count` blocks, all of them full.
  ///
  /// Block n > 0 starts with ctz(n) + 1 pointers of 4 bytes to earlier blocks. Up to block m these are
  /// m plus the sum of ctz, which is m − popcount(m).
  static func capacity(ofBlocks count: Int) -> Int {
    guard count > 0 else { return 0 }
    let last = count - 1
    return count * blockSize - 4 * (2 * last - last.nonzeroBitCount)
  }

  /// Blocks of a file: none when it is empty.
  static func blockCount(forSize size: Int) -> Int {
    guard size > 0 else { return 0 }
    // A block holds on average 8 bytes less than its size; from just below the answer, step up.
    var count = max(1, (size - 4 * Int.bitWidth) / (blockSize - 8))
    while capacity(ofBlocks: count) < size { count += 1 }
    return count
  }
}
