extension Disk {
  var layout: BlockListLayout { BlockListLayout(blockSize: geometry.blockSize) }

  /// Follows a list from its head to its first block, unless that is done, and keeps the numbers.
  ///
  /// - Throws: ``FlashError/corrupt(_:)`` if a pointer leads out of the file system or in a circle.
  func load(_ list: BlockList) throws(FlashError) -> BlockList {
    guard list.earlier == nil else { return list }
    let last = layout.index(of: list.size - 1)
    guard last < blockCount else {
      throw .corrupt("\(list.size) bytes are more than the file system's \(blockCount) blocks hold")
    }
    try check(list.head)
    var seen = BlockSet(capacity: blockCount)
    seen.insert(list.head)
    var numbers = [UInt32](repeating: 0, count: last)
    var block = list.head
    for index in stride(from: last, to: 0, by: -1) {
      block = try pointer(of: block)
      try check(block)
      guard !seen.contains(block) else {
        throw .corrupt("the list of blocks from block \(list.head) on meets block \(block) twice")
      }
      seen.insert(block)
      numbers[index - 1] = UInt32(truncatingIfNeeded: block)
    }
    return BlockList(BlockNumbers(numbers), head: list.head, size: list.size)
  }

  /// The first pointer in a block, to the block before.
  private func pointer(of block: Int) throws(FlashError) -> Int {
    let bytes = try read(block, count: BlockListLayout.pointerSize)
    return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private func check(_ block: Int) throws(FlashError) {
    guard (0..<blockCount).contains(block) else {
      throw .corrupt("block \(block) is not one of the file system's \(blockCount)")
    }
  }

  /// Fills `buffer` from a position in a file on, which has that much.
  func read(
    _ list: BlockList, at position: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) {
    var done = 0
    while done < buffer.count {
      let index = layout.index(of: position + done)
      let offset = layout.offset(of: position + done, in: index)
      let count = min(geometry.blockSize - offset, buffer.count - done)
      var part = buffer._mutatingExtracting(done..<done + count)
      try read(list[index], at: offset, into: &part)
      done += count
    }
  }

  /// Erases and programs a block of a file from its start, or another in its place if it is bad.
  ///
  /// - Parameter bytes: Whole program units.
  /// - Returns: The block that holds them.
  func store(_ bytes: Span<UInt8>, in block: Int) throws(FlashError) -> Int {
    var block = block
    while true {
      if try erase(block), try program(block, at: 0, bytes) { return block }
      block = try allocate()
    }
  }
}
