import Testing

@testable import FlashStorage

/// What `Volume` does not tell: attributes, growing, failing devices, damage, and who uses which block.
struct LittleFSFileRulesTests {
  static let kinds = [
    Littlefs(.v11, 4096, 4096, 4096, count: 48), Littlefs(.v21, 16, 16, 512, count: 96),
    Littlefs(.v21, 4096, 4096, 4096, count: 48),
  ]
  static let newer = Littlefs(.v21, 16, 16, 512, count: 96)

  // MARK: Lists of blocks

  @Test("Every position is in the block that counting bytes finds", arguments: [128, 512, 4096])
  func layout(blockSize: Int) {
    let layout = BlockListLayout(blockSize: blockSize)
    var position = 0
    for index in 0..<600 {
      // Block n points n's factors of two back, and one block in any case.
      let pointers = index == 0 ? 0 : (0..<32).prefix { index % (1 << $0) == 0 }.count
      #expect(layout.start(of: index) == position)
      #expect(layout.index(of: position) == index)
      #expect(layout.offset(of: position, in: index) == 4 * pointers)
      position += blockSize - 4 * pointers
      #expect(layout.index(of: position - 1) == index)
    }
  }

  @Test("Block numbers that have been shared go separate ways")
  func numbers() {
    var first = BlockNumbers([1, 2, 3])
    var second = first.first(2)
    second.append(9)
    first.append(4)
    #expect((0..<first.count).map { first[$0] } == [1, 2, 3, 4])
    #expect((0..<second.count).map { second[$0] } == [1, 2, 9])
  }

  @Test(
    "A sync of a growing file costs the same on flash however long the file is", arguments: kinds)
  func growth(kind: Littlefs) throws {
    let volume = try Littlefs(
      kind.version, kind.geometry.readSize, kind.geometry.programSize, kind.geometry.blockSize,
      count: 3000
    ).volume()
    let handle = try volume.open("/f", [.write, .create])
    func cost() throws -> Int {
      let before = volume.operationCount
      for _ in 0..<20 {
        try volume.write(handle, pattern(kind.geometry.blockSize / 2))
        try volume.sync(handle)
      }
      return volume.operationCount - before
    }
    let early = try (0..<5).map { _ in try cost() }.max() ?? 0
    for _ in 0..<150 { _ = try cost() }
    let late = try (0..<5).map { _ in try cost() }.min() ?? 0
    #expect(late <= early + early / 4, "\(early) operations early, \(late) late")
  }

  // MARK: Attributes and size

  @Test("Files, directories and the root carry attributes through remounts and renames")
  func attributes() throws {
    let kind = Self.newer
    var volume = try kind.volume()
    try volume.makeDirectory("/d")
    try volume.put([1], at: "/d/f")
    for (index, path) in ["/", "/d", "/d/f"].enumerated() {
      try volume.setAttribute(7, of: path, to: [UInt8](repeating: 5, count: index + 1))
      try volume.setAttribute(8, of: path, to: [])
    }
    try volume.setAttribute(8, of: "/d", to: nil)
    try volume.setAttribute(9, of: "/d", to: nil)
    try volume.rename("/d/f", to: "/g")
    volume = try kind.volume(on: volume.flash)
    #expect(try volume.attribute(7, of: "/") == [5])
    #expect(try volume.attribute(7, of: "/d") == [5, 5])
    #expect(try volume.attribute(7, of: "/g") == [5, 5, 5])
    #expect(try volume.attribute(8, of: "/g") == [])
    #expect(throws: FlashError.noAttribute) { try volume.attribute(8, of: "/d") }
    #expect(throws: FlashError.notFound) { try volume.attribute(8, of: "/d/f") }
    let limit = volume.superblock.attributeLimit
    #expect(throws: FlashError.noSpace) {
      try volume.setAttribute(1, of: "/d", to: Array(repeating: 0, count: limit + 1))
    }
    #expect(try volume.content(of: "/g") == [1])
  }

  @Test("Littlefs 1 has no attributes and does not grow")
  func older() throws {
    let volume = try Self.kinds[0].volume()
    #expect(throws: FlashError.invalid) { try volume.attribute(1, of: "/") }
    #expect(throws: FlashError.invalid) { try volume.setAttribute(1, of: "/", to: [1]) }
  }

  @Test("A volume grows into a larger flash and uses the new blocks")
  func grow() throws {
    let small = try Self.newer.volume()
    try small.put(pattern(20_000), at: "/f")
    let image = small.flash
    let geometry = try FlashGeometry(readSize: 16, programSize: 16, blockSize: 512, blockCount: 200)
    func mounted(_ bytes: [UInt8]) throws -> LittleFSVolume {
      try LittleFSVolume(mounting: RAMFlash(bytes, geometry), openFileLimit: 4)
    }
    let volume = try mounted(image.bytes)
    #expect(try volume.statistics().blockCount == 96)
    #expect(throws: FlashError.invalid) { try volume.grow(toBlockCount: 201) }
    #expect(throws: FlashError.invalid) { try volume.grow(toBlockCount: 95) }
    try volume.grow(toBlockCount: 200)
    try volume.put(pattern(60_000, seed: 1), at: "/g")
    let again = try mounted(volume.flash.bytes)
    #expect(again.superblock.blockCount == 200)
    #expect(try again.content(of: "/f") == pattern(20_000))
    #expect(try again.content(of: "/g") == pattern(60_000, seed: 1))
  }

  @Test("An image says what it is, from either block of the first pair", arguments: kinds)
  func recognise(kind: Littlefs) throws {
    var bytes = Array(try kind.formatted().bytes.prefix(3 * kind.geometry.blockSize))
    for _ in 0..<2 {
      let superblock = LittleFSInspection.recognise(bytes.span)
      let found = try #require(superblock)
      #expect(found.version == kind.version)
      #expect(found.blockSize == kind.geometry.blockSize)
      #expect(found.blockCount == kind.geometry.blockCount)
      for index in 0..<kind.geometry.blockSize { bytes[index] = 0 }
    }
    for index in bytes.indices { bytes[index] = 0xFF }
    let (erased, none) = (
      LittleFSInspection.recognise(bytes.span), LittleFSInspection.recognise([UInt8]().span)
    )
    #expect(erased == nil)
    #expect(none == nil)
  }

  // MARK: Open files without a name

  @Test(
    "A file that is removed while it is open is there for its handle, and then gone",
    arguments: kinds)
  func removedWhileOpen(kind: Littlefs) throws {
    let fileSystem = try LittleFS(mounting: kind.formatted(), kind.options)
    let empty = try fileSystem.freeBlockCount()
    let file = try fileSystem.open(VolumePath("/f"), [.read, .write, .create])
    try fileSystem.write(file, pattern(9000).span)
    try fileSystem.sync(file)
    try fileSystem.remove(VolumePath("/f"))
    let other = try fileSystem.open(VolumePath("/g"), [.write, .create])
    try fileSystem.write(other, pattern(6000, seed: 3).span)
    try fileSystem.write(file, [UInt8(7)].span)
    _ = try file.seek(to: 0, from: .start)
    var bytes = [UInt8](repeating: 0, count: 9002)
    var span = bytes.mutableSpan
    #expect(try file.read(into: &span) == 9001)
    #expect(Array(bytes[..<9001]) == pattern(9000) + [7])
    try fileSystem.close(file)
    #expect(throws: FlashError.notFound) { try fileSystem.find(VolumePath("/f")) }
    try fileSystem.close(other)
    try fileSystem.remove(VolumePath("/g"))
    #expect(try fileSystem.freeBlockCount() == empty)
  }

  // MARK: Failure

  @Test("A write that finds no space keeps nothing of itself and all before it", arguments: kinds)
  func full(kind: Littlefs) throws {
    var volume = try kind.volume()
    let handle = try volume.open("/f", [.read, .write, .create])
    var written: [UInt8] = []
    let piece = pattern(3 * kind.geometry.blockSize + 11)
    var error: FlashError?
    while error == nil, written.count < kind.geometry.byteCount {
      do {
        try volume.write(handle, piece)
        written += piece
      } catch let refusal as FlashError {
        error = refusal
      }
    }
    #expect(error == .noSpace)
    #expect(try volume.size(of: handle) == written.count)
    #expect(try volume.position(of: handle) == written.count)
    #expect(throws: FlashError.noSpace) { try volume.truncate(handle, to: 2 * written.count) }
    try volume.close(handle)
    volume = try kind.volume(on: volume.flash)
    #expect(try volume.content(of: "/f") == written)
  }

  @Test("After a device has failed in a change, only a remount allows the next", arguments: kinds)
  func failure(kind: Littlefs) throws {
    let flash = FaultyFlash(try kind.formatted())
    let fileSystem = try LittleFS(mounting: flash, kind.options)
    try fileSystem.makeDirectory(VolumePath("/d"))
    flash.powerCut = PowerCut(after: 0)
    #expect(throws: FlashError.self) { try fileSystem.makeDirectory(VolumePath("/e")) }
    flash.restart()
    do throws(FlashError) {
      try fileSystem.makeDirectory(VolumePath("/g"))
      Issue.record("it changed what it may not know any more")
    } catch {
      #expect(error.errno == 5)
      #expect("\(error)".contains("mount the volume again"))
    }
    #expect(try fileSystem.entries(of: VolumePath("/")).map(\.name.string).contains("d"))
    let again = try LittleFS(mounting: flash, kind.options)
    try again.makeDirectory(VolumePath("/g"))
  }

  @Test(
    "A block that does not take a file's bytes is left for another", arguments: kinds,
    Endurance.Behaviour.allCases)
  func worn(kind: Littlefs, behaviour: Endurance.Behaviour) throws {
    let base = try kind.formatted()
    let flash = FaultyFlash(base)
    let fileSystem = try LittleFS(mounting: flash, kind.options)
    // Every third block is worn, but for what the empty volume is in.
    var used = BlockSet()
    fileSystem.store.markMetadata(in: &used)
    let worn = (4..<kind.geometry.blockCount).filter { $0 % 3 == 0 && !used.contains($0) }
    flash.endurance = Endurance(
      eraseLimit: .max, behaviour, except: Dictionary(uniqueKeysWithValues: worn.map { ($0, 0) }))
    let bytes = pattern(8 * kind.geometry.blockSize)
    let file = try fileSystem.open(VolumePath("/f"), [.write, .create])
    try fileSystem.write(file, bytes.span)
    try fileSystem.close(file)
    let again = try LittleFSVolume(mounting: RAMFlash(base.content), openFileLimit: 2)
    #expect(try again.content(of: "/f") == bytes)
  }

  // MARK: Who uses what

  @Test("The map of blocks and the count of free ones agree", arguments: kinds)
  func map(kind: Littlefs) throws {
    let volume = try kind.volume()
    try volume.makeDirectory("/d")
    try volume.put(pattern(3 * kind.geometry.blockSize), at: "/d/f")
    let handle = try volume.open("/g", [.write, .create])
    try volume.write(handle, pattern(kind.geometry.blockSize * 2))
    let map = try volume.blockMap()
    #expect(map.count == kind.geometry.blockCount)
    #expect(map.count { $0 == .free } == (try volume.freeBlockCount))
    #expect(map[0] == .superblock)
    #expect(map.count { $0 == .file(path: "/d/f") } == 4)
    #expect(map.count { $0 == .open(path: "/g") } >= 2)
    #expect(map.count { $0 == .directory(path: "/d") } == 2)
  }

  @Test("A rename that needs blocks never gets those of what it moves", arguments: kinds)
  func scarce(kind: Littlefs) throws {
    var volume = try kind.volume()
    try volume.makeDirectory("/d")
    try volume.makeDirectory("/e")
    let count = 6
    for index in 0..<count {
      try volume.put(pattern(kind.geometry.blockSize, seed: index), at: "/d/\(index)")
    }
    let spare = 20
    let ballast = try volume.freeBlockCount - spare
    try volume.put(pattern(ballast * (kind.geometry.blockSize - 8)), at: "/ballast")
    // Ever longer names divide pairs. Mounted anew, a search for blocks begins at the file's own.
    for length in 1..<200 {
      for index in 0..<count {
        let (from, to) = length % 2 == 1 ? ("/d", "/e") : ("/e", "/d")
        let old = String(repeating: "n", count: length - 1) + "\(index)"
        var options = kind.options
        options.firstAllocation = try LittleFS(mounting: volume.flash, options)
          .list(of: "\(from)/\(old)").first
        volume = try LittleFSVolume(mounting: volume.flash, options, openFileLimit: 4)
        try volume.rename("\(from)/\(old)", to: "\(to)/n\(old)")
        let inspection = try LittleFSInspection(volume.flash)
        try #require(inspection.findings.isEmpty, "\(length): \(inspection.findings)")
      }
    }
    for index in 0..<count {
      let name = String(repeating: "n", count: 199) + "\(index)"
      #expect(try volume.content(of: "/e/\(name)") == pattern(kind.geometry.blockSize, seed: index))
    }
  }

  @Test(
    "A damaged list of blocks is found, with the file's name, and hides nothing else",
    arguments: kinds)
  func brokenList(kind: Littlefs) throws {
    let volume = try kind.volume()
    try volume.put(pattern(4 * kind.geometry.blockSize), at: "/whole")
    try volume.put(pattern(4 * kind.geometry.blockSize, seed: 1), at: "/broken")
    let map = try volume.blockMap()
    let block = kind.geometry.blockSize
    let blocks = map.indices.filter { map[$0] == .file(path: "/broken") }
    let other = try #require(map.firstIndex(of: .file(path: "/whole")))
    let list = try LittleFS(mounting: volume.flash, kind.options).list(of: "/broken")
    for target in [list[2], list[4], other, kind.geometry.blockCount, 0xFFFF_FFFF] {
      var bytes = volume.flash.bytes
      // The pointer of block 2 to block 1.
      for index in 0..<4 {
        bytes[list[2] * block + index] = UInt8(truncatingIfNeeded: target >> (8 * index))
      }
      let inspection = try LittleFSInspection(RAMFlash(bytes, kind.geometry))
      #expect(inspection.findings.contains { $0.description.contains("/broken") }, "\(target)")
      #expect(inspection.findings.allSatisfy { $0.severity == .damage })
      #expect(
        try inspection.volume.content(of: "/whole") == pattern(4 * kind.geometry.blockSize))
      #expect(throws: FlashError.readOnly) { try inspection.volume.remove("/whole") }
    }
    #expect(blocks.count == 5)
  }
}

extension LittleFSVolume {
  fileprivate var operationCount: Int {
    withDevice { device in
      (device.wear?.blocks ?? []).reduce(0) { $0 + $1.reads + $1.programs + $1.erases }
    }
  }
}

extension LittleFS {
  /// The blocks of a file from the first on.
  fileprivate func list(of path: String) throws -> [Int] {
    guard case .blocks(let list) = try find(VolumePath(path)).content else { return [] }
    let loaded = try disk.load(list)
    return (0...disk.layout.index(of: loaded.size - 1)).map { loaded[$0] }
  }
}
