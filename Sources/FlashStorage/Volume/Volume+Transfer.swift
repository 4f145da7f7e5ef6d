import Glibc

/// How much was copied.
public struct TransferSummary: Equatable, Sendable {
  /// Files copied; folders do not count.
  public internal(set) var fileCount = 0
  /// Bytes in them.
  public internal(set) var byteCount = 0
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
    var waiting: [[String]] = [[]]
    while let folderPath = waiting.popLast() {
      let place = ([hostPath] + folderPath).joined(separator: "/")
      let folder = try onHost("read", place) { () throws(HostFailure) in
        try root.folder(at: folderPath)
      }
      for name in try onHost("read", place, { () throws(HostFailure) in try folder.names() }) {
        guard let name else {
          throw VolumeError(
            .unsuitable, "'\(place)' holds a name that is not UTF-8; rename or remove it")
        }
        let source = "\(place)/\(name)"
        let target = ([path] + folderPath + [name]).joined(separator: "/")
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

  /// Copies what a directory of the volume holds, as last synced, into a host folder, which is made if
  /// it is missing. Files of the same name are replaced; a link in the way is refused.
  ///
  /// - Throws: ``VolumeError`` naming the file.
  @discardableResult
  public func exportFolder(
    to hostPath: String, from path: String = "/"
  ) throws(VolumeError) -> TransferSummary {
    let root = try onHost("make", hostPath) { () throws(HostFailure) in
      do throws(HostFailure) {
        try HostDescriptor.createFolder(hostPath)
      } catch  where error.code == EEXIST {}
      return try HostDescriptor.folder(hostPath)
    }
    var summary = TransferSummary()
    var waiting: [[String]] = [[]]
    while let folderPath = waiting.popLast() {
      let place = ([hostPath] + folderPath).joined(separator: "/")
      let source = ([path] + folderPath).joined(separator: "/")
      let folder = try onHost("write", place) { () throws(HostFailure) in
        try root.folder(at: folderPath)
      }
      for entry in try onVolume(source, { () throws(FlashError) in try entries(of: source) }) {
        let target = "\(place)/\(entry.name)"
        switch entry.status.kind {
        case .directory:
          try onHost("make", target) { () throws(HostFailure) in
            do throws(HostFailure) {
              try folder.makeFolder(entry.name)
            } catch  where error.code == EEXIST {}
          }
          waiting.append(folderPath + [entry.name])
        case .file:
          let file = try onHost("write", target) { () throws(HostFailure) in
            try folder.emptyFile(entry.name)
          }
          try copy("\(source)/\(entry.name)", to: file, named: target, &summary)
        }
      }
    }
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

  private func copy(
    _ path: String, to file: borrowing HostDescriptor, named target: String,
    _ summary: inout TransferSummary
  ) throws(VolumeError) {
    let handle = try onVolume(path) { () throws(FlashError) in try open(path, .read) }
    defer { try? close(handle) }
    var offset = 0
    var buffer = [UInt8](repeating: 0, count: transferSize)
    while true {
      var window = buffer.mutableSpan
      let count: Int
      do throws(FlashError) {
        count = try read(handle, into: &window)
      } catch {
        throw refusal(path, error)
      }
      guard count > 0 else { break }
      try onHost("write", target) { () throws(HostFailure) in
        try file.write(buffer, 0..<count, at: offset)
      }
      offset += count
    }
    summary.byteCount += offset
    summary.fileCount += 1
  }

  private func ensureDirectory(_ path: String, for source: String) throws(VolumeError) {
    do throws(FlashError) {
      try makeDirectory(path)
    } catch {
      if error == .exists, (try? status(of: path))?.kind == .directory { return }
      throw refusal(source, error)
    }
  }

  // MARK: Errors as sentences

  private func onVolume<Result>(
    _ place: String, _ body: () throws(FlashError) -> Result
  ) throws(VolumeError) -> Result {
    do throws(FlashError) {
      return try body()
    } catch {
      throw refusal(place, error)
    }
  }

  private func refusal(_ place: String, _ error: FlashError) -> VolumeError {
    VolumeError(error == .noSpace ? .doesNotFit : .volumeFailure, "'\(place)': \(error)")
  }

  private func onHost<Result: ~Copyable>(
    _ verb: String, _ place: String, _ body: () throws(HostFailure) -> Result
  ) throws(VolumeError) -> Result {
    do throws(HostFailure) {
      return try body()
    } catch {
      throw VolumeError(
        error.code == ENOENT ? .notFound : .hostFailure,
        "cannot \(verb) '\(place)': \(error.text)")
    }
  }
}

private let transferSize = 65_536
