import FlashStorage
import Testing

struct DeviceFaultTests {
  /// Two blocks full of bytes, then a sync, then six operations on three blocks.
  private static let operations: [FlashOperation] = [
    .erase(block: 0), .program(block: 0, offset: 0, bytes: pattern(256, seed: 1)),
    .erase(block: 1), .program(block: 1, offset: 0, bytes: pattern(256, seed: 2)), .sync,
    .erase(block: 0), .program(block: 0, offset: 0, bytes: pattern(64, seed: 3)),
    .program(block: 0, offset: 64, bytes: pattern(64, seed: 4)), .erase(block: 1),
    .program(block: 2, offset: 16, bytes: pattern(240, seed: 5)),
    .program(block: 1, offset: 0, bytes: pattern(256, seed: 6)),
  ]
  private static let changes = operations.filter { $0.block != nil }

  private func run(_ operations: some Sequence<FlashOperation>, on device: any BlockDevice) throws {
    for operation in operations {
      switch operation {
      case .program(let block, let offset, let bytes):
        try device.program(block, at: offset, bytes)
      case .erase(let block): try device.erase(block)
      case .sync: try device.sync()
      }
    }
  }

  /// What the operations leave if the power fails.
  private func survivors(_ cut: PowerCut) throws -> FlashContent {
    let base = RAMFlash(smallGeometry)
    let flash = FaultyFlash(base)
    flash.powerCut = cut
    if cut.operation < Self.changes.count {
      #expect(throws: FlashFault.powerLost) { try run(Self.operations, on: flash) }
      #expect(!flash.hasPower)
    } else {
      try run(Self.operations, on: flash)
    }
    return base.content
  }

  /// What the first `count` programs and erases leave.
  private func prefix(_ count: Int) throws -> FlashContent {
    let flash = RAMFlash(smallGeometry)
    try run(Self.changes.prefix(count), on: flash)
    return flash.content
  }

  @Test("Power fails before the operation with the given number", arguments: 0...10)
  func whole(count: Int) throws {
    #expect(try survivors(PowerCut(after: count)).bytes == prefix(min(count, 10)).bytes)
  }

  @Test("Without power nothing works, until a restart")
  func powerLost() throws {
    let flash = FaultyFlash(RAMFlash(smallGeometry))
    flash.powerCut = PowerCut(after: 1)
    try flash.program(0, pattern(16))
    #expect(throws: FlashFault.powerLost) { try flash.erase(0) }
    #expect(throws: FlashFault.powerLost) { try flash.program(1, pattern(16)) }
    #expect(throws: FlashFault.powerLost) { try flash.erase(1) }
    #expect(throws: FlashFault.powerLost) { try flash.read(0, count: 16) }
    #expect(throws: FlashFault.powerLost) { try flash.sync() }
    flash.restart()
    #expect(try flash.read(0, count: 16) == pattern(16))
    try flash.erase(0)
    try flash.erase(1)
    #expect(flash.operationCount == 2)
  }

  @Test("A torn program has cleared some of its bits, from the start on", arguments: 0..<300)
  func torn(seed: Int) throws {
    let (old, new) = (try prefix(3), try prefix(4))
    let torn = try survivors(PowerCut(after: 3, .torn, seed: UInt64(seed)))
    for block in [0, 2, 3, 4, 5, 6, 7] { #expect(torn[block] == old[block]) }
    #expect(torn[1] != new[1])
    let bits = zip(torn[1], new[1]).allSatisfy { $0 & $1 == $1 }
    #expect(bits, "only bits that were to be cleared are clear")
    #expect(try survivors(PowerCut(after: 3, .torn, seed: UInt64(seed))).bytes == torn.bytes)
  }

  @Test("Tears are everywhere, and sometimes only some bits of a page are cleared")
  func tears() throws {
    let new = try prefix(4)[1]
    let results = try (0..<300).map {
      try survivors(PowerCut(after: 3, .torn, seed: UInt64($0)))[1]
    }
    let wholeBytes = results.map { torn in zip(torn, new).prefix { $0 == $1 }.count }
    #expect(wholeBytes.contains { $0 < 20 })
    #expect(wholeBytes.contains { $0 > 200 })
    #expect(Set(wholeBytes).count > 80)
    let behind = results.map { torn in torn.reversed().prefix { $0 == 0xFF }.count }
    #expect(behind.contains { $0 > 100 })
    #expect(behind.contains { $0 < 10 })
  }

  @Test("A half erased block holds neither its bytes nor all ones", arguments: 0..<100)
  func halfErased(seed: Int) throws {
    let old = try prefix(4)
    let result = try survivors(PowerCut(after: 4, .halfErased, seed: UInt64(seed)))
    for block in 1..<8 { #expect(result[block] == old[block]) }
    #expect(result[0] != Array(repeating: 0xFF, count: 256))
    #expect(result[0] != old[0])
  }

  @Test("Other modes than the operation's cut before it")
  func otherModes() throws {
    #expect(try survivors(PowerCut(after: 4, .torn, seed: 1)).bytes == prefix(4).bytes)
    #expect(try survivors(PowerCut(after: 3, .halfErased, seed: 1)).bytes == prefix(3).bytes)
  }

  @Test("Out of order, each block is as it was at some moment since the last sync")
  func outOfOrder() throws {
    var results: Set<[UInt8]> = []
    for seed in 0..<300 {
      let result = try survivors(PowerCut(after: 9, .outOfOrder, seed: UInt64(seed)))
      for block in 0..<8 {
        let moments = try (4...9).map { try prefix($0)[block] }
        #expect(moments.contains(result[block]))
      }
      results.insert(result.bytes)
    }
    #expect(results.contains(try prefix(9).bytes))
    #expect(results.contains(try prefix(4).bytes))
    let inOrder = try Set((0...10).map { try prefix($0).bytes })
    #expect(results.subtracting(inOrder).count >= 5)
    for seed in 0..<50 {
      let result = try survivors(PowerCut(after: 5, .outOfOrder, seed: UInt64(seed))).bytes
      #expect(try [prefix(4).bytes, prefix(5).bytes].contains(result), "nothing passes a sync")
    }
  }

  // MARK: Wear

  @Test("A worn block does what was asked for", arguments: Endurance.Behaviour.allCases)
  func worn(behaviour: Endurance.Behaviour) throws {
    let flash = FaultyFlash(RAMFlash(smallGeometry))
    flash.endurance = Endurance(eraseLimit: .max, behaviour, except: [1: 3])
    for round in 0..<3 {
      try flash.erase(1)
      if round < 2 { try flash.program(1, pattern(16, seed: round)) }
    }
    let worn = FlashFault.wornOut(block: 1)
    let blank = [UInt8](repeating: 0xFF, count: 16)
    switch behaviour {
    case .programFails:
      #expect(throws: worn) { try flash.program(1, pattern(16)) }
      #expect(try flash.read(1, count: 16) == blank)
    case .programDoesNothing:
      try flash.program(1, pattern(16))
      #expect(try flash.read(1, count: 16) == blank)
    case .readFails:
      try flash.program(1, pattern(16))
      #expect(throws: worn) { try flash.read(1, count: 16) }
    case .eraseFails:
      try flash.program(1, pattern(16))
      #expect(throws: worn) { try flash.erase(1) }
      #expect(try flash.read(1, count: 16) == pattern(16))
    case .eraseDoesNothing:
      try flash.program(1, pattern(16))
      try flash.erase(1)
      #expect(try flash.read(1, count: 16) == pattern(16))
      try flash.program(1, pattern(16, seed: 7))
      let both = zip(pattern(16), pattern(16, seed: 7)).map { $0 & $1 }
      #expect(try flash.read(1, count: 16) == both)
    }
    for _ in 0..<10 { try flash.erase(2) }
    try flash.program(2, pattern(16))
    #expect(try flash.read(2, count: 16) == pattern(16))
  }

  @Test("Erases from before the wrapper count as wear")
  func wornBefore() throws {
    let base = RAMFlash(smallGeometry)
    for _ in 0..<3 { try base.erase(4) }
    let flash = FaultyFlash(base)
    flash.endurance = Endurance(eraseLimit: 3, .eraseFails)
    #expect(throws: FlashFault.wornOut(block: 4)) { try flash.erase(4) }
    try flash.erase(5)
  }
}
