import Glibc

extension Volume {
  /// Copies what a directory of the volume holds, as last synced, into a host folder, which is made if
  /// it is missing. Files of the same name are replaced.
  ///
  /// Nothing is written outside of the host folder, whatever names the volume and links the folder has. What
  /// cannot be read, is no name of a file, or finds something in its way is left out and told in
  /// ``TransferSummary/omissions``; all else is copied.
  ///
  /// - Parameters:
  ///   - hostPath: The folder; links on the way to it are followed.
  ///   - mount: Where the volume is mounted: the path below the host folder that the copy goes to.
  ///   - path: The directory of the volume.
  /// - Throws: ``VolumeError`` naming the place where the host refused to write.
  @discardableResult
  public func exportFolder(
    to hostPath: String, at mount: String = "/", from path: String = "/"
  ) throws(VolumeError) -> TransferSummary {
    var export = try VolumeExport(
      of: self, from: names(path), mountedAt: names(mount), to: hostPath)
    try export.copyAll()
    return export.summary
  }

  /// Copies a file of the volume, as last synced, into a host folder, under its own name; a link of that
  /// name is refused.
  ///
  /// - Throws: ``VolumeError`` naming the file.
  public func exportFile(_ path: String, to hostPath: String) throws(VolumeError) {
    let names = try names(path)
    var export = try VolumeExport(of: self, from: names.dropLast(), mountedAt: [], to: hostPath)
    try export.copyFile(names.suffix(1))
    if let omission = export.summary.omissions.first { throw omission }
  }
}

private func names(_ path: String) throws(VolumeError) -> [Name] {
  try onVolume(path) { () throws(FlashError) in try VolumePath(path).names }
}

/// A copy of a directory of a volume to the host that is under way. Paths are names from that directory on.
private struct VolumeExport: ~Copyable {
  private let volume: any Volume
  /// The directory, from the volume's root on.
  private let source: [Name]
  /// Where the volume is mounted, for messages.
  private let mount: [Name]
  private let root: HostDescriptor
  private let hostPath: String
  private(set) var summary = TransferSummary()

  init(
    of volume: any Volume, from source: [Name], mountedAt mount: [Name], to hostPath: String
  ) throws(VolumeError) {
    let place = ([hostPath] + mount.map(\.printable)).joined(separator: "/")
    let root = try onHost("make", place) { () throws(HostFailure) in
      do throws(HostFailure) {
        try HostDescriptor.createFolder(hostPath)
      } catch  where error.code == EEXIST {}
      return try HostDescriptor.folder(hostPath).madeFolder(at: mount)
    }
    (self.volume, self.source, self.mount, self.hostPath) = (volume, source, mount, place)
    self.root = root
  }

  mutating func copyAll() throws(VolumeError) {
    var waiting: [[Name]] = [[]]
    while let directory = waiting.popLast() { waiting += try copyDirectory(directory) }
  }

  /// - Returns: The directories in it, which have been made.
  private mutating func copyDirectory(_ path: [Name]) throws(VolumeError) -> [[Name]] {
    var directories: [[Name]] = []
    for entry in entries(of: path) {
      let inner = path + [Name(string: entry.name)]
      if let fault = inner[path.count].fault() {
        omit("'\(printable(inner))' \(fault)")
      } else if entry.status.kind == .file {
        try copyFile(inner)
      } else if try isMade(inner) {
        directories.append(inner)
      }
    }
    return directories
  }

  private mutating func isMade(_ path: [Name]) throws(VolumeError) -> Bool {
    let folder = try inFolder("make", path) { folder, name throws(HostFailure) in
      try folder.madeFolder(at: [name])
    }
    return folder != nil
  }

  private mutating func entries(of path: [Name]) -> [DirectoryEntry] {
    do throws(FlashError) {
      return try volume.entries(of: volumePath(path))
    } catch {
      omit("the directory '\(printable(path))': \(error)")
      return []
    }
  }

  mutating func copyFile(_ path: [Name]) throws(VolumeError) {
    let handle: FlashHandle
    do throws(FlashError) {
      handle = try volume.open(volumePath(path), .read)
    } catch {
      return omit("the file '\(printable(path))': \(error)")
    }
    defer { try? volume.close(handle) }
    let size = (try? volume.size(of: handle)) ?? 0
    // More than it can hold comes only of files that share their blocks.
    guard size <= volume.capacity - summary.byteCount else {
      return omit(
        """
        the file '\(printable(path))': with those before it, it holds more bytes than the volume's \
        \(volume.capacity)
        """)
    }
    let file = try inFolder("write", path) { folder, name throws(HostFailure) in
      try folder.emptyFile(name)
    }
    guard let file else { return }
    var offset = 0
    var buffer = [UInt8](repeating: 0, count: transferSize)
    while true {
      var window = buffer.mutableSpan
      let count: Int
      do throws(FlashError) {
        count = try volume.read(handle, into: &window)
      } catch {
        // Half a file helps nobody.
        try inFolder("remove", path) { folder, name throws(HostFailure) in
          try folder.remove(name)
        }
        return omit("the file '\(printable(path))': \(error)")
      }
      guard count > 0 else { break }
      try onHost("write", hostPlace(path)) { () throws(HostFailure) in
        try file.write(buffer, 0..<count, at: offset)
      }
      offset += count
    }
    summary.byteCount += offset
    summary.fileCount += 1
  }

  /// Does something to a name in its host folder.
  ///
  /// - Returns: Nil if something of another kind is in the way or the host knows no such name, which has been noted.
  @discardableResult
  private mutating func inFolder<Result: ~Copyable>(
    _ verb: String, _ path: [Name],
    _ body: (borrowing HostDescriptor, Name) throws(HostFailure) -> Result
  ) throws(VolumeError) -> Result? {
    let place = hostPlace(path)
    do throws(HostFailure) {
      let folder = try root.folder(at: path.dropLast())
      return try body(folder, path[path.count - 1])
    } catch {
      let failure = VolumeError("cannot \(verb) '\(place)'", error)
      guard error.concernsName else { throw failure }
      summary.omissions.append(failure)
      return nil
    }
  }

  // MARK: Words

  private func volumePath(_ path: [Name]) -> String {
    "/" + (source + path).map(\.string).joined(separator: "/")
  }

  private func printable(_ path: [Name]) -> String {
    "/" + (mount + source + path).map(\.printable).joined(separator: "/")
  }

  private func hostPlace(_ path: [Name]) -> String {
    ([hostPath] + path.map(\.printable)).joined(separator: "/")
  }

  private mutating func omit(_ sentence: String) {
    summary.omissions.append(VolumeError(.volumeFailure, sentence))
  }
}
