/// How much was copied.
public struct TransferSummary: Equatable, Sendable {
  /// Files copied; folders do not count.
  public internal(set) var fileCount = 0
  /// Bytes in them.
  public internal(set) var byteCount = 0
  /// What an export had to leave out, a sentence each that names its path.
  public internal(set) var omissions: [VolumeError] = []
}

extension Volume {
  /// Copies what a host folder holds, with its subfolders, into a directory of the volume.
  ///
  /// Files of the same name are replaced, others stay. Links, devices, sockets and names that are not
  /// UTF-8 are refused, not skipped. What was copied before an error stays.
  ///
  /// - Throws: ``VolumeError`` naming the file, and the room that there was if it does not fit.
  @discardableResult
  public func importFolder(
    _ hostPath: String, to path: String = "/"
  ) throws(VolumeError) -> TransferSummary {
    let root = try onHost("open", hostPath) { () throws(HostFailure) in
      try HostDescriptor.folder(hostPath)
    }
    var summary = TransferSummary()
    var waiting: [[Name]] = [[]]
    while let folderPath = waiting.popLast() {
      let place = ([hostPath] + folderPath.map(\.printable)).joined(separator: "/")
      let folder = try onHost("read", place) { () throws(HostFailure) in
        try root.folder(at: folderPath)
      }
      for name in try onHost("read", place, { () throws(HostFailure) in try folder.names() }) {
        guard name.isText else {
          throw VolumeError(
            .unsuitable, "'\(place)' holds a name that is not UTF-8; rename or remove it")
        }
        let source = "\(place)/\(name.printable)"
        let target = ([path] + (folderPath + [name]).map(\.string)).joined(separator: "/")
        switch try onHost("read", source, { () throws(HostFailure) in try folder.status(name) })
          .kind
        {
        case .folder:
          try ensureDirectory(target, for: source)
          waiting.append(folderPath + [name])
        case .file:
          let file = try onHost("read", source) { () throws(HostFailure) in try folder.file(name) }
          try copy(file, named: source, to: target, &summary)
        case .other(let what):
          throw VolumeError(
            .unsuitable, "'\(source)' is \(what); a volume holds only files and directories")
        }
      }
    }
    return summary
  }

  /// Copies a host file into the volume, over a file that is there.
  ///
  /// - Throws: ``VolumeError`` naming the file, and the room that there was if it does not fit.
  @discardableResult
  public func importFile(
    _ hostPath: String, to path: String
  ) throws(VolumeError) -> TransferSummary {
    let file = try onHost("read", hostPath) { () throws(HostFailure) in
      try HostDescriptor.file(hostPath)
    }
    let kind = try onHost("read", hostPath) { () throws(HostFailure) in try file.status().kind }
    guard case .file = kind else { throw VolumeError(.unsuitable, "'\(hostPath)' is not a file") }
    var summary = TransferSummary()
    try copy(file, named: hostPath, to: path, &summary)
    return summary
  }

  // MARK: One file

  private func copy(
    _ file: borrowing HostDescriptor, named source: String, to path: String,
    _ summary: inout TransferSummary
  ) throws(VolumeError) {
    let room = try onVolume(path) { () throws(FlashError) in try statistics() }
    do throws(VolumeError) {
      summary.byteCount += try copy(file, named: source, to: path)
      summary.fileCount += 1
    } catch  where error.reason == .doesNotFit {
      let size = try onHost("read", source) { () throws(HostFailure) in try file.status().size }
      throw VolumeError(
        .doesNotFit,
        """
        '\(source)' (\(size) bytes) does not fit into the volume: \(room.freeBlockCount) of \
        \(room.blockCount) blocks of \(room.blockSize) bytes were free
        """)
    }
  }

  private func copy(
    _ file: borrowing HostDescriptor, named source: String, to path: String
  ) throws(VolumeError) -> Int {
    let handle = try onVolume(source) { () throws(FlashError) in
      try open(path, [.write, .create, .truncate])
    }
    do throws(VolumeError) {
      var total = 0
      var buffer = [UInt8](repeating: 0, count: transferSize)
      var count = transferSize
      while count == transferSize {
        count = try onHost("read", source) { () throws(HostFailure) in
          try file.read(into: &buffer)
        }
        try onVolume(source) { () throws(FlashError) in
          try write(handle, buffer.span.extracting(first: count))
        }
        total += count
      }
      try onVolume(source) { () throws(FlashError) in try close(handle) }
      return total
    } catch {
      // Half a file helps nobody.
      try? close(handle)
      try? remove(path)
      throw error
    }
  }

  private func ensureDirectory(_ path: String, for source: String) throws(VolumeError) {
    do throws(FlashError) {
      try makeDirectory(path)
    } catch {
      if error == .exists, (try? status(of: path))?.kind == .directory { return }
      throw VolumeError(source, error)
    }
  }
}

/// How many bytes a copy has in memory at once.
let transferSize = 65_536
