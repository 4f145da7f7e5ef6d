import DeviceEmulator
import FlashStorage
import GuestRuntime

/// Copies what is to be run to the module's flash.
struct ScriptImport {
  let volume: any Volume

  /// Copies a script, or a folder with all that belongs to it; gives the path of what is to be run.
  func copy(_ path: String) throws(Complaint) -> String {
    switch HostKind(of: path) {
    case .folder:
      try copyFolder(path)
      guard (try? volume.status(of: "/main.py"))?.kind == .file else {
        throw Complaint(.missingInput, "the folder \(path) holds no main.py to run")
      }
      return "/usr/main.py"
    case .file:
      let name = path.split(separator: "/").last.map(String.init) ?? path
      try copyFile(path, to: "/\(name)")
      return "/usr/\(name)"
    case .other: throw Complaint(.missingInput, "\(path) is neither a file nor a folder")
    case nil: throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
  }

  /// Names that a project has on the host and a module has no use for: a module has 300 KB.
  private static func isLeftOut(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "__pycache__"
  }

  private func copyFolder(_ root: String) throws(Complaint) {
    var waiting = [""]
    while let folder = waiting.popLast() {
      let place = root + folder
      guard let names = HostFile.names(in: place) else {
        throw Complaint(.missingInput, "cannot read the folder \(place): \(hostReason)")
      }
      for name in names where !Self.isLeftOut(name) {
        let path = "\(folder)/\(name)"
        // Links to folders could lead around in circles.
        switch HostKind(of: root + path) {
        case .folder where HostKind(of: root + path, followsLinks: false) == .folder:
          try makeDirectory(path, for: root + path)
          waiting.append(path)
        case .file: try copyFile(root + path, to: path)
        case .folder, .other:
          throw Complaint(
            .missingInput,
            "\(root + path) is neither a file nor a folder; a module holds nothing else")
        case nil: throw Complaint(.missingInput, "cannot read \(root + path): \(hostReason)")
        }
      }
    }
  }

  private func copyFile(_ source: String, to path: String) throws(Complaint) {
    guard HostFile.canBeRead(source) else {
      throw Complaint(.missingInput, "cannot read \(source): \(hostReason)")
    }
    try onVolume { () throws(VolumeError) in try volume.importFile(source, to: path) }
  }

  private func makeDirectory(_ path: String, for source: String) throws(Complaint) {
    do throws(FlashError) {
      try volume.makeDirectory(path)
    } catch {
      if error == .exists, (try? volume.status(of: path))?.kind == .directory { return }
      throw Complaint(.badData, "cannot copy the folder \(source) to the module: \(error)")
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
