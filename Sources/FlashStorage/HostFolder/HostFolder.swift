import Glibc

/// The host folder behind a volume: it follows what the volume does, one operation at a time.
final class HostFolder: Sendable {
  /// Where the next content of a file is written before it takes the file's name.
  static let unfinishedSync = ".flash-sync~"

  let path: String
  let access: VolumeAccess
  let root: HostDescriptor

  init(_ path: String, _ access: VolumeAccess) throws(VolumeError) {
    self.path = path
    self.access = access
    let isLocked: Bool
    do throws(HostFailure) {
      root = try Self.open(path, access)
      isLocked = try root.lock()
    } catch {
      throw VolumeError(
        error.code == ENOENT ? .notFound : .hostFailure,
        "cannot open the flash folder '\(path)': \(error.text)")
    }
    guard isLocked else {
      throw VolumeError(
        .inUse, "the flash folder '\(path)' is in use by another emulator; stop that one first")
    }
    guard access == .readOnly || root.isWritable else {
      throw VolumeError(.hostFailure, "the flash folder '\(path)' is not writable")
    }
  }

  deinit { root.unlock() }

  private static func open(
    _ path: String, _ access: VolumeAccess
  ) throws(HostFailure) -> HostDescriptor {
    do throws(HostFailure) {
      return try HostDescriptor.folder(path)
    } catch {
      guard error.code == ENOENT, access == .readWrite else { throw error }
      try HostDescriptor.createFolder(path)
      return try HostDescriptor.folder(path)
    }
  }

  func makeFile(_ name: Name, in parent: [Name]) throws(FlashError) {
    try follow(parent + [name]) { () throws(HostFailure) in
      _ = try folder(parent).newFile(name.string)
    }
  }

  func makeDirectory(_ name: Name, in parent: [Name]) throws(FlashError) {
    try follow(parent + [name]) { () throws(HostFailure) in
      try folder(parent).makeFolder(name.string)
    }
  }

  func remove(_ path: [Name], _ kind: FileStatus.Kind) throws(FlashError) {
    try follow(path) { () throws(HostFailure) in
      try folder(path.dropLast()).remove(path.lastName, isFolder: kind == .directory)
    }
  }

  func rename(_ old: [Name], to new: [Name]) throws(FlashError) {
    try follow(new) { () throws(HostFailure) in
      try folder(old.dropLast()).rename(old.lastName, to: folder(new.dropLast()), new.lastName)
    }
  }

  /// Brings a file's content to the host.
  ///
  /// - Parameter changes: What has changed, if the host's file may be changed in place: first it grows,
  ///   then one old block is overwritten, so that a process killed in between leaves all that was
  ///   there. Else the whole content is written beside it and takes its name.
  func store(
    _ content: FileContent, at path: [Name], inPlace changes: PendingChanges?
  ) throws(FlashError) {
    try follow(path) { () throws(HostFailure) in
      let parent = try folder(path.dropLast())
      guard let changes else {
        let file = try root.emptyFile(Self.unfinishedSync)
        try write(content, 0..<content.size, to: file)
        return try root.rename(Self.unfinishedSync, to: parent, path.lastName)
      }
      let file = try parent.writableFile(path.lastName)
      try write(content, changes.baseSize..<content.size, to: file)
      if let block = changes.overwrittenBlock {
        let start = block * FileContent.chunkSize
        let end = min(start + FileContent.chunkSize, changes.baseSize)
        try write(content, start..<end, to: file)
      }
    }
  }

  private func write(
    _ content: FileContent, _ range: Range<Int>, to file: borrowing HostDescriptor
  ) throws(HostFailure) {
    for (chunk, part, offset) in content.chunks(in: range) {
      try file.write(chunk, part, at: offset)
    }
  }

  private func folder(_ names: some Sequence<Name>) throws(HostFailure) -> HostDescriptor {
    try root.folder(at: names.map(\.string))
  }

  /// Does to the host what the volume is about to do at `path`.
  private func follow(
    _ path: [Name], _ body: () throws(HostFailure) -> Void
  ) throws(FlashError) {
    guard path != [Name(string: Self.unfinishedSync)] else { throw .invalid }
    do throws(HostFailure) {
      try body()
    } catch {
      let place = path.map(\.string).joined(separator: "/")
      throw .fault("the host failed at '\(self.path)/\(place)': \(error.text)")
    }
  }
}

extension [Name] {
  /// The file's own name, of a path that is not the root.
  fileprivate var lastName: String { self[count - 1].string }
}
