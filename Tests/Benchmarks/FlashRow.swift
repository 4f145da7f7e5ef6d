import FlashStorage
import Glibc
import TestSupport

/// What files cost on a chip of 16 MB, against the C library on the same flash with the same operations:
/// littlefs-python's own C functions, called from C with the flash in memory (`CFlashReference`), so that
/// no Python runs meanwhile. Processor time of either. Littlefs 1 is there for information.
func flashRow(_ bench: Bench) throws -> [Line] {
  let reference = try FlashReference(bench)
  return try FlashWorkload.allCases.map { workload in
    let pairs = try Pairs(bench.often(15, quick: 3)) {
      try workload.measure(.v21)
    } reference: {
      try reference.measure(workload)
    }
    let older = try (0..<3).map { _ in try workload.measure(.v11) }
    return Line(
      "\(workload.title); littlefs 1 \(milliseconds(median(older)))", pairs, in: milliseconds,
      atMost: 1)
  }
}

/// The C library in its process.
private final class FlashReference {
  private let server: LineServer

  init(_ bench: Bench) throws {
    guard let python = Oracles.python else { throw CannotMeasure("there is no littlefs-python") }
    server = try LineServer(
      python + [bench.source("reference_bench.py"), "\(bench.products)/libflash_reference.so"])
  }

  /// Seconds that a workload takes there.
  func measure(_ workload: FlashWorkload) throws -> Double {
    let g = FlashWorkload.geometry
    let answer = try server.ask(
      "\(workload.rawValue) \(g.readSize) \(g.programSize) \(g.blockSize) \(g.blockCount)")
    guard let seconds = Double(answer), seconds > 0 else {
      throw CannotMeasure("the C library answered \(answer) to '\(workload.rawValue)'")
    }
    return seconds
  }
}

/// What is measured; `reference.c` has the same.
enum FlashWorkload: String, CaseIterable {
  case write, read, create, list, random, mount, count

  /// A chip of 16 MB.
  static let geometry = try! FlashGeometry(
    readSize: 256, programSize: 256, blockSize: 4096, blockCount: 4096)
  private static let piece = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 31) }

  var title: String {
    switch self {
    case .write: "1 MB written in pieces of 4 KB / C littlefs 2.11"
    case .read: "1 MB read in pieces of 4 KB"
    case .create: "1000 files of 20 bytes made in a directory"
    case .list: "that directory listed"
    case .random: "10000 reads of 64 bytes anywhere in 1 MB"
    case .mount: "a full flash of 16 MB mounted"
    case .count: "the same, and its free blocks counted"
    }
  }

  /// Seconds of processor time, without the preparations.
  func measure(_ version: LittleFSVersion) throws -> Double {
    let flash = RAMFlash(Self.geometry)
    var options = LittleFSOptions()
    options.version = version
    try LittleFSVolume.format(flash, options)
    let volume = try LittleFSVolume(mounting: flash, openFileLimit: 4)
    try prepare(volume)
    if self == .mount || self == .count { return try secondsOfMounting(volume) }
    return try seconds(of: CLOCK_PROCESS_CPUTIME_ID) { try run(volume) }
  }

  private func secondsOfMounting(_ volume: LittleFSVolume) throws -> Double {
    let content = volume.withDevice { ($0 as? RAMFlash)?.content }
    guard let content else { throw CannotMeasure("the flash is not in memory") }
    let flash = RAMFlash(content)
    let start = seconds(of: CLOCK_PROCESS_CPUTIME_ID)
    let mounted = try LittleFSVolume(mounting: flash, openFileLimit: 4)
    if self == .count { _ = try mounted.statistics() }
    let end = seconds(of: CLOCK_PROCESS_CPUTIME_ID)
    return try mounted.entries(of: "/").isEmpty ? 0 : end - start
  }

  private func prepare(_ volume: LittleFSVolume) throws {
    switch self {
    case .write: break
    case .mount, .count: try fill(volume)
    case .read, .random: try put(256, at: "/file", volume)
    case .create: try volume.makeDirectory("/small")
    case .list:
      try volume.makeDirectory("/small")
      try createFiles(volume)
    }
  }

  private func run(_ volume: LittleFSVolume) throws {
    switch self {
    case .write: try put(256, at: "/file", volume)
    case .read: try readMegabyte(volume)
    case .create: try createFiles(volume)
    case .list:
      guard try volume.entries(of: "/small").count == 1000 else {
        throw CannotMeasure("the directory has not 1000 files")
      }
    case .random: try readAnywhere(volume)
    case .mount, .count: break
    }
  }

  private func put(_ pieces: Int, at path: String, _ volume: LittleFSVolume) throws {
    let handle = try volume.open(path, [.write, .create, .truncate])
    for _ in 0..<pieces { try volume.write(handle, Self.piece.span) }
    try volume.close(handle)
  }

  private func readMegabyte(_ volume: LittleFSVolume) throws {
    var buffer = Self.piece
    let handle = try volume.open("/file", .read)
    for _ in 0..<256 {
      var span = buffer.mutableSpan
      guard try volume.read(handle, into: &span) == 4096 else {
        throw CannotMeasure("the file is short")
      }
    }
    try volume.close(handle)
  }

  private func createFiles(_ volume: LittleFSVolume) throws {
    for index in 0..<1000 {
      let digits = String(index * 7919 % 1000)
      let name = String(repeating: "0", count: 4 - digits.count) + digits
      let handle = try volume.open("/small/\(name).txt", [.write, .create, .truncate])
      try volume.write(handle, Self.piece.span.extracting(first: 20))
      try volume.close(handle)
    }
  }

  private func readAnywhere(_ volume: LittleFSVolume) throws {
    var buffer = [UInt8](repeating: 0, count: 64)
    var state: UInt32 = 1
    let handle = try volume.open("/file", .read)
    for _ in 0..<10_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      try volume.seek(handle, to: Int(state >> 8) % (1_048_576 - 64), from: .start)
      var span = buffer.mutableSpan
      guard try volume.read(handle, into: &span) == 64 else {
        throw CannotMeasure("the file is short")
      }
    }
    try volume.close(handle)
  }

  private func fill(_ volume: LittleFSVolume) throws {
    for folder in 0..<15 {
      try volume.makeDirectory("/\(folder)")
      for index in 0..<16 { try put(15, at: "/\(folder)/\(index).bin", volume) }
    }
    try put(190, at: "/rest", volume)
  }
}
