import Testing

@testable import FlashStorage

/// What is particular to littlefs 2, through the volume.
@Suite("littlefs 2")
struct LittleFS2Tests {
  static let kind = Littlefs(.v21, 16, 16, 512, count: 64)

  @Test("Attributes of files, directories and the root outlast what happens to them")
  func attributes() throws {
    let volume = try Self.kind.volume()
    try volume.makeDirectory("/d")
    try volume.put([1, 2, 3], at: "/d/f")
    let value = pattern(30, seed: 1)
    for path in ["/", "/d", "/d/f"] { try volume.setAttribute(7, of: path, to: value) }
    try volume.setAttribute(8, of: "/d/f", to: [])
    try volume.rename("/d/f", to: "/g")
    try volume.put(pattern(2000, seed: 2), at: "/g")
    for number in 0..<20 { try volume.put([UInt8(number)], at: "/more\(number)") }
    let again = try Self.kind.volume(on: volume.flash)
    for path in ["/", "/d", "/g"] { #expect(try again.attribute(7, of: path) == value) }
    #expect(try again.attribute(8, of: "/g") == [])
    try again.setAttribute(7, of: "/g", to: nil)
    let last = try Self.kind.volume(on: again.flash)
    #expect(throws: FlashError.noAttribute) { try last.attribute(7, of: "/g") }
    #expect(throws: FlashError.noSpace) {
      try last.setAttribute(7, of: "/g", to: pattern(1023, seed: 3))
    }
  }

  @Test("A littlefs 2.0 is read as it is, and becomes 2.1 with its first change")
  func upgrade() throws {
    let old = Littlefs(.v20, 16, 16, 512, count: 64)
    let volume = try old.volume()
    #expect(volume.superblock.version == .v20)
    #expect(try volume.entries(of: "/").isEmpty)
    #expect(try old.volume(on: volume.flash).superblock.version == .v20)
    try volume.put([1], at: "/f")
    #expect(try old.volume(on: volume.flash).superblock.version == .v21)
  }

  @Test("A grown volume keeps its files and uses the new blocks")
  func growth() throws {
    let device = RAMFlash(Self.kind.geometry)
    var options = Self.kind.options
    options.minimumBlockCycles = 1
    options.blockCycles = 1
    let small = try FlashGeometry(readSize: 16, programSize: 16, blockSize: 512, blockCount: 32)
    let part = RAMFlash(small)
    try LittleFSVolume.format(part, options)
    for block in 0..<2 {
      let bytes = Array(part.bytes[block * 512..<(block + 1) * 512])
      try device.program(block, at: 0, bytes.span)
    }
    let volume = try LittleFSVolume(mounting: device, options, openFileLimit: 4)
    #expect(try volume.statistics().blockCount == 32)
    for number in 0..<40 { try volume.put(pattern(60, seed: number), at: "/\(number % 4)") }
    try volume.grow(toBlockCount: 64)
    try volume.put(pattern(40 * 450, seed: 5), at: "/large")
    let again = try LittleFSVolume(mounting: volume.flash, options, openFileLimit: 4)
    #expect(try again.statistics().blockCount == 64)
    #expect(try again.content(of: "/large") == pattern(40 * 450, seed: 5))
    let findings = try LittleFSInspection(again.flash).findings
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test(
    "The reference's limit for files beside their names holds",
    arguments: [(512, 64), (4096, 512), (16384, 1022)])
  func inlineLimit(blockSize: Int, limit: Int) throws {
    let kind = Littlefs(.v21, 16, 16, blockSize, count: 32)
    let volume = try kind.volume()
    let free = try volume.freeBlockCount
    try volume.put(pattern(limit, seed: 1), at: "/f")
    #expect(try volume.freeBlockCount == free)
    try volume.put(pattern(limit + 1, seed: 1), at: "/f")
    #expect(try volume.freeBlockCount == free - 1)
  }

  @Test("Cycles below 16 are refused")
  func cycles() throws {
    var options = Self.kind.options
    options.blockCycles = 15
    #expect(throws: FlashError.invalid) {
      try LittleFSVolume.format(RAMFlash(Self.kind.geometry), options)
    }
  }

  @Test("Names longer than the superblock allows are refused")
  func limits() throws {
    let volume = try Self.kind.volume()
    let name = String(repeating: "n", count: 256)
    #expect(throws: FlashError.nameTooLong) { try volume.makeDirectory("/\(name)") }
    try volume.makeDirectory("/\(name.dropLast())")
  }

  @Test("Pairs move as often as the cycles say, and the wear spreads")
  func wear() throws {
    var options = Self.kind.options
    options.blockCycles = 16
    let flash = try Littlefs(.v21, 512, 512, 512, count: 64).formatted()
    let volume = try LittleFSVolume(mounting: flash, options, openFileLimit: 4)
    try volume.makeDirectory("/d")
    for number in 0..<3000 { try volume.put([UInt8(number & 0xff)], at: "/d/f") }
    let wear = try #require(volume.withDevice { $0.wear })
    let erases = wear.blocks.map(\.erases)
    #expect(erases.filter { $0 > 0 }.count > 50)
    #expect(erases.dropFirst(2).max()! < 4 * erases.reduce(0, +) / 64, "\(erases)")
  }
}
