import DeviceEmulator
import FlashStorage
import ModuleProfiles

/// The module's files, and what scripts import from them.
extension GuestServices {
  private static func mode(_ kind: FileStatus.Kind) -> GuestValue {
    .int(kind == .directory ? 0x4000 : 0x8000)
  }

  func openFile(_ call: ServiceCall) throws -> GuestLink.Outcome {
    let mode = try call.string(1)
    let number = try device.files.open(
      try call.string(0), mode: device.policy == .observed ? firmwareMode(mode) : mode)
    return object(.file(number))
  }

  /// The letters of a mode that the firmware looks at.
  private func firmwareMode(_ mode: String) throws(GuestException) -> String {
    guard mode.filter({ "rwax".contains($0) }).count < 2 else {
      throw GuestException("ValueError", "")
    }
    return mode.filter { "rwax+bt".contains($0) }
  }

  /// What the firmware makes of an error of the flash: its tree of file systems has numbers of its own, and says no to a
  /// change of what can only be read without an exception.
  func firmwareOutcome(of error: FlashError, _ call: ServiceCall) -> GuestLink.Outcome {
    let paths = call.arguments.prefix(call.name == "fs.rename" ? 2 : 1).compactMap(\.string)
    let isOfPath = call.name.hasPrefix("fs.") || call.name == "file.open"
    switch error {
    case _ where isOfPath && !paths.allSatisfy(device.files.holds):
      return .failure(GuestException("OSError", "19"))
    case .readOnly where call.name == "fs.rename" && !isReadOnly(paths.first):
      return .failure(GuestException("OSError", "1"))
    case .readOnly where isOfPath: return .value(.int(-1))
    case .notFound where call.name == "fs.folder", .notDirectory where call.name == "fs.folder":
      return .failure(GuestException("OSError", "-2"))
    default: return .failure(GuestException("OSError", String(error.errno)))
    }
  }

  private func isReadOnly(_ path: String?) -> Bool {
    device.files.mounts.contains { mount in
      mount.isReadOnly && path.map { $0 == mount.path || $0.hasPrefix(mount.path + "/") } ?? false
    }
  }

  /// The file that a call is made on.
  func file(_ call: ServiceCall) throws(FlashError) -> Int {
    guard case .file(let number)? = handles[call.request.object] else { throw .badHandle }
    return number
  }

  func read(_ call: ServiceCall) throws -> GuestValue {
    let count = min(max(try call.int(0), 0), 65536)
    return .bytes(try device.files.read(try file(call), count: count))
  }

  func write(_ call: ServiceCall, to file: Int) throws -> GuestValue {
    let bytes = try call.bytes(0)
    try device.files.write(file, bytes.span)
    return .int(bytes.count)
  }

  func status(_ path: String) throws -> GuestValue {
    let status = try device.files.status(of: path)
    return .tuple([Self.mode(status.kind), .int(status.size)])
  }

  func list(_ path: String) throws -> GuestValue {
    .list(
      try device.files.entries(of: path).map {
        .tuple([.string($0.name), Self.mode($0.status.kind), .int($0.status.size)])
      })
  }

  func statistics(_ path: String) throws -> GuestValue {
    // The firmware's root is no file system, and tells the longest path.
    if device.policy == .observed, ScriptFiles.normal(path) == "/" {
      return .tuple([0, 0, 0, 512])
    }
    let statistics = try device.files.statistics(of: path)
    return .tuple(
      [
        statistics.blockSize, statistics.blockCount, statistics.freeBlockCount,
        statistics.nameLimit,
      ].map { .int($0) })
  }

  func requireFolder(_ path: String) throws {
    guard try device.files.status(of: path).kind == .directory else {
      throw FlashError.notDirectory
    }
  }

  // MARK: Imports

  /// 0 for nothing, 1 for a folder, 2 for a file.
  func kindForImport(_ path: String) -> Int {
    if let kind = options.modules.kind(of: path) { return kind == .folder ? 1 : 2 }
    switch (try? device.files.status(of: path))?.kind {
    case .directory?: return 1
    case .file?: return 2
    case nil: return 0
    }
  }

  func source(_ path: String) throws -> [UInt8] {
    if let bytes = options.modules.contents(of: path) { return bytes }
    let file = try device.files.open(path, mode: "r")
    defer { try? device.files.close(file) }
    var bytes: [UInt8] = []
    while true {
      let part = try device.files.read(file, count: 65536)
      guard !part.isEmpty, bytes.count < WireReader.frameLimit else { return bytes }
      bytes += part
    }
  }
}
