import FlashStorage
import Testing

/// The devices that have to behave alike.
enum DeviceKind: CaseIterable {
  case memory, image, faulty

  func device(
    _ geometry: FlashGeometry, _ unerasedPrograms: UnerasedPrograms = .refused
  ) throws -> any BlockDevice {
    switch self {
    case .memory: RAMFlash(geometry, unerasedPrograms: unerasedPrograms)
    case .image:
      try FlashImage(
        TemporaryFolder().path + "/flash", geometry, create: true,
        unerasedPrograms: unerasedPrograms)
    case .faulty: FaultyFlash(RAMFlash(geometry, unerasedPrograms: unerasedPrograms))
    }
  }
}

extension BlockDevice {
  func read(_ block: Int, at offset: Int = 0, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count)
    var span = bytes.mutableSpan
    try read(block, at: offset, into: &span)
    return bytes
  }

  func program(_ block: Int, at offset: Int = 0, _ bytes: [UInt8]) throws {
    try program(block, at: offset, bytes.span)
  }
}

/// Blocks of 256 bytes, programmed 16 at a time.
let smallGeometry = try! FlashGeometry(
  readSize: 16, programSize: 16, blockSize: 256, blockCount: 8)

@Suite("Every device")
struct DeviceRulesTests {
  @Test("A new flash is erased", arguments: DeviceKind.allCases)
  func new(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    #expect(device.geometry == smallGeometry)
    for block in 0..<8 {
      #expect(try device.read(block, count: 256) == Array(repeating: 0xFF, count: 256))
    }
  }

  @Test("What is programmed is read, from any place on", arguments: DeviceKind.allCases)
  func program(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    try device.program(3, at: 32, pattern(48))
    #expect(try device.read(3, at: 32, count: 48) == pattern(48))
    #expect(try device.read(3, at: 37, count: 3) == Array(pattern(48)[5..<8]))
    #expect(try device.read(3, at: 31, count: 1) == [0xFF])
    #expect(try device.read(3, at: 80, count: 176) == Array(repeating: 0xFF, count: 176))
    #expect(try device.read(3, at: 256, count: 0) == [])
    #expect(try device.read(2, count: 256) == Array(repeating: 0xFF, count: 256))
  }

  @Test("An erase clears one block and no other", arguments: DeviceKind.allCases)
  func erase(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    for block in 2...4 { try device.program(block, pattern(256, seed: block)) }
    try device.erase(3)
    #expect(try device.read(2, count: 256) == pattern(256, seed: 2))
    #expect(try device.read(3, count: 256) == Array(repeating: 0xFF, count: 256))
    #expect(try device.read(4, count: 256) == pattern(256, seed: 4))
    try device.program(3, pattern(256, seed: 9))
    #expect(try device.read(3, count: 256) == pattern(256, seed: 9))
  }

  @Test(
    "A program clears bits once more, but refuses to set them and then changes nothing",
    arguments: DeviceKind.allCases)
  func refused(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    let bytes = Array(repeating: UInt8(0b1100), count: 16)
    try device.program(1, at: 16, bytes)
    try device.program(1, at: 16, bytes)
    var fewer = bytes
    fewer[15] = 0b0100
    try device.program(1, at: 16, fewer)
    for index in [0, 7, 15] {
      var more = Array(repeating: UInt8(0), count: 16)
      more[index] = 0b1_0000
      #expect(throws: FlashFault.notErased(block: 1, offset: 16)) {
        try device.program(1, at: 16, more)
      }
    }
    #expect(try device.read(1, at: 16, count: 16) == fewer)
    #expect(device.wear?.blocks[1].programs == 3)
    #expect(device.wear?.unerasedPrograms == 0)
  }

  @Test(
    "With warnings instead, bits that are clear stay clear and are counted",
    arguments: DeviceKind.allCases)
  func counted(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry, .counted)
    try device.program(1, Array(repeating: 0b1100, count: 16))
    try device.program(1, Array(repeating: 0b1010, count: 16))
    #expect(try device.read(1, count: 16) == Array(repeating: 0b1000, count: 16))
    #expect(device.wear?.unerasedPrograms == 1)
    try device.program(1, Array(repeating: 0, count: 16))
    #expect(device.wear?.unerasedPrograms == 1)
  }

  @Test(
    "Places that are not on the device, and parts of units, are refused",
    arguments: DeviceKind.allCases)
  func outOfRange(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    let places = [
      (8, 0, 16), (-1, 0, 16), (0, 256, 16), (0, 248, 16), (0, -16, 16), (0, 0, 272),
      (.max, .max, 16), (.min, .min, 16), (0, .max, 16),
    ]
    for (block, offset, count) in places {
      let fault = FlashFault.outOfRange(block: block, offset: offset, count: count)
      #expect(throws: fault) { try device.read(block, at: offset, count: count) }
      #expect(throws: fault) { try device.program(block, at: offset, pattern(count)) }
    }
    for (offset, count) in [(8, 16), (0, 8), (16, 17)] {
      #expect(throws: FlashFault.outOfRange(block: 0, offset: offset, count: count)) {
        try device.program(0, at: offset, pattern(count))
      }
    }
    for block in [8, -1, .max] {
      #expect(throws: FlashFault.outOfRange(block: block, offset: 0, count: 256)) {
        try device.erase(block)
      }
    }
    #expect(device.wear == WearCounters(blockCount: 8))
  }

  @Test("Reads, programs and erases are counted by block", arguments: DeviceKind.allCases)
  func wear(kind: DeviceKind) throws {
    let device = try kind.device(smallGeometry)
    for _ in 0..<3 { try device.erase(2) }
    for offset in [0, 16] { try device.program(2, at: offset, pattern(16)) }
    _ = try device.read(2, count: 1)
    _ = try device.read(5, count: 256)
    try device.sync()
    var expected = WearCounters(blockCount: 8)
    expected.blocks[2].erases = 3
    expected.blocks[2].programs = 2
    expected.blocks[2].reads = 1
    expected.blocks[5].reads = 1
    #expect(device.wear == expected)
  }
}

struct RAMFlashTests {
  @Test("Bytes go in and come out, erased behind them")
  func bytes() throws {
    let flash = try RAMFlash(pattern(300), smallGeometry)
    #expect(flash.bytes == pattern(300) + Array(repeating: 0xFF, count: 2048 - 300))
    #expect(try RAMFlash(flash.bytes, smallGeometry).bytes == flash.bytes)
    let refusal = #expect(throws: VolumeError.self) { try RAMFlash(pattern(2049), smallGeometry) }
    #expect(refusal?.reason == .doesNotFit)
    #expect(refusal?.description == "2049 bytes do not fit into a flash of 2048 bytes")
  }

  @Test("A fork goes its own way, and so do snapshots")
  func fork() throws {
    let flash = try RAMFlash(pattern(2048), smallGeometry)
    let snapshot = flash.content
    let fork = flash.fork()
    try fork.erase(1)
    try flash.erase(2)
    try flash.program(2, pattern(16))
    #expect(fork.content[1] == Array(repeating: 0xFF, count: 256))
    #expect(fork.content[2] == snapshot[2])
    #expect(flash.content[1] == snapshot[1])
    #expect(flash.wear?.blocks[1].erases == 0)
    #expect(fork.wear?.blocks[2].erases == 0)
    #expect(snapshot.bytes == pattern(2048))
  }
}
