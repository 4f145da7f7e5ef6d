import Glibc

/// The host folder behind a volume, with ordinary files: it follows what the volume does, one operation
/// at a time.
final class HostFolder: Sendable {
  /// Where the next content of a file is written before it takes the file's name.
  static let unfinishedSync = Name(string: ".flash-sync~")

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

  private func folder(_ names: some Sequence<Name>) throws(HostFailure) -> HostDescriptor {
    try root.folder(at: names)
  }

  /// Does to the host what has happened at `path`.
  private func onHost<Result: ~Copyable>(
    _ path: [Name], _ body: () throws(HostFailure) -> Result
  ) throws(FlashError) -> Result {
    do throws(HostFailure) {
      return try body()
    } catch {
      let place = ([self.path] + path.map(\.printable)).joined(separator: "/")
      throw .host("the host failed at '\(place)': \(error.text)")
    }
  }
}

extension HostFolder: LittleFSFollower {
  func check(_ name: Name, in directory: Directory) throws(FlashError) {
    let isTop = directory.entry?.parent == nil
    guard !isTop || name != Self.unfinishedSync else { throw .invalid }
  }

  func made(_ entry: Entry) throws(FlashError) {
    let path = entry.names
    try onHost(path) { () throws(HostFailure) in
      let parent = try folder(path.dropLast())
      if entry.directory == nil {
        _ = try parent.newFile(path.lastName)
      } else {
        try parent.makeFolder(path.lastName)
      }
    }
  }

  func removed(_ path: [Name], isDirectory: Bool) throws(FlashError) {
    try onHost(path) { () throws(HostFailure) in
      try folder(path.dropLast()).remove(path.lastName, isFolder: isDirectory)
    }
  }

  func moved(_ entry: Entry, from old: [Name]) throws(FlashError) {
    let new = entry.names
    try onHost(new) { () throws(HostFailure) in
      try folder(old.dropLast()).rename(old.lastName, to: folder(new.dropLast()), new.lastName)
    }
  }

  /// Changes the host's file where it is, if that cannot be seen half done: first it grows, then bytes
  /// of one page are overwritten, so that a process killed in between leaves all that was there. Else
  /// the whole content is written beside it and takes its name.
  func stored(_ entry: Entry, _ change: ContentChange, on disk: Disk) throws(FlashError) {
    let path = entry.names
    if change.fitsInPlace {
      let file = try onHost(path) { () throws(HostFailure) in
        try folder(path.dropLast()).writableFile(path.lastName)
      }
      try copy(entry.content, change.oldSize..<change.newSize, disk, to: file, path)
      try copy(entry.content, change.overwritten, disk, to: file, path)
      // Longer it can be after a host that refused to let it grow so far.
      try onHost(path) { () throws(HostFailure) in try file.cut(to: change.newSize) }
    } else {
      do throws(FlashError) {
        try replace(path, with: entry.content, change.newSize, disk)
      } catch {
        try? root.remove(Self.unfinishedSync)
        throw error
      }
    }
  }

  private func replace(
    _ path: [Name], with content: Entry.Content, _ size: Int, _ disk: Disk
  ) throws(FlashError) {
    let file = try onHost(path) { () throws(HostFailure) in
      try root.emptyFile(Self.unfinishedSync)
    }
    try copy(content, 0..<size, disk, to: file, path)
    try onHost(path) { () throws(HostFailure) in
      try root.rename(Self.unfinishedSync, to: folder(path.dropLast()), path.lastName)
    }
  }

  /// Brings a part of a file to the host's.
  private func copy(
    _ content: Entry.Content, _ part: Range<Int>, _ disk: Disk,
    to file: borrowing HostDescriptor, _ path: [Name]
  ) throws(FlashError) {
    for start in stride(from: part.lowerBound, to: part.upperBound, by: transferSize) {
      let count = min(transferSize, part.upperBound - start)
      let bytes = try disk.read(content, start, count)
      try onHost(path) { () throws(HostFailure) in
        try file.write(bytes, 0..<count, at: start)
      }
    }
  }
}

extension ContentChange {
  /// What one write of the host changes as a whole, if it does not cross the boundary to the next.
  private static let pageSize = 4096

  fileprivate var fitsInPlace: Bool {
    guard oldSize > 0, newSize >= oldSize else { return false }
    guard let last = overwritten.last else { return true }
    return overwritten.lowerBound / Self.pageSize == last / Self.pageSize
  }
}

extension [Name] {
  /// The file's own name, of a path that is not the root.
  fileprivate var lastName: Name { self[count - 1] }
}
