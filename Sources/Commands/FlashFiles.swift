import FlashStorage
import GuestRuntime
import JSONText

/// `qpyemu flash ls`: the names in a folder of an image.
struct ListFolder: FlashAction {
  private let image: String
  private let path: String
  private let isRecursive: Bool
  private let isJSON: Bool

  init(_ arguments: inout Arguments, host: Host) throws {
    isRecursive = arguments.flag("--recursive")
    isJSON = arguments.flag("--json")
    image = try arguments.positional("IMAGE")
    path = try arguments.optionalPositional() ?? "/"
  }

  func run(_ console: Console) throws -> ExitCode {
    let volume = try ImageFile(image).volume(console)
    let entries = try onPath(path, of: image) { () throws(FlashError) in
      if case let status = try volume.status(of: path), status.kind == .file {
        return [PathEntry(path: path, status: status)]
      }
      return try volume.tree(below: path, isRecursive: isRecursive)
    }
    if isJSON {
      console.write(prettyJSON(.array(entries.map { JSONNode($0.json) })))
    } else {
      let rows = entries.map { entry in
        entry.status.kind == .file
          ? ["\(entry.status.size)", entry.path] : ["-", entry.path + "/"]
      }
      let width = rows.map { $0[0].count }.max() ?? 0
      for row in rows {
        console.print(
          String(repeating: " ", count: width - row[0].count) + "\(row[0])  \(row[1].printable)"
        )
      }
    }
    return .success
  }
}

/// `qpyemu flash cat`: a file's bytes.
struct PrintFile: FlashAction {
  private let image: String
  private let path: String

  init(_ arguments: inout Arguments, host: Host) throws {
    image = try arguments.positional("IMAGE")
    path = try arguments.positional("/path")
  }

  func run(_ console: Console) throws -> ExitCode {
    let volume = try ImageFile(image).volume(console)
    try onPath(path, of: image) { () throws(FlashError) in
      try volume.forEachPart(of: path) { console.write($0) }
    }
    return .success
  }
}

/// `qpyemu flash put`: a file of the host into an image.
struct PutFile: FlashAction {
  private let image: String
  private let file: String
  private let path: String

  init(_ arguments: inout Arguments, host: Host) throws {
    image = try arguments.positional("IMAGE")
    file = try arguments.positional("HOSTFILE")
    path = try arguments.positional("/path")
  }

  func run(_ console: Console) throws -> ExitCode {
    guard HostKind(of: file) == .file, HostFile.canBeRead(file) else {
      throw Complaint(.missingInput, "cannot read the file \(file)")
    }
    try ImageFile(image).change { volume in
      let isFolder = path.hasSuffix("/") || (try? volume.status(of: path))?.kind == .directory
      let target = isFolder ? "\(path)/\(file.split(separator: "/").last!)" : path
      let parents = target.split(separator: "/").dropLast()
      try onPath(target, of: image) { () throws(FlashError) in
        try volume.makeDirectories(parents.map(String.init))
      }
      try onVolume { () throws(VolumeError) in try volume.importFile(file, to: target) }
    }
    return .success
  }
}

/// `qpyemu flash get`: a file of an image to the host.
struct GetFile: FlashAction {
  private let image: String
  private let path: String
  /// A file or a folder of the host.
  private let target: String

  init(_ arguments: inout Arguments, host: Host) throws {
    image = try arguments.positional("IMAGE")
    path = try arguments.positional("/path")
    guard path.contains(where: { $0 != "/" }) else {
      throw UsageError("</path> names a file, not the whole image")
    }
    target = try arguments.optionalPositional() ?? "."
  }

  func run(_ console: Console) throws -> ExitCode {
    let volume = try ImageFile(image).volume(console)
    let status = try onPath(path, of: image) { () throws(FlashError) in try volume.status(of: path)
    }
    guard status.kind == .file else {
      throw Complaint(.badData, "\(path) in \(image) is a folder; export copies folders")
    }
    if HostKind(of: target) == .folder {
      try onVolume { () throws(VolumeError) in try volume.exportFile(path, to: target) }
      return .success
    }
    var bytes: [UInt8] = []
    try onPath(path, of: image) { () throws(FlashError) in
      try volume.forEachPart(of: path) { bytes += $0 }
    }
    try HostFile.write(bytes, to: target)
    return .success
  }
}

/// `qpyemu flash rm`: away with a file or folder.
struct RemovePath: FlashAction {
  private let image: String
  private let path: String
  private let isRecursive: Bool

  init(_ arguments: inout Arguments, host: Host) throws {
    isRecursive = arguments.flag("--recursive")
    image = try arguments.positional("IMAGE")
    path = try arguments.positional("/path")
  }

  func run(_ console: Console) throws -> ExitCode {
    try ImageFile(image).change { volume in
      try onPath(path, of: image) { () throws(FlashError) in
        let status = try volume.status(of: path)
        if isRecursive, status.kind == .directory {
          // What a folder holds comes after it, and goes before it.
          for entry in try volume.tree(below: path, isRecursive: true).reversed() {
            try volume.remove(entry.path)
          }
        }
        try volume.remove(path)
      }
    }
    return .success
  }
}

/// The words of `import` and `export`: an image, a folder of the host, a folder of the image.
private struct FolderWords {
  let image: String
  let folder: String
  let path: String

  init(_ arguments: inout Arguments) throws(UsageError) {
    image = try arguments.positional("IMAGE")
    folder = try arguments.positional("FOLDER")
    path = try arguments.optionalPositional() ?? "/"
  }
}

/// `qpyemu flash import`: what a folder of the host holds, into an image.
struct ImportFolder: FlashAction {
  private let words: FolderWords

  init(_ arguments: inout Arguments, host: Host) throws {
    words = try FolderWords(&arguments)
  }

  func run(_ console: Console) throws -> ExitCode {
    guard HostKind(of: words.folder) == .folder else {
      throw Complaint(.missingInput, "\(words.folder) is no folder")
    }
    try ImageFile(words.image).change { volume in
      try onPath(words.path, of: words.image) { () throws(FlashError) in
        try volume.makeDirectories(words.path.split(separator: "/").map(String.init))
      }
      let summary = try onVolume { () throws(VolumeError) in
        try volume.importFolder(words.folder, to: words.path)
      }
      console.complain(summary.sentence)
    }
    return .success
  }
}

/// `qpyemu flash export`: what an image holds, into a folder of the host.
struct ExportFolder: FlashAction {
  private let words: FolderWords

  init(_ arguments: inout Arguments, host: Host) throws {
    words = try FolderWords(&arguments)
  }

  func run(_ console: Console) throws -> ExitCode {
    let image = try ImageFile(words.image)
    let (inspection, _) = try image.inspect()
    try onPath(words.path, of: words.image) { () throws(FlashError) in
      guard try inspection.volume.status(of: words.path).kind == .directory else {
        throw .notDirectory
      }
    }
    try HostFile.makeOutputFolder(words.folder)
    let summary = try onVolume { () throws(VolumeError) in
      try inspection.volume.exportFolder(to: words.folder, from: words.path)
    }
    let damage = image.damage(of: inspection)
    for sentence in damage { console.complain("damage: \(sentence)") }
    for omission in summary.omissions where !damage.contains(omission.description) {
      console.complain("left out: \(omission)")
    }
    console.complain(summary.sentence)
    return summary.exitCode ?? (damage.isEmpty ? .success : .badData)
  }
}

extension TransferSummary {
  /// What a command ends with that had to leave something out; nil if nothing.
  var exitCode: ExitCode? {
    if omissions.isEmpty { return nil }
    return omissions.contains { $0.reason == .hostFailure } ? .hostFailure : .badData
  }

  fileprivate var sentence: String {
    "copied \(count(fileCount, "file")), \(count(byteCount, "byte"))"
  }
}

/// Something in a volume by its whole path.
struct PathEntry: Equatable {
  let path: String
  let status: FileStatus

  var json: JSONValue {
    .object([
      JSONMember("path", JSONNode(.string(path))),
      JSONMember("kind", JSONNode(.string(status.kind == .file ? "file" : "directory"))),
      JSONMember("size", JSONNode(.int(status.size))),
    ])
  }
}

extension Volume {
  /// What a folder holds, by name; if recursive, with all below it, a folder before what it holds.
  func tree(below path: String, isRecursive: Bool) throws(FlashError) -> [PathEntry] {
    var result: [PathEntry] = []
    var waiting = [PathEntry(path: path, status: FileStatus(kind: .directory, size: 0))]
    while let folder = waiting.popLast() {
      if folder.path != path { result.append(folder) }
      let isOpened = isRecursive || folder.path == path
      guard folder.status.kind == .directory, isOpened else { continue }
      let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
      let entries = try entries(of: folder.path).sorted { $0.name > $1.name }
      waiting += entries.map { PathEntry(path: prefix + $0.name, status: $0.status) }
    }
    return result
  }

  /// Reads a file from its start to its end, 64 KiB at a time.
  func forEachPart(of path: String, _ body: ([UInt8]) -> Void) throws(FlashError) {
    let handle = try open(path, .read)
    defer { try? close(handle) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var span = buffer.mutableSpan
      let count = try read(handle, into: &span)
      guard count > 0 else { return }
      body(Array(buffer[..<count]))
    }
  }

  /// Makes a folder and those above it that are missing.
  func makeDirectories(_ names: [String]) throws(FlashError) {
    var path = ""
    for name in names {
      path += "/\(name)"
      do throws(FlashError) {
        try makeDirectory(path)
      } catch .exists {
        guard try status(of: path).kind == .directory else { throw .notDirectory }
      }
    }
  }
}

/// Does something with a path of an image and turns its error into one for the user.
@discardableResult
func onPath<Result>(
  _ path: String, of image: String, _ body: () throws(FlashError) -> Result
) throws(Complaint) -> Result {
  do throws(FlashError) {
    return try body()
  } catch {
    let code: ExitCode =
      switch error {
      case .notFound: .missingInput
      case .fault, .host: .hostFailure
      default: .badData
      }
    throw Complaint(code, "\(path) in \(image): \(error)")
  }
}

/// A result for machines.
func prettyJSON(_ value: JSONValue) -> [UInt8] {
  var text: [UInt8] = []
  JSONNode(value).appendPrettyJSON(to: &text)
  return text + [UInt8(ascii: "\n")]
}
