import DeviceEmulator
import FlashStorage
import JSONText

/// The files that wait to take the place of others when the module starts next: what is in the updater's folder, and the
/// list of it there.
struct PendingUpdate {
  static let folder = "/usr/.updater"
  static let list = folder + "/download.stat"
  static let flag = folder + "/update.flag"

  /// One of the files.
  struct File {
    let url: String
    /// Which file it is to replace.
    let name: String
    let size: Int

    /// Whether all of it waits.
    func isThere(on files: ScriptFiles) -> Bool {
      (try? files.status(of: PendingUpdate.waitingPlace(of: name)))?.size == size
    }
  }

  private var waiting: [File] = []

  /// Reads the list; one that is missing or damaged is empty.
  init(on files: ScriptFiles) {
    let text = (try? files.contents(of: Self.list)) ?? []
    for node in (try? JSONNode(parsing: text))?.array ?? [] {
      guard let name = node["name"]?.string, let size = node["total_size"]?.int else { continue }
      waiting.append(File(url: node["url"]?.string ?? "", name: name, size: size))
    }
  }

  func file(named name: String) -> File? { waiting.first { $0.name == name } }

  mutating func add(_ file: File) {
    remove(file.name)
    waiting.append(file)
  }

  mutating func remove(_ name: String) { waiting.removeAll { $0.name == name } }

  /// Writes the list; false if there is no room for it.
  func keep(on files: ScriptFiles) -> Bool {
    let nodes = waiting.map { file in
      JSONNode.object([
        ("url", .string(file.url)), ("name", .string(file.name)),
        ("total_size", JSONNode(.int(file.size))),
      ])
    }
    return files.keep(Array(JSONNode(.array(nodes)).jsonText().utf8), at: Self.list)
  }

  /// Puts all that wait in their places.
  ///
  /// A file's place is taken in one step of the file system, so one that the power is cut upon is the old or the new one;
  /// the next start goes on with the rest.
  ///
  /// - Returns: Which files were replaced.
  func perform(on files: ScriptFiles) -> [String] {
    var replaced: [String] = []
    for file in waiting where Self.canReplace(file.name) && file.isThere(on: files) {
      let place = Self.place(of: file.name)
      files.makeFolders(above: place)
      if (try? files.rename(Self.waitingPlace(of: file.name), to: place)) != nil {
        replaced.append(place)
      }
    }
    files.removeTree(Self.folder)
    return replaced
  }

  /// Whether there can be a file of this name on the volume where the others wait.
  static func canReplace(_ name: String) -> Bool {
    place(of: name).hasPrefix("/usr/") && !name.hasSuffix("/")
  }

  /// The path that a name means: one that begins nowhere begins in the folder of the application.
  private static func place(of name: String) -> String {
    ScriptFiles.normal(name.hasPrefix("/") ? name : "/usr/" + name)
  }

  /// Where a file waits.
  static func waitingPlace(of name: String) -> String { ScriptFiles.normal("\(folder)/\(name)") }
}

extension Board {
  /// Does what a module's boot does about an update of the application: once the flag is set, the files that wait take the
  /// places of the old ones.
  mutating func updateApplication() {
    guard (try? files.status(of: PendingUpdate.flag)) != nil else { return }
    let replaced = PendingUpdate(on: files).perform(on: files)
    guard let first = replaced.first else {
      return remark("the module starts with an update of the application that has no files")
    }
    let others = replaced.count == 1 ? "" : " and \(replaced.count - 1) more"
    remark("the module starts with an update of the application: \(first)\(others)")
  }
}

extension ScriptFiles {
  /// Makes a file of some bytes, with the folders above it; false if it cannot be.
  func keep(_ bytes: [UInt8], at path: String) -> Bool {
    makeFolders(above: path)
    do throws(FlashError) {
      let file = try open(path, mode: "w")
      do throws(FlashError) {
        try write(file, bytes.span)
      } catch {
        try? close(file)
        throw error
      }
      try close(file)
      return true
    } catch {
      try? remove(path)
      return false
    }
  }

  /// Makes the folders that a path goes through, as far as they are missing and can be made.
  fileprivate func makeFolders(above path: String) {
    var folder = ""
    for part in Self.normal(path).split(separator: "/").dropLast() {
      folder += "/" + part
      try? makeDirectory(folder)
    }
  }

  /// Removes a folder and all that is in it, as far as it can be.
  fileprivate func removeTree(_ path: String) {
    for entry in (try? entries(of: path)) ?? [] {
      let part = path + "/" + entry.name
      if entry.status.kind == .directory { removeTree(part) } else { try? remove(part) }
    }
    try? remove(path)
  }
}
