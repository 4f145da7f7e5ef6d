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

/// Where the volume under test keeps its content.
enum Backing: CaseIterable {
  case memory, folder
}

/// A volume under test, on a backing that can be restarted.
final class Bench {
  let blockCount: Int
  let folder: TemporaryFolder?
  private(set) var volume: BlockCountedVolume

  init(
    _ backing: Backing, blockCount: Int = 94, openFileLimit: Int = 8,
    access: VolumeAccess = .readWrite
  ) throws {
    self.blockCount = blockCount
    switch backing {
    case .memory:
      folder = nil
      volume = try BlockCountedVolume(
        blockCount: blockCount, openFileLimit: openFileLimit, access: access)
    case .folder:
      let folder = try TemporaryFolder()
      self.folder = folder
      volume = try BlockCountedVolume(
        folder: folder.path, blockCount: blockCount, openFileLimit: openFileLimit, access: access)
    }
  }

  /// Drops the volume without closing anything, as a killed process does, and loads the folder again.
  func restart() throws {
    guard let folder else { return }
    // A volume in between, for the first to unlock the folder.
    volume = try BlockCountedVolume(blockCount: blockCount, openFileLimit: 8)
    volume = try BlockCountedVolume(folder: folder.path, blockCount: blockCount, openFileLimit: 8)
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
