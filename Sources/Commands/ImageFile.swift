import AudioEngine
import DeviceEmulator
import FlashStorage
import GuestRuntime

/// An image of a flash with a littlefs, as a file of the host.
struct ImageFile {
  /// The first two blocks are within so many bytes, whatever the block size of a flash.
  private static let startByteCount = 1 << 20
  /// More blocks than any flash of a module has; what says that it has more is no image.
  private static let blockLimit = 1 << 20
  /// How many files a command has open at once.
  private static let openFileLimit = 4

  let path: String
  /// The path without the folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  /// The size of the file.
  let byteCount: Int
  private let start: [UInt8]

  /// Looks at the file, whatever it holds.
  init(_ path: String) throws(Complaint) {
    self.path = path
    switch HostKind(of: path) {
    case .file: break
    case .folder: throw Complaint(.missingInput, "\(path) is a folder, not an image")
    case .other: throw Complaint(.missingInput, "\(path) is not a file")
    case nil: throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
    guard let size = HostFile.size(of: path),
      let start = HostFile.start(of: path, count: Self.startByteCount)
    else { throw Complaint(.missingInput, "cannot read \(path): \(hostReason)") }
    byteCount = size
    self.start = start
  }

  /// What the image says of itself.
  ///
  /// - Throws: A sentence that says what was found instead.
  func superblock() throws(Complaint) -> Superblock {
    guard let superblock = LittleFSInspection.recognise(start.span) else {
      throw Complaint(.badData, "\(path) holds no littlefs: \(startSentence)")
    }
    guard superblock.blockCount <= Self.blockLimit else {
      throw Complaint(.badData, "\(path) says that it has \(superblock.blockCount) blocks")
    }
    return superblock
  }

  private var startSentence: String {
    if start.isEmpty { return "it is empty" }
    if start.allSatisfy({ $0 == 0xFF }) { return "it is erased flash" }
    return "it begins with \(quoted(Array(start.prefix(12))))"
  }

  /// Looks at all of it without changing anything; other programs may look at the same time.
  ///
  /// - Returns: What there is, and how often each block was used if that was counted.
  func inspect() throws(Complaint) -> (LittleFSInspection, wear: WearCounters?) {
    let flash = try readOnlyFlash(geometry())
    let wear = HostKind(of: path + ".wear") == nil ? nil : flash.wear
    do throws(FlashError) {
      return (try LittleFSInspection(flash), wear)
    } catch {
      throw Complaint(.badData, "\(path): \(error)")
    }
  }

  /// What is wrong with it, a sentence each.
  func damage(of inspection: LittleFSInspection) -> [String] {
    let found = inspection.findings.filter { $0.severity == .damage }.map(\.description)
    let expected = inspection.superblock.blockSize * inspection.superblock.blockCount
    guard byteCount < expected else { return found }
    let missing =
      "the file ends after \(byteCount) of \(expected) bytes; what is missing reads as erased"
    return [missing] + found
  }

  /// A file that is too short is read as if the rest were erased.
  private func readOnlyFlash(
    _ geometry: FlashGeometry
  ) throws(Complaint) -> sending any BlockDevice {
    if byteCount >= geometry.byteCount {
      return try onVolume { () throws(VolumeError) in
        try FlashImage(path, geometry, create: false, access: .readOnly)
      }
    }
    guard let bytes = HostFile.start(of: path, count: byteCount) else {
      throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
    return try onVolume { () throws(VolumeError) in try RAMFlash(bytes, geometry) }
  }

  /// What can be read of it, with a word if that is not all.
  func volume(_ console: Console) throws(Complaint) -> any Volume {
    let (inspection, _) = try inspect()
    if !damage(of: inspection).isEmpty {
      console.complain(
        "\(path) is damaged, what can be read of it is shown; qpyemu flash fsck \(path) tells more")
    }
    return inspection.volume
  }

  /// Mounts the file itself and changes it.
  func change(_ body: (LittleFSVolume) throws -> Void) throws {
    let geometry = try geometry()
    let flash = try onVolume { () throws(VolumeError) in
      try FlashImage(path, geometry, create: false)
    }
    let volume: LittleFSVolume
    do throws(FlashError) {
      volume = try LittleFSVolume(mounting: flash, openFileLimit: Self.openFileLimit)
    } catch {
      throw Complaint(
        .badData, "\(path) cannot be mounted: \(error); qpyemu flash fsck \(path) tells more")
    }
    try body(volume)
  }

  /// The sizes of the flash: a dump of a partition may have more blocks than its file system.
  private func geometry() throws(Complaint) -> FlashGeometry {
    let superblock = try superblock()
    let present = byteCount % superblock.blockSize == 0 ? byteCount / superblock.blockSize : 0
    return try onVolume { () throws(VolumeError) in
      try FlashGeometry(
        mounting: superblock.version, blockSize: superblock.blockSize,
        blockCount: max(superblock.blockCount, present))
    }
  }
}
