import DeviceEmulator
import FlashStorage
import GuestRuntime
import ModuleProfiles

/// `qpyemu flash new`: an empty image.
struct NewImage: FlashAction {
  private let path: String
  private let volume: FlashVolume
  private let model: String

  init(_ arguments: inout Arguments, host: Host) throws {
    let settings = try Settings(&arguments, [.profile], host: host)
    let name = try arguments.option("--volume") ?? "usr"
    let format = try arguments.option("--fs")
    let size = try arguments.option("--size")
    path = try arguments.positional("IMAGE")
    let profile = try settings.moduleProfile(host)
    model = profile.name
    var volume = profile.volumes[mount: "/" + name]
    guard volume.blockCount > 0 else {
      throw UsageError("--volume is usr or bak, not \"\(name)\"")
    }
    if let format { volume.fileSystem = try Self.format(format) }
    if let size { volume.blockCount = try Self.blockCount(size, blockSize: volume.blockSize) }
    self.volume = volume
  }

  private static func format(_ text: String) throws(UsageError) -> FileSystemKind {
    if let kind = FileSystemKind(rawValue: text) { return kind }
    let words = FileSystemKind.allCases.map(\.rawValue)
    throw UsageError(
      "--fs is \(words.joined(separator: " or ")), not \"\(text)\"\(didYouMean(text, in: words))")
  }

  private static func blockCount(_ text: String, blockSize: Int) throws(UsageError) -> Int {
    guard let bytes = byteCount(text), bytes % blockSize == 0, bytes >= 4 * blockSize else {
      throw UsageError(
        "--size is a number of bytes, such as 1m or 380928: a multiple of the block of \(blockSize) "
          + "bytes, and at least four of them; not \"\(text)\"")
    }
    return bytes / blockSize
  }

  func run(_ console: Console) throws -> ExitCode {
    guard HostKind(of: path, followsLinks: false) == nil else {
      throw Complaint(.hostFailure, "\(path) is there already, and new does not overwrite")
    }
    _ = try onVolume { () throws(VolumeError) in
      try ScriptFiles.Mount(volume, on: .image(path), openFileLimit: 1)
    }
    let superblock = try ImageFile(path).superblock()
    console.complain("made \(superblock.sentence(of: path)), \(volume.mount) of \(model)")
    return .success
  }
}
