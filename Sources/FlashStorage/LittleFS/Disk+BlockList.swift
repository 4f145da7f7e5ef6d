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
    var numbers = [UInt32](repeating: 0, count: last)
    var seen = BlockSet(capacity: blockCount)
    var (index, block) = (last, list.head)
    try note(block, in: &seen)
    var pointers = [UInt8](repeating: 0, count: 2 * BlockListLayout.pointerSize)
    while index > 0 {
      // Every other block points to both blocks before it.
      let count = min(BlockListLayout.pointerCount(index), 2)
      var buffer = pointers.mutableSpan
      var part = buffer._mutatingExtracting(0..<count * BlockListLayout.pointerSize)
      try read(block, at: 0, into: &part)
      for place in 0..<count {
        block = pointers.pointer(place)
        try note(block, in: &seen)
        index -= 1
        numbers[index] = UInt32(truncatingIfNeeded: block)
      }
    }
    return BlockList(BlockNumbers(numbers), head: list.head, size: list.size)
  }

  private func note(_ block: Int, in seen: inout BlockSet) throws(FlashError) {
    try check(block)
    guard !seen.contains(block) else {
      throw .corrupt("its list of blocks meets block \(block) twice")
    }
    seen.insert(block)
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

extension [UInt8] {
  /// A pointer of a list, by its place among them.
  func pointer(_ place: Int) -> Int {
    let start = BlockListLayout.pointerSize * place
    return Int(self[start]) | Int(self[start + 1]) << 8 | Int(self[start + 2]) << 16
      | Int(self[start + 3]) << 24
  }
}
