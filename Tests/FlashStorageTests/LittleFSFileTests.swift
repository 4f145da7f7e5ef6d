import Testing

@testable import FlashStorage

/// A littlefs in memory, and what a test asks of it.
struct Littlefs: CustomTestStringConvertible {
  let version: LittleFSVersion
  let geometry: FlashGeometry
  let cycles: Int?

  /// Read, program and block size, how many blocks, and the cycles of a pair before it moves.
  init(
    _ version: LittleFSVersion, _ read: Int, _ program: Int, _ block: Int, count: Int,
    cycles: Int? = 100
  ) {
    self.version = version
    self.cycles = cycles
    geometry = try! FlashGeometry(
      readSize: read, programSize: program, blockSize: block, blockCount: count)
  }

  var options: LittleFSOptions {
    var options = LittleFSOptions()
    options.version = version
    options.blockCycles = cycles
    return options
  }

  var testDescription: String {
    """
    littlefs \(version), \(geometry.readSize)/\(geometry.programSize)/\(geometry.blockSize) x \
    \(geometry.blockCount)
    """
  }

  func formatted() throws -> RAMFlash {
    let flash = RAMFlash(geometry)
    try LittleFSVolume.format(flash, options)
    return flash
  }

  func volume(on flash: RAMFlash, openFileLimit: Int = 8) throws -> LittleFSVolume {
    try LittleFSVolume(mounting: RAMFlash(flash.content), options, openFileLimit: openFileLimit)
  }

  func volume(openFileLimit: Int = 8) throws -> LittleFSVolume {
    try volume(on: formatted(), openFileLimit: openFileLimit)
  }
}

extension LittleFSVolume {
  /// What is on flash, as a loss of power now would leave it.
  var flash: RAMFlash {
    RAMFlash(withDevice { ($0 as! RAMFlash).content })
  }
}

struct LittleFSFileTests {
  static let kinds = [
    Littlefs(.v11, 4096, 4096, 4096, count: 96),
    Littlefs(.v11, 16, 16, 128, count: 2000),
    Littlefs(.v11, 1, 64, 512, count: 500),
    Littlefs(.v21, 4096, 4096, 4096, count: 96),
    Littlefs(.v21, 16, 16, 128, count: 2000),
    Littlefs(.v21, 1, 64, 512, count: 500),
  ]

  @Test(
    "Handles read, write, seek and cut as bytes in memory do, through remounts", arguments: kinds)
  func model(kind: Littlefs) throws {
    for seed in 0..<20 as Range<UInt64> {
      var run = try ModelRun(kind, seed: seed)
      for step in 0..<150 { try run.advance(step) }
      try run.finish()
    }
  }
}

/// Random calls on one file through several handles, and the same on arrays.
private struct ModelRun {
  struct Handle {
    let handle: FlashHandle
    let appends: Bool
    var bytes: [UInt8]
    var position = 0
    var isChanged = false
  }

  let kind: Littlefs
  let seed: UInt64
  var random: SeededGenerator
  var volume: LittleFSVolume
  var handles: [Handle] = []
  /// What is on flash.
  var stored: [UInt8] = []
  let limit: Int

  init(_ kind: Littlefs, seed: UInt64) throws {
    self.kind = kind
    self.seed = seed
    random = SeededGenerator(seed: seed)
    volume = try kind.volume()
    try volume.put([], at: "/f")
    limit = kind.geometry.blockSize * 9
  }

  mutating func size() -> Int {
    let scale = [8, kind.geometry.blockSize / 4, limit / 3].randomElement(using: &random)!
    return Int.random(in: 0...scale, using: &random)
  }

  mutating func advance(_ step: Int) throws {
    if handles.isEmpty || (handles.count < 4 && Int.random(in: 0..<8, using: &random) == 0) {
      let appends = Int.random(in: 0..<4, using: &random) == 0
      let truncates = Int.random(in: 0..<10, using: &random) == 0
      var mode: OpenMode = [.read, .write]
      if appends { mode.insert(.append) }
      if truncates { mode.insert(.truncate) }
      handles.append(
        Handle(
          handle: try volume.open("/f", mode), appends: appends, bytes: truncates ? [] : stored,
          isChanged: truncates && !stored.isEmpty))
    }
    let index = Int.random(in: 0..<handles.count, using: &random)
    var handle = handles[index]
    let place = handle.handle
    switch Int.random(in: 0..<12, using: &random) {
    case 0...3:
      let bytes = pattern(size(), seed: step)
      let start = handle.appends ? max(handle.position, handle.bytes.count) : handle.position
      guard !bytes.isEmpty, start + bytes.count <= limit else { break }
      try volume.write(place, bytes)
      if start > handle.bytes.count {
        handle.bytes += Array(repeating: 0, count: start - handle.bytes.count)
      }
      let end = min(start + bytes.count, handle.bytes.count)
      handle.bytes.replaceSubrange(start..<end, with: bytes)
      handle.position = start + bytes.count
      handle.isChanged = true
    case 4, 5:
      let count = size()
      let start = min(handle.position, handle.bytes.count)
      let expected = Array(handle.bytes[start...].prefix(count))
      try #require(try volume.read(place, count: count) == expected, "seed \(seed), step \(step)")
      handle.position += expected.count
    case 6, 7:
      let target = Int.random(in: 0...max(handle.bytes.count + 20, 1), using: &random)
      try volume.seek(place, to: target, from: .start)
      handle.position = target
    case 8:
      let count = Int.random(in: 0...min(limit, handle.bytes.count * 3 / 2 + 9), using: &random)
      try volume.truncate(place, to: count)
      handle.isChanged = handle.isChanged || count != handle.bytes.count
      handle.bytes = Array(handle.bytes.prefix(count))
      handle.bytes += Array(repeating: 0, count: count - handle.bytes.count)
    case 9:
      try volume.sync(place)
      if handle.isChanged { stored = handle.bytes }
      handle.isChanged = false
    case 10:
      try volume.close(place)
      if handle.isChanged { stored = handle.bytes }
      handles.remove(at: index)
      return
    default:
      guard Int.random(in: 0..<3, using: &random) == 0 else { break }
      volume = try kind.volume(on: volume.flash)
      handles = []
      try #require(try volume.content(of: "/f") == stored, "seed \(seed), step \(step)")
      return
    }
    handles[index] = handle
    try #require(try volume.size(of: place) == handle.bytes.count, "seed \(seed), step \(step)")
    try #require(try volume.position(of: place) == handle.position, "seed \(seed), step \(step)")
    try #require(try volume.status(of: "/f").size == stored.count, "seed \(seed), step \(step)")
  }

  mutating func finish() throws {
    volume = try kind.volume(on: volume.flash)
    try volume.remove("/f")
    let inspection = try LittleFSInspection(volume.flash)
    #expect(inspection.findings.isEmpty, "seed \(seed)")
    let empty = try kind.volume().freeBlockCount
    #expect(try volume.freeBlockCount == empty, "seed \(seed): no block leaks")
  }
}
