import DeviceEmulator
import FlashStorage
import GuestRuntime

/// What is to be run: a script of the host, or a folder of them with a `main.py`.
struct ScriptImport {
  private let source: String
  private let isFolder: Bool

  /// Looks at the path before anything is made or copied.
  init(_ path: String) throws(Complaint) {
    source = path
    switch HostKind(of: path) {
    case .file: isFolder = false
    case .folder: isFolder = true
    case .other: throw Complaint(.missingInput, "\(path) is neither a file nor a folder")
    case nil: throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
    if isFolder, HostKind(of: "\(path)/main.py") != .file {
      throw Complaint(.missingInput, "the folder \(path) holds no main.py to run")
    }
  }

  /// Copies it to a volume; gives the place of what is to be run there.
  func copy(to volume: any Volume) throws(Complaint) -> String {
    if isFolder {
      try copyFolder(to: volume)
      return "/main.py"
    }
    let name = source.split(separator: "/").last.map(String.init) ?? source
    try copyFile(source, to: "/\(name)", of: volume)
    return "/\(name)"
  }

  /// Names that a project has on the host and a module has no use for: a module has 300 KB.
  private static func isLeftOut(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "__pycache__"
  }

  private func copyFolder(to volume: any Volume) throws(Complaint) {
    var waiting = [""]
    while let folder = waiting.popLast() {
      let place = source + folder
      guard let names = HostFile.names(in: place) else {
        throw Complaint(.missingInput, "cannot read the folder \(place): \(hostReason)")
      }
      for name in names where !Self.isLeftOut(name) {
        let path = "\(folder)/\(name)"
        // Links to folders could lead around in circles.
        switch HostKind(of: source + path) {
        case .folder where HostKind(of: source + path, followsLinks: false) == .folder:
          try makeDirectory(path, of: volume)
          waiting.append(path)
        case .file: try copyFile(source + path, to: path, of: volume)
        case .folder, .other:
          throw Complaint(
            .missingInput,
            "\(source + path) is neither a file nor a folder; a module holds nothing else")
        case nil: throw Complaint(.missingInput, "cannot read \(source + path): \(hostReason)")
        }
      }
    }
  }

  private func copyFile(
    _ file: String, to path: String, of volume: any Volume
  ) throws(Complaint) {
    guard HostFile.canBeRead(file) else {
      throw Complaint(.missingInput, "cannot read \(file): \(hostReason)")
    }
    try onVolume { () throws(VolumeError) in try volume.importFile(file, to: path) }
  }

  private func makeDirectory(_ path: String, of volume: any Volume) throws(Complaint) {
    do throws(FlashError) {
      try volume.makeDirectory(path)
    } catch {
      if error == .exists, (try? volume.status(of: path))?.kind == .directory { return }
      throw Complaint(.badData, "cannot copy the folder \(source + path) to the module: \(error)")
    }
  }
}

/// Does something with a volume and turns its error into one for the user.
@discardableResult
func onVolume<Result>(_ body: () throws(VolumeError) -> Result) throws(Complaint) -> Result {
  do throws(VolumeError) {
    return try body()
  } catch {
    let code: ExitCode =
      switch error.reason {
      case .notFound, .hostFailure, .inUse: .hostFailure
      case .badGeometry, .doesNotFit, .unsuitable, .volumeFailure: .badData
      }
    throw Complaint(code, error.description)
  }
}
