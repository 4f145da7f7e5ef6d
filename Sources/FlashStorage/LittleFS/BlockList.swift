/// A file's blocks: on flash a list from the last to the first, in which block n also points
/// 2, 4, 8 … blocks back, as far as n divides by that. Both littlefs store files so.
///
/// Of a list that has only been met in the metadata, just the head is known; ``Disk/load(_:)`` follows
/// it once and keeps the numbers.
struct BlockList {
  /// The last block, where reading starts.
  let head: Int
  /// Bytes in the file, at least 1.
  let size: Int
  /// Every block before the head, from the first on; nil until it is loaded.
  private(set) var earlier: BlockNumbers?

  init(head: Int, size: Int) {
    self.head = head
    self.size = size
  }

  init(_ earlier: BlockNumbers, head: Int, size: Int) {
    self.head = head
    self.size = size
    self.earlier = earlier
  }

  var isLoaded: Bool { earlier != nil }

  /// The blocks from the first on.
  ///
  /// - Precondition: The list is loaded.
  subscript(index: Int) -> Int {
    guard let earlier else { preconditionFailure("the list is not loaded") }
    return index < earlier.count ? earlier[index] : head
  }

  /// The first of its blocks, by number; not the head.
  func first(_ count: Int) -> BlockNumbers { earlier?.first(count) ?? BlockNumbers() }

  /// The same bytes up to a size of at least 1.
  ///
  /// - Precondition: The list is loaded.
  func cut(to size: Int, _ layout: BlockListLayout) -> BlockList {
    let last = layout.index(of: size - 1)
    return BlockList(first(last), head: self[last], size: size)
  }

  /// Adds the blocks to a set.
  ///
  /// - Precondition: The list is loaded.
  func mark(in used: inout BlockSet) {
    earlier?.mark(in: &used)
    used.insert(head)
  }
}

/// Where a file's bytes are in its blocks.
///
/// Block 0 is all data; block n starts with a pointer of 4 bytes to block n - 2^x for every 2^x that
/// divides n (`DESIGN.md` of littlefs, "CTZ skip-lists").
struct BlockListLayout {
  static let pointerSize = 4

  let blockSize: Int

  /// The pointers at the start of a block.
  static func pointerCount(_ index: Int) -> Int {
    index == 0 ? 0 : index.trailingZeroBitCount + 1
  }

  /// Where in a block its data starts.
  static func dataOffset(_ index: Int) -> Int { pointerSize * pointerCount(index) }

  /// The position in the file of a block's first byte of data.
  func start(of index: Int) -> Int {
    guard index > 0 else { return 0 }
    // The blocks from 1 to m have 2m pointers less one for every bit set in m.
    let before = index - 1
    return index * blockSize - Self.pointerSize * (2 * before - before.nonzeroBitCount)
  }

  /// The block in which a position is.
  func index(of position: Int) -> Int {
    // Two pointers a block is a little too many, so this is at most two blocks too far.
    var index = position / (blockSize - 2 * Self.pointerSize)
    while start(of: index) > position { index -= 1 }
    return index
  }

  /// Where in its block a position is.
  func offset(of position: Int, in index: Int) -> Int {
    position - start(of: index) + Self.dataOffset(index)
  }
}

/// Block numbers in a row. Copies share what they have in common, and appending to the longest of them
/// copies nothing, so that a file can grow by a block, and give up its last for another, at the same
/// cost however long it is.
struct BlockNumbers {
  private final class Storage {
    var numbers: [UInt32]

    init(_ numbers: [UInt32]) { self.numbers = numbers }
  }

  private var storage = Storage([])
  private(set) var count = 0

  init() {}

  init(_ numbers: [UInt32]) {
    storage = Storage(numbers)
    count = numbers.count
  }

  subscript(index: Int) -> Int { Int(storage.numbers[index]) }

  mutating func append(_ number: Int) {
    if count < storage.numbers.count { storage = Storage(Array(storage.numbers[..<count])) }
    storage.numbers.append(UInt32(truncatingIfNeeded: number))
    count += 1
  }

  /// The first of them.
  func first(_ count: Int) -> BlockNumbers {
    var copy = self
    copy.count = min(count, self.count)
    return copy
  }

  func mark(in used: inout BlockSet) {
    for index in 0..<count { used.insert(self[index]) }
  }
}
