extension HostFolder {
  /// Copies the folder into an empty littlefs, in the order of the names' bytes.
  func load(into fileSystem: LittleFS) throws(VolumeError) {
    var waiting: [[Name]] = [[]]
    while let path = waiting.popLast() {
      let folder = try read(path) { () throws(HostFailure) in try root.folder(at: path) }
      for name in try read(path, { () throws(HostFailure) in try folder.names() }) {
        guard name.isText else {
          throw VolumeError(
            .unsuitable, "'\(place(path))' holds a name that is not UTF-8; rename or remove it")
        }
        if path.isEmpty, name == Self.unfinishedSync {
          try dropUnfinishedSync()
          continue
        }
        let inner = path + [name]
        let status = try read(inner) { () throws(HostFailure) in try folder.status(name) }
        switch status.kind {
        case .folder:
          try store(inner, nil, in: fileSystem) { path throws(FlashError) in
            try fileSystem.makeDirectory(path)
          }
          waiting.append(inner)
        case .file:
          let file = try read(inner) { () throws(HostFailure) in try folder.file(name) }
          try copy(file, inner, size: status.size, to: fileSystem)
        case .other(let what):
          throw VolumeError(
            .unsuitable,
            "'\(place(inner))' is \(what); a flash folder holds only files and folders")
        }
      }
    }
  }

  private func dropUnfinishedSync() throws(VolumeError) {
    guard access == .readWrite else { return }
    try read([Self.unfinishedSync]) { () throws(HostFailure) in
      try root.remove(Self.unfinishedSync)
    }
  }

  private func copy(
    _ file: borrowing HostDescriptor, _ path: [Name], size: Int, to fileSystem: LittleFS
  ) throws(VolumeError) {
    let target = try store(path, size, in: fileSystem) { path throws(FlashError) in
      try fileSystem.open(path, [.write, .create])
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var rest = size
    while rest > 0 {
      let length = try read(path) { () throws(HostFailure) in try file.read(into: &buffer) }
      let count = min(rest, length)
      guard count > 0 else { break }
      try store(path, size, in: fileSystem) { _ throws(FlashError) in
        do throws(FlashError) {
          try fileSystem.write(target, buffer.span.extracting(first: count))
        } catch {
          try? fileSystem.truncate(target, to: 0)  // So that the free blocks are those before it.
          throw error
        }
      }
      rest -= count
    }
    try store(path, size, in: fileSystem) { _ throws(FlashError) in try fileSystem.close(target) }
  }

  /// Does a step of a copy to the volume.
  ///
  /// - Parameter size: The file's; nil for a folder.
  private func store<Result>(
    _ path: [Name], _ size: Int?, in fileSystem: LittleFS,
    _ body: (VolumePath) throws(FlashError) -> Result
  ) throws(VolumeError) -> Result {
    do throws(FlashError) {
      return try body(VolumePath(path))
    } catch .noSpace {
      let disk = fileSystem.disk
      throw VolumeError(
        .doesNotFit,
        """
        '\(place(path))'\(size.map { " (\($0) bytes)" } ?? "") does not fit into the volume: \
        \((try? disk.freeCount()) ?? 0) of \(disk.blockCount) blocks of \(disk.geometry.blockSize) \
        bytes are left
        """)
    } catch {
      throw VolumeError(.unsuitable, "'\(place(path))' cannot be on a volume: \(error)")
    }
  }

  private func read<Result: ~Copyable>(
    _ path: [Name], _ body: () throws(HostFailure) -> Result
  ) throws(VolumeError) -> Result {
    do throws(HostFailure) {
      return try body()
    } catch {
      throw VolumeError(.hostFailure, "cannot read '\(place(path))': \(error.text)")
    }
  }

  private func place(_ path: [Name]) -> String {
    ([self.path] + path.map(\.printable)).joined(separator: "/")
  }
}
