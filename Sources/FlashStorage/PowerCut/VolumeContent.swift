/// Everything that a volume ought to hold, ready to be compared with one.
struct VolumeContent {
  private struct Folder {
    var path: String
    var entries: [String: FileStatus] = [:]
  }

  private struct Stored {
    var path: String
    var size: Int
    var chunks: [[UInt8]]
  }

  private var folders: [Folder] = []
  private var files: [Stored] = []

  init(_ tree: FileTree) {
    var waiting = [(path: "", id: FileTree.root)]
    while let (path, id) = waiting.popLast() {
      var folder = Folder(path: path.isEmpty ? "/" : path)
      for (name, node) in tree.entries(of: id) {
        let place = "\(path)/\(name.string)"
        folder.entries[name.string] = tree.status(of: node)
        switch node {
        case .directory(let id): waiting.append((place, id))
        case .file(let id):
          let content = tree.content(id)
          files.append(
            Stored(
              path: place, size: content.size,
              chunks: content.chunks(in: 0..<content.size).map { $0.chunk }))
        }
      }
      folders.append(folder)
    }
  }

  /// The path of the largest file, if there is any.
  var largestFile: String? { files.max { $0.size < $1.size }?.path }

  /// Compares.
  ///
  /// - Returns: What is not as it ought to be; nil if all is.
  func difference(from volume: any Volume) -> String? {
    do throws(FlashError) {
      for folder in folders {
        if let difference = try difference(folder, volume) { return difference }
      }
      for file in files {
        if let difference = try difference(file, volume) { return difference }
      }
      return nil
    } catch {
      return "the volume cannot be read: \(error)"
    }
  }

  private func difference(
    _ folder: Folder, _ volume: any Volume
  ) throws(FlashError) -> String? {
    let entries = try volume.entries(of: folder.path)
    var missing = folder.entries
    for entry in entries {
      guard let status = missing.removeValue(forKey: entry.name) else {
        return "'\(folder.path)' has '\(entry.name)', which it ought not"
      }
      guard status == entry.status else {
        return """
          '\(entry.name)' in '\(folder.path)' is a \(entry.status.words), \
          not a \(status.words)
          """
      }
    }
    return missing.keys.min().map { "'\(folder.path)' has lost '\($0)'" }
  }

  private func difference(_ file: Stored, _ volume: any Volume) throws(FlashError) -> String? {
    let handle = try volume.open(file.path, .read)
    defer { try? volume.close(handle) }
    var buffer = [UInt8](repeating: 0, count: FileContent.chunkSize)
    for (index, chunk) in file.chunks.enumerated() {
      var window = buffer.mutableSpan
      let count = try volume.read(handle, into: &window)
      if buffer.span.extracting(first: count).isEqual(to: chunk.span) { continue }
      let place = zip(buffer, chunk).prefix { $0 == $1 }.count
      return "'\(file.path)' differs at byte \(index * FileContent.chunkSize + place)"
    }
    return nil
  }
}

extension FileStatus {
  fileprivate var words: String { kind == .directory ? "directory" : "file of \(size) bytes" }
}
