import EmulatedTime
public import FlashStorage

/// The module's flash as a script sees it: the volumes under their mount points, the files it has
/// open, and which files somebody uses.
///
/// Paths are absolute: `/usr/x.wav`. `/` itself holds nothing but the mount points.
public final class ScriptFiles: Sendable {
  /// A volume at its place in the tree.
  public struct Mount: Sendable {
    /// Such as `/usr`.
    public let path: String
    /// What holds the files.
    public let volume: any Volume
    /// Whether scripts may only read it, as `/bak` on the modules.
    public let isReadOnly: Bool

    /// Mounts a volume at a place.
    public init(path: String, volume: any Volume, isReadOnly: Bool) {
      self.path = path
      self.volume = volume
      self.isReadOnly = isReadOnly
    }
  }

  fileprivate struct OpenFile {
    let mount: Mount
    let handle: FlashHandle
    let use: Use
  }

  /// What a file is used for.
  package enum Purpose {
    /// It is being recorded, or held open for writing by the script.
    case writing
    /// It is held open by the script, and only to be read.
    case reading
    case playing
  }

  fileprivate struct Use: Hashable {
    let path: String
    let purpose: Purpose
  }

  fileprivate struct State {
    var files: [Int: OpenFile] = [:]
    var lastNumber = 0
    /// How often each path is in use, and as what.
    var uses: [Use: Int] = [:]
  }

  /// The volumes, in the order in which `/` lists them.
  public let mounts: [Mount]
  private let state = Monitor(State())

  /// Makes the tree of some volumes.
  public init(_ mounts: [Mount]) { self.mounts = mounts }

  // MARK: Names

  /// The volume that holds a path, and the path inside it; nil for `/` and what is not mounted.
  package func locate(_ path: String) -> (mount: Mount, path: String)? {
    let path = Self.normal(path)
    for mount in mounts {
      if path == mount.path { return (mount, "/") }
      if path.hasPrefix(mount.path + "/") {
        return (mount, String(path.dropFirst(mount.path.count)))
      }
    }
    return nil
  }

  /// Whether a path lies on a volume, or is the root.
  package func holds(_ path: String) -> Bool { locate(path) != nil || Self.normal(path) == "/" }

  /// Folds `.`, `..` and doubled slashes.
  package static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Where the files lie that scripts call `U:/`.
  package static let userRoot = "/usr"

  /// The name of such a file without the volume.
  package static func userName(of name: String) -> String {
    let spellings = ["U:/", "u:/", userRoot + "/"]
    return String(name.dropFirst(spellings.first { name.hasPrefix($0) }?.count ?? 0))
  }

  /// Where such a file is on the flash. `..` does not lead out of the volume.
  package static func userPath(of name: String) -> String {
    normal(userRoot + normal(userName(of: name)))
  }

  private func locateForChange(
    _ path: String
  ) throws(FlashError) -> (mount: Mount, path: String) {
    guard let place = locate(path) else { throw .invalid }
    guard !place.mount.isReadOnly else { throw .readOnly }
    return place
  }

  // MARK: Open files

  /// Opens a file as Python's `open` does.
  ///
  /// - Parameter mode: `r`, `w`, `a` or `x`, with `+`, `b` and `t`; anything else is `.invalid`.
  /// - Returns: A number for the other calls.
  public func open(_ path: String, mode: String) throws(FlashError) -> Int {
    guard let openMode = OpenMode(python: mode) else { throw .invalid }
    guard let (mount, inner) = locate(path) else {
      throw Self.normal(path) == "/" ? .isDirectory : .notFound
    }
    let writes = openMode.contains(.write)
    if writes && mount.isReadOnly { throw .readOnly }
    let handle = try mount.volume.open(inner, openMode)
    let use = Use(path: Self.normal(path), purpose: writes ? .writing : .reading)
    let file = OpenFile(mount: mount, handle: handle, use: use)
    return state.withLock { state in
      state.lastNumber += 1
      state.files[state.lastNumber] = file
      state.claim(use)
      return state.lastNumber
    }
  }

  private func file(_ number: Int) throws(FlashError) -> OpenFile {
    guard let file = state.withLock({ $0.files[number] }) else { throw .badHandle }
    return file
  }

  /// Reads up to `count` bytes; fewer only at the end of the file.
  public func read(_ number: Int, count: Int) throws(FlashError) -> [UInt8] {
    let file = try file(number)
    let left =
      try file.mount.volume.size(of: file.handle)
      - file.mount.volume.position(of: file.handle)
    return try Self.read(file.mount.volume, file.handle, count: max(min(count, left), 0))
  }

  /// Writes all of `bytes`, or fails and writes nothing.
  public func write(_ number: Int, _ bytes: Span<UInt8>) throws(FlashError) {
    let file = try file(number)
    try file.mount.volume.write(file.handle, bytes)
  }

  /// Moves in the file; gives the new position in bytes.
  @discardableResult
  public func seek(
    _ number: Int, to offset: Int, from origin: SeekOrigin = .start
  ) throws(FlashError) -> Int {
    let file = try file(number)
    return try file.mount.volume.seek(file.handle, to: offset, from: origin)
  }

  /// Makes what was written survive a loss of power.
  public func sync(_ number: Int) throws(FlashError) {
    let file = try file(number)
    try file.mount.volume.sync(file.handle)
  }

  /// Closes a file, which is then gone also if its last bytes cannot be kept.
  public func close(_ number: Int) throws(FlashError) {
    let file = try state.withLock { state throws(FlashError) in
      guard let file = state.files.removeValue(forKey: number) else { throw .badHandle }
      state.release(file.use)
      return file
    }
    try file.mount.volume.close(file.handle)
  }

  /// Closes what the script left open, as the end of its processor does. What was written is kept.
  public func closeAll() {
    for number in state.withLock({ Array($0.files.keys) }) { try? close(number) }
  }

  // MARK: The tree

  /// What a path names.
  public func status(of path: String) throws(FlashError) -> FileStatus {
    if Self.normal(path) == "/" { return FileStatus(kind: .directory, size: 0) }
    guard let (mount, inner) = locate(path) else { throw .notFound }
    return try mount.volume.status(of: inner)
  }

  /// What a folder holds.
  public func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    if Self.normal(path) == "/" {
      return mounts.map {
        DirectoryEntry(
          name: String($0.path.dropFirst()), status: FileStatus(kind: .directory, size: 0))
      }
    }
    guard let (mount, inner) = locate(path) else { throw .notFound }
    return try mount.volume.entries(of: inner)
  }

  /// The size of the volume that a path lies on, and what is free of it. The root, which lies on none, has
  /// no size.
  public func statistics(of path: String) throws(FlashError) -> VolumeStatistics {
    if Self.normal(path) == "/", let first = mounts.first {
      let kind = try first.volume.statistics()
      return VolumeStatistics(
        blockSize: kind.blockSize, blockCount: 0, freeBlockCount: 0, nameLimit: kind.nameLimit)
    }
    guard let (mount, _) = locate(path) else { throw .notFound }
    return try mount.volume.statistics()
  }

  /// Makes a folder in an existing one.
  public func makeDirectory(_ path: String) throws(FlashError) {
    let (mount, inner) = try locateForChange(path)
    try mount.volume.makeDirectory(inner)
  }

  /// Removes a file that is not open, or an empty folder.
  public func remove(_ path: String) throws(FlashError) {
    let (mount, inner) = try locateForChange(path)
    try mount.volume.remove(inner)
  }

  /// Renames a file or folder within its volume.
  public func rename(_ old: String, to new: String) throws(FlashError) {
    let (from, oldInner) = try locateForChange(old)
    let (to, newInner) = try locateForChange(new)
    guard from.path == to.path else { throw .invalid }
    try from.volume.rename(oldInner, to: newInner)
  }

  /// The whole content of a file.
  public func contents(of path: String) throws(FlashError) -> [UInt8] {
    guard let (mount, inner) = locate(path) else { throw .notFound }
    let handle = try mount.volume.open(inner, .read)
    defer { try? mount.volume.close(handle) }
    return try Self.read(mount.volume, handle, count: mount.volume.size(of: handle))
  }

  package static func read(
    _ volume: any Volume, _ handle: FlashHandle, count: Int
  ) throws(FlashError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let read = try volume.read(handle, into: &span)
    bytes.removeLast(count - read)
    return bytes
  }

  // MARK: In use

  /// Whether a file is being recorded, played, or held open for writing by the script.
  public func isInUse(_ path: String) -> Bool {
    isUsed(path, for: .writing) || isUsed(path, for: .playing)
  }

  package func isUsed(_ path: String, for purpose: Purpose) -> Bool {
    let use = Use(path: Self.normal(path), purpose: purpose)
    return state.withLock { $0.uses[use] != nil }
  }

  package func claim(_ path: String, for purpose: Purpose) {
    let use = Use(path: Self.normal(path), purpose: purpose)
    state.withLock { $0.claim(use) }
  }

  package func release(_ path: String, from purpose: Purpose) {
    let use = Use(path: Self.normal(path), purpose: purpose)
    state.withLock { $0.release(use) }
  }
}

extension ScriptFiles.State {
  fileprivate mutating func claim(_ use: ScriptFiles.Use) { uses[use, default: 0] += 1 }

  fileprivate mutating func release(_ use: ScriptFiles.Use) {
    let left = uses[use, default: 1] - 1
    uses[use] = left == 0 ? nil : left
  }
}

extension OpenMode {
  /// A mode in Python's spelling.
  package init?(python mode: String) {
    let letters = mode.filter { $0 != "b" && $0 != "t" }
    switch letters {
    case "", "r": self = .read
    case "r+", "+": self = [.read, .write]
    case "w": self = [.write, .create, .truncate]
    case "w+": self = [.read, .write, .create, .truncate]
    case "a": self = [.write, .create, .append]
    case "a+": self = [.read, .write, .create, .append]
    case "x": self = [.write, .create, .exclusive]
    case "x+": self = [.read, .write, .create, .exclusive]
    default: return nil
    }
  }
}
