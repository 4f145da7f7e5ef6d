/// The end of a file while it is written: whole blocks that are on flash, and the one that is being
/// filled, which is in memory and has a place on flash already.
///
/// A block is programmed at once when it is full or the writing pauses. What has been programmed is
/// never added to, since it may be part of what a loss of power falls back to: going on after a pause
/// copies the last block into a new one.
struct BlockListWriter {
  /// The blocks that are finished.
  private var finished: BlockNumbers
  /// Where the block in memory goes.
  private var block: Int
  private var bytes: [UInt8]
  /// How much of it is filled.
  private var fill: Int
  /// The size of the file so far.
  private(set) var end: Int

  /// Starts a new file.
  init(_ disk: Disk) throws(FlashError) {
    block = try disk.allocate()
    bytes = Array(repeating: 0xFF, count: disk.geometry.blockSize)
    finished = BlockNumbers()
    fill = 0
    end = 0
  }

  /// Goes on at a position inside or at the end of a loaded list, above 0; what stood there and after it is
  /// not part of the new list.
  init(_ disk: Disk, after list: BlockList, at position: Int) throws(FlashError) {
    let layout = disk.layout
    let index = layout.index(of: position - 1)
    self = try BlockListWriter(disk)
    end = position
    finished = list.first(index)
    fill = layout.offset(of: position - 1, in: index) + 1
    guard fill < bytes.count else {
      // That block stays as it is.
      finished.append(list[index])
      startBlock()
      return
    }
    let count = fill
    var block = bytes.mutableSpan
    var old = block._mutatingExtracting(0..<count)
    try disk.read(list[index], at: 0, into: &old)
  }

  /// Adds bytes to the block in memory if they fit there.
  ///
  /// - Returns: Whether they did.
  mutating func append(inPlace source: Span<UInt8>) -> Bool {
    guard source.count <= bytes.count - fill else { return false }
    fill(from: source)
    return true
  }

  /// Adds bytes, in as many blocks as it takes.
  mutating func append(_ source: Span<UInt8>, _ disk: Disk) throws(FlashError) {
    var done = 0
    while done < source.count {
      if fill == bytes.count { try advance(disk) }
      let count = min(bytes.count - fill, source.count - done)
      fill(from: source.extracting(done..<done + count))
      done += count
    }
  }

  /// Brings what is in memory to flash.
  ///
  /// - Returns: The list of all of it.
  mutating func finish(_ disk: Disk) throws(FlashError) -> BlockList {
    try program(disk)
    return BlockList(finished, head: block, size: end)
  }

  func mark(in used: inout BlockSet) {
    finished.mark(in: &used)
    used.insert(block)
  }

  private mutating func fill(from source: Span<UInt8>) {
    let place = fill..<fill + source.count
    var block = bytes.mutableSpan
    var target = block._mutatingExtracting(place)
    target.copy(source)
    fill += source.count
    end += source.count
  }

  private mutating func advance(_ disk: Disk) throws(FlashError) {
    try program(disk)
    let next = try disk.allocate()
    finished.append(block)
    block = next
    startBlock()
  }

  /// Begins the block with its pointers.
  private mutating func startBlock() {
    let index = finished.count
    for exponent in 0..<BlockListLayout.pointerCount(index) {
      let target = finished[index - (1 << exponent)]
      for byte in 0..<BlockListLayout.pointerSize {
        bytes[BlockListLayout.pointerSize * exponent + byte] =
          UInt8(truncatingIfNeeded: target >> (8 * byte))
      }
    }
    fill = BlockListLayout.dataOffset(index)
  }

  private mutating func program(_ disk: Disk) throws(FlashError) {
    let unit = disk.geometry.programSize
    let count = (fill + unit - 1) / unit * unit
    // What is left of the last unit stays erased.
    for index in fill..<count { bytes[index] = 0xFF }
    block = try disk.store(bytes.span.extracting(first: count), in: block)
  }
}
