import Testing

@testable import FlashStorage

@Suite("littlefs 1")
struct LittleFS1StoreTests {
  // MARK: Format and mount

  @Test(
    "Making a volume does without one bad block, whichever it is", arguments: [0, 1, 2, 3, 4, nil])
  func formatOnBadBlock(_ block: Int?) throws {
    let flash = FaultyFlash(RAMFlash(.small))
    flash.wear(out: block.map { [$0] } ?? [])
    try LittleFS1Store.format(flash, LittleFSOptions())
    let store = try PathStore(mounting: flash)
    #expect(try store.freeCount == 60)
    try store.makeDirectory("/d")
    #expect(try PathStore(mounting: flash).tree() == ["/d/"])
  }

  @Test("Without blocks 0 and 1 there is no volume")
  func formatWithoutSuperblock() throws {
    let flash = FaultyFlash(RAMFlash(.small))
    flash.wear(out: 0...1)
    #expect(
      throws: FlashError.corrupt("blocks 0 and 1, where the superblock belongs, cannot be written")
    ) { try LittleFS1Store.format(flash, LittleFSOptions()) }
  }

  @Test("Making a volume over an old one leaves nothing of it")
  func formatOver() throws {
    let store = try PathStore(formatting: .small)
    for number in 0..<20 { try store.makeDirectory("/\(number)") }
    try LittleFS1Store.format(store.flash, LittleFSOptions())
    let new = try PathStore(mounting: store.flash.restarted())
    #expect(try new.tree().isEmpty)
    #expect(new.store.findings.isEmpty)
    #expect(try new.freeCount == 60)
  }

  @Test("What a volume says about itself")
  func superblock() throws {
    let superblock = try PathStore(formatting: .small).store.superblock
    #expect(superblock.version == LittleFSVersion(major: 1, minor: 1))
    #expect(superblock.blockSize == 256 && superblock.blockCount == 64)
    #expect(superblock.nameLimit == 224, "a block has room for one entry with its name")
    #expect(superblock.attributeLimit == 0)
  }

  @Test("Flash with a block more or less than the superblock says opens", arguments: [63, 64, 65])
  func otherBlockCount(_ count: Int) throws {
    let bytes = try PathStore(formatting: .small).flash.dump.bytes
    let geometry = try FlashGeometry(
      readSize: 16, programSize: 16, blockSize: 256, blockCount: count)
    let store = try PathStore(
      mounting: FlashDump(geometry: geometry, bytes: Array(bytes.prefix(geometry.byteCount))))
    #expect(try store.freeCount == min(count, 64) - 4)
  }

  // MARK: Changes

  @Test("Entries stand in the order of creation; a renamed one is new, unless it takes a place")
  func order() throws {
    let store = try PathStore(formatting: .small)
    for name in ["c", "a", "b", "d"] { try store.write("/\(name)", [1]) }
    try store.rename("/c", to: "/e")
    try store.rename("/d", to: "/a")
    #expect(store.entries().map(\.path) == ["/a", "/b", "/e"])
    let again = try PathStore(mounting: store.flash.restarted())
    #expect(again.entries().map(\.path) == ["/a", "/b", "/e"])
  }

  @Test("A directory grows by pairs, keeps gaps, and gives empty pairs back but for the first")
  func pairs() throws {
    let store = try PathStore(formatting: .small)
    let name = String(repeating: "n", count: 59)
    for number in 0..<9 { _ = try store.makeFile("/\(number)\(name)") }
    #expect(try store.freeCount == 56, "three entries of 72 bytes in each of three pairs")
    for number in 3..<6 { try store.remove("/\(number)\(name)") }
    #expect(try store.freeCount == 58)
    for number in 0..<3 { try store.remove("/\(number)\(name)") }
    #expect(try store.freeCount == 58)
    _ = try store.makeFile("/new")
    #expect(store.entries().map(\.path.utf8.count).last == 4)
    let again = try PathStore(mounting: store.flash.restarted())
    #expect(again.entries().map(\.path) == store.entries().map(\.path))
    #expect(try again.freeCount == 58)
  }

  @Test("An entry is the same object under its new name")
  func identity() throws {
    let store = try PathStore(formatting: .small)
    try store.makeDirectory("/d")
    let entry = try store.makeFile("/a")
    try store.rename("/a", to: "/d/b")
    #expect(store.entries().last?.entry === entry)
    #expect(entry.name.string == "b")
    #expect(entry.parent === store.entries().first?.entry.directory)
  }

  @Test("What littlefs 1 has not is refused")
  func unsupported() throws {
    let store = try PathStore(formatting: .small)
    let entry = try store.makeFile("/a")
    #expect(throws: FlashError.invalid) {
      try store.store.update(entry, content: entry.content, attributes: [1: []])
    }
    #expect(throws: FlashError.invalid) {
      try store.store.update(entry, content: .inline([1]), attributes: [:])
    }
    #expect(throws: FlashError.invalid) { try store.store.grow(toBlockCount: 65) }
    #expect(throws: FlashError.nameTooLong) {
      try store.makeDirectory("/" + String(repeating: "n", count: 225))
    }
  }

  @Test("What other systems keep beside a name stays, through a new content and a new name")
  func foreignAttributes() throws {
    let store = try PathStore(formatting: .small)
    try store.makeDirectory("/d")
    let entry = try store.makeFile("/a")
    entry.foreignAttributes = [0xC1, 1, 2, 3]
    try store.write("/a", [7])
    try store.rename("/a", to: "/d/b")
    let again = try PathStore(mounting: store.flash.restarted())
    #expect(again.entries().map(\.entry.foreignAttributes) == [[], [0xC1, 1, 2, 3]])
    #expect(try again.tree() == ["/d/", "/d/b 07"])
  }

  @Test("Revisions wrap round", arguments: [UInt32.max - 1, UInt32(Int32.max)])
  func revision(_ start: UInt32) throws {
    var dump = try PathStore(formatting: .small).flash.dump
    dump.patch(3) { $0.replace(at: 0, with: start) }
    let store = try PathStore(mounting: dump)
    for number in 0..<6 {
      try store.makeDirectory("/\(number)")
      #expect(try PathStore(mounting: store.flash.restarted()).entries().count == number + 1)
    }
  }

  // MARK: No space

  @Test("On full flash a change that needs a block leaves all as it was")
  func full() throws {
    let store = try PathStore(formatting: .small)
    let name = String(repeating: "n", count: 60)
    for number in 0..<3 { _ = try store.makeFile("/\(number)\(name)") }
    let pointerCount = 2 * 59 - 59.nonzeroBitCount
    try store.write("/0\(name)", oraclePattern(60 * 256 - 4 * pointerCount, seed: 1))
    #expect(try store.freeCount == 0)
    let tree = try store.tree()
    for change: (PathStore) throws -> Void in [
      { _ = try $0.makeFile("/needs-another-pair") },
      { try $0.makeDirectory("/needs-another-pair") },
      { try $0.rename("/1\(name)", to: "/needs-another-pair") },
    ] {
      #expect(throws: FlashError.noSpace) { try change(store) }
      #expect(try store.tree() == tree)
      let again = try PathStore(mounting: store.flash.restarted())
      #expect(try again.tree() == tree)
      #expect(again.store.findings.isEmpty, "a rename that failed leaves no mark")
    }
  }

  @Test("When the root has to move and the superblock is worn, the old state stays")
  func frozen() throws {
    let store = try PathStore(formatting: .small)
    try store.makeDirectory("/d")
    store.flash.wear(out: [0, 1, store.store.list[1].blocks.second])
    #expect(
      throws: FlashError.corrupt(
        "block 1, where the superblock belongs, cannot be written any more")
    ) { try store.makeDirectory("/e") }
    #expect(try store.tree() == ["/d/"])
    #expect(try PathStore(mounting: store.flash.restarted()).tree() == ["/d/"])
  }
}
