import FlashStorage
import Foundation

/// A host folder that goes when the tests end.
struct TemporaryFolder {
  private static let base: String = {
    atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.base) }
    return NSTemporaryDirectory() + "flash-\(getpid())"
  }()

  let path = "\(base)/\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let place = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: place)
  }

  /// The host's file; `Data(contentsOf:)` leaks when the file is empty.
  func read(_ name: String) throws -> [UInt8] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(path)/\(name)"))
    return [UInt8](try file.readToEnd() ?? Data())
  }

  func names() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: path) }
}

/// A volume of one of the two formats, on flash in memory or kept in a folder.
enum Backing: CaseIterable {
  case littleFS1, littleFS2, folder1, folder2

  /// Without a folder.
  static let inMemory = [littleFS1, littleFS2]
  static let inFolder = [folder1, folder2]

  var isFolder: Bool { self == .folder1 || self == .folder2 }

  var options: LittleFSOptions {
    var options = LittleFSOptions()
    options.version = self == .littleFS1 || self == .folder1 ? .v11 : .v21
    return options
  }

  /// Blocks of an empty volume that are in use.
  var emptyBlockCount: Int { options.version == .v11 ? 4 : 2 }
}

/// A volume under test, on a backing that can be restarted.
final class Bench {
  let backing: Backing
  let geometry: FlashGeometry
  let openFileLimit: Int
  let folder: TemporaryFolder?
  private(set) var volume: LittleFSVolume

  init(
    _ backing: Backing = .littleFS1, blockCount: Int = 94, openFileLimit: Int = 8,
    access: VolumeAccess = .readWrite
  ) throws {
    self.backing = backing
    self.openFileLimit = openFileLimit
    geometry =
      backing.options.version == .v11
      ? try FlashGeometry(blockCount: blockCount)
      : try FlashGeometry(
        readSize: 256, programSize: 256, blockSize: 4096, blockCount: blockCount)
    if backing.isFolder {
      let folder = try TemporaryFolder()
      self.folder = folder
      volume = try LittleFSVolume(
        folder: folder.path, geometry, backing.options, openFileLimit: openFileLimit,
        access: access)
    } else {
      folder = nil
      let flash = RAMFlash(geometry)
      try LittleFSVolume.format(flash, backing.options)
      volume = try LittleFSVolume(
        mounting: RAMFlash(flash.content), backing.options, openFileLimit: openFileLimit,
        access: access)
    }
  }

  /// Drops the volume without closing anything, as a killed process does, and loads it again.
  func restart() throws {
    let flash = volume.withDevice { ($0 as? RAMFlash)?.content } ?? FlashContent(geometry)
    // In a folder the first has to unlock it.
    volume = try LittleFSVolume(mounting: RAMFlash(flash), openFileLimit: openFileLimit)
    guard let folder else { return }
    volume = try LittleFSVolume(
      folder: folder.path, geometry, backing.options, openFileLimit: openFileLimit)
  }
}

extension Volume {
  var freeBlockCount: Int {
    get throws { try statistics().freeBlockCount }
  }

  func put(_ bytes: [UInt8], at path: String) throws {
    let handle = try open(path, [.write, .create, .truncate])
    try write(handle, bytes)
    try close(handle)
  }

  func write(_ handle: FlashHandle, _ bytes: [UInt8]) throws { try write(handle, bytes.span) }

  /// The whole file, as last synced.
  func content(of path: String) throws -> [UInt8] {
    let handle = try open(path, .read)
    let bytes = try read(handle, count: try size(of: handle) + 1)
    try close(handle)
    return bytes
  }

  func read(_ handle: FlashHandle, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count)
    var window = bytes.mutableSpan
    let length = try read(handle, into: &window)
    return Array(bytes[..<length])
  }

  func names(in path: String = "/") throws -> [String] { try entries(of: path).map(\.name) }
}

/// Bytes that tell their place.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
  let start = seed % 1000 * 7
  return Array(noise[start..<start + count])
}

private let noise: [UInt8] = {
  var random = SeededGenerator(seed: 1)
  return (0..<200_000).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
}()

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
