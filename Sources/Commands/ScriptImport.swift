import Conformance
import DeviceEmulator
import FlashStorage
import GuestRuntime

/// What a module gets: a script of the host, or a folder of them, to be run with a `main.py`.
struct ScriptImport {
  private let source: String
  private let isFolder: Bool

  /// Looks at the path before anything is made or copied.
  ///
  /// - Parameter isRun: Whether it is to be run at once, for which a folder needs a `main.py`.
  init(_ path: String, isRun: Bool = true) throws(Complaint) {
    source = path
    switch HostKind(of: path) {
    case .file: isFolder = false
    case .folder: isFolder = true
    case .other: throw Complaint(.missingInput, "\(path) is neither a file nor a folder")
    case nil: throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
    if isRun, isFolder, HostKind(of: "\(path)/main.py") != .file {
      throw Complaint(.missingInput, "the folder \(path) holds no main.py to run")
    }
  }

  /// The last part of its path.
  var name: String { source.split(separator: "/").last.map(String.init) ?? source }

  /// Copies it to a volume; gives the place of what is to be run there.
  func copy(to volume: any Volume) throws(Complaint) -> String {
    if isFolder {
      for part in try parts() {
        if part.isFolder {
          try makeDirectory(part.path, of: volume)
        } else {
          try copyFile(source + part.path, to: part.path, of: volume)
        }
      }
      return "/main.py"
    }
    try copyFile(source, to: "/\(name)", of: volume)
    return "/\(name)"
  }

  /// The Python files of the folder, by their paths from it.
  func pythonFiles() throws(Complaint) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for part in try parts()
    where !part.isFolder && (part.path.hasSuffix(".py") || part.path.hasSuffix(".mpy")) {
      files[String(part.path.dropFirst())] = try HostFile.input(
        "the module", source + part.path, limit: 1 << 20)
    }
    return files
  }

  /// A short name for all that would be copied.
  func digest() throws(Complaint) -> String {
    var digest = Digest()
    let files =
      isFolder
      ? try parts().filter { !$0.isFolder }.map { ($0.path, source + $0.path) } : [("", source)]
    for (path, file) in files {
      digest.add(path.utf8)
      digest.add(try HostFile.input("the script", file, limit: 1 << 30))
    }
    return digest.text
  }

  /// Names that a project has on the host and a module has no use for: a module has 300 KB.
  private static func isLeftOut(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "__pycache__"
  }

  /// What is in the folder, each with its path from there; a folder comes before what is in it.
  private func parts() throws(Complaint) -> [(path: String, isFolder: Bool)] {
    var parts: [(path: String, isFolder: Bool)] = []
    var waiting = [""]
    while let folder = waiting.popLast() {
      let place = source + folder
      guard let names = HostFile.names(in: place) else {
        throw Complaint(.missingInput, "cannot read the folder \(place): \(hostReason)")
      }
      for name in names where !Self.isLeftOut(name) {
        let path = "\(folder)/\(name)"
        let isFolder = try isFolder(source + path)
        parts.append((path, isFolder))
        if isFolder { waiting.append(path) }
      }
    }
    return parts
  }

  /// Whether a path of the host is a folder, and not a file; refuses what is neither.
  private func isFolder(_ path: String) throws(Complaint) -> Bool {
    switch HostKind(of: path) {
    // Links to folders could lead around in circles.
    case .folder where HostKind(of: path, followsLinks: false) == .folder: return true
    case .file: return false
    case .folder, .other:
      throw Complaint(
        .missingInput, "\(path) is neither a file nor a folder; a module holds nothing else")
    case nil: throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
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
