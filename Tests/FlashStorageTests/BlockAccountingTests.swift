import Testing

@testable import FlashStorage

struct BlockAccountingTests {
  @Test(
    "An empty volume has all but four blocks free with littlefs 1, all but two with littlefs 2",
    arguments: [1279, 94, 93, 25, 4], Backing.allCases)
  func empty(blockCount: Int, backing: Backing) throws {
    let volume = try Bench(backing, blockCount: blockCount).volume
    #expect(
      try volume.statistics()
        == VolumeStatistics(
          blockSize: 4096, blockCount: blockCount,
          freeBlockCount: blockCount - backing.emptyBlockCount, nameLimit: 255))
  }

  /// Block n > 0 of a file loses 4 · (ctz(n) + 1) bytes to pointers: 4, 8, 4, 12, …
  static let fileSizes = [
    (0, 0), (1, 1), (4095, 1), (4096, 1), (4097, 2),
    (2 * 4096 - 4, 2), (2 * 4096 - 3, 3),
    (3 * 4096 - 12, 3), (3 * 4096 - 11, 4),
    (4 * 4096 - 16, 4), (4 * 4096 - 15, 5),
    (5 * 4096 - 28, 5), (5 * 4096 - 27, 6),
    (216_044, 53), (367_944, 90), (367_945, 91), (368_640, 91),
  ]

  @Test("A file takes the blocks of its skip list", arguments: fileSizes)
  func file(size: Int, blocks: Int) throws {
    let volume = try Bench(.littleFS1).volume
    let free = try volume.freeBlockCount
    if blocks <= free {
      try volume.put(pattern(size), at: "/file")
      #expect(try volume.freeBlockCount == free - blocks)
    } else {
      #expect(throws: FlashError.noSpace) { try volume.put(pattern(size), at: "/file") }
      #expect(try volume.freeBlockCount == free)
    }
  }

  @Test("The closed form agrees with adding block by block")
  func closedForm() {
    let layout = BlockListLayout(blockSize: 4096)
    var capacity = 0
    let wrong = (0..<20_000).filter { block in
      let isFirst = layout.start(of: block) == capacity && layout.index(of: capacity) == block
      capacity += 4096 - (block == 0 ? 0 : 4 * (block.trailingZeroBitCount + 1))
      return !isFirst || layout.index(of: capacity - 1) != block
    }
    #expect(wrong == [])
    #expect(layout.index(of: fileSizeLimit - 1) == 525_313)
  }

  /// Entries of 12 bytes and the name, after 20 bytes of header and checksum, in 4096.
  @Test(
    "A directory grows by two blocks when an entry does not fit into its last block",
    arguments: [(3, 271), (8, 203), (52, 63), (255, 15)], [Backing.littleFS1, .folder1])
  func directory(limit: (nameLength: Int, entries: Int), backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.makeDirectory("/d")
    let free = try volume.freeBlockCount
    func name(_ number: Int) -> String {
      let digits = String(number)
      return "/d/" + String(repeating: "0", count: limit.nameLength - digits.count) + digits
    }
    for number in 0..<limit.entries { try volume.put([], at: name(number)) }
    #expect(try volume.freeBlockCount == free)
    try volume.put([], at: name(limit.entries))
    #expect(try volume.freeBlockCount == free - 2)
    try volume.remove(name(0))
    #expect(try volume.freeBlockCount == free - 2, "a gap in the first block is not filled")
    try volume.remove(name(limit.entries))
    #expect(try volume.freeBlockCount == free, "the last block goes with its last entry")
  }

  @Test("A volume of 94 blocks takes exactly as many 4096-byte writes as its blocks hold")
  func fill() throws {
    let volume = try Bench(.littleFS1, blockCount: 94).volume
    let handle = try volume.open("/f", [.write, .create])
    var writes = 0
    while (try? volume.write(handle, pattern(4096))) != nil { writes += 1 }
    // 90 blocks hold 368640 bytes less 696 of pointers: 89 whole writes and 3400 bytes.
    #expect(writes == 89)
    let capacity = 368_640 - 4 * (2 * 89 - 4)
    #expect(try volume.size(of: handle) == 89 * 4096, "nothing of the failed write is kept")
    let rest = capacity - 89 * 4096
    try volume.write(handle, pattern(rest))
    #expect(throws: FlashError.noSpace) { try volume.write(handle, [1]) }
    #expect(try volume.freeBlockCount == 0)
    try volume.close(handle)
    #expect(try volume.freeBlockCount == 0)
    #expect(throws: FlashError.noSpace) { try volume.makeDirectory("/d") }
    try volume.put([], at: "/empty files fit")
    try volume.remove("/f")
    #expect(try volume.freeBlockCount == 90)
  }

  @Test("A name that needs a new directory block does not fit into the last block of a volume")
  func fullDirectory() throws {
    let volume = try Bench(.littleFS1, blockCount: 7).volume
    let long = String(repeating: "n", count: 253)
    for number in 10..<25 { try volume.put([], at: "\(long)\(number)") }
    try volume.put(pattern(4096), at: "a")
    try volume.put([], at: "b")
    #expect(try volume.freeBlockCount == 2)
    let handle = try volume.open("a", [.write, .append])
    try volume.write(handle, [1])
    #expect(throws: FlashError.noSpace) { try volume.put([], at: "\(long)25") }
    #expect(throws: FlashError.noSpace) { try volume.rename("b", to: "/\(long)25") }
    #expect(try volume.names().count == 17)
    try volume.truncate(handle, to: 4096)
    try volume.put([], at: "\(long)25")
    #expect(try volume.freeBlockCount == 0)
  }

  @Test("Unsynced writes take blocks beside the old ones, which go at the sync")
  func unsynced() throws {
    let volume = try Bench(.littleFS1).volume
    try volume.put(pattern(5000), at: "/f")
    let handle = try volume.open("/f", [.write, .append])
    try volume.write(handle, pattern(10_000))
    // The first of two blocks is shared, the second copied and two more filled.
    #expect(try volume.freeBlockCount == 90 - 2 - 3)
    try volume.truncate(handle, to: 100)
    #expect(try volume.freeBlockCount == 90 - 2, "the synced content still stands")
    try volume.sync(handle)
    #expect(try volume.freeBlockCount == 90 - 1)
  }

  @Test("A change in the middle needs room for all that follows; cutting needs none")
  func copy() throws {
    let volume = try Bench(.littleFS1).volume
    try volume.put(pattern(30_000), at: "/f")
    try volume.put(pattern(BlockListLayout(blockSize: 4096).start(of: 77)), at: "/rest")
    #expect(try volume.freeBlockCount == 5)
    let handle = try volume.open("/f", .write)
    try volume.write(handle, [1])
    #expect(throws: FlashError.noSpace) { try volume.sync(handle) }
    #expect(throws: FlashError.noSpace) { try volume.close(handle) }
    #expect(try volume.content(of: "/f") == pattern(30_000))
    #expect(try volume.freeBlockCount == 5)
    let cutter = try volume.open("/f", .write)
    try volume.truncate(cutter, to: 5000)
    try volume.close(cutter)
    #expect(try volume.freeBlockCount == 5 + 8 - 2)
  }

  @Test("What a handle still sees keeps its blocks until it is closed")
  func stale() throws {
    let volume = try Bench(.littleFS1).volume
    try volume.put(pattern(30_000), at: "/f")
    let stale = try volume.open("/f", .read)
    try volume.put([], at: "/f")
    #expect(try volume.freeBlockCount == 90 - 8)
    #expect(throws: FlashError.noSpace) { try volume.put(pattern(350_000), at: "/rest") }
    #expect(try volume.read(stale, count: 40_000) == pattern(30_000))
    try volume.close(stale)
    #expect(try volume.freeBlockCount == 90)
  }

  @Test("Renaming moves an entry's bytes, and frees what it replaces")
  func rename() throws {
    let volume = try Bench(.littleFS1).volume
    try volume.put(pattern(9000), at: "/a")
    try volume.put(pattern(5000), at: "/b")
    try volume.rename("/a", to: "/b")
    #expect(try volume.freeBlockCount == 90 - 3)
    try volume.makeDirectory("/d")
    try volume.makeDirectory("/e")
    try volume.rename("/d", to: "/e")
    #expect(try volume.freeBlockCount == 90 - 3 - 2)
  }

  @Test(
    "A size that makes no volume is refused in words",
    arguments: [(3, 8), (524_289, 8), (-1, 8), (94, 0), (94, 65_537)])
  func badGeometry(blocks: Int, openFiles: Int) throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: VolumeError.self) {
      try LittleFSVolume(
        folder: folder.path, FlashGeometry(blockCount: blocks), openFileLimit: openFiles)
    }
    #expect(error?.reason == .badGeometry)
  }
}
