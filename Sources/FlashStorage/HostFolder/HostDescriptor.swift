import Glibc

/// A call of the host's kernel that failed.
struct HostFailure: Error {
  let code: Int32

  /// The failure of the call just made.
  static var last: HostFailure { HostFailure(code: errno) }

  /// The host's own words.
  var text: String { unsafe String(cString: strerror(code)) }

  var isMissing: Bool { code == ENOENT }

  /// Whether it is about the name that was given, and not about the host: something of another kind has it,
  /// or nothing can.
  var concernsName: Bool {
    [EEXIST, EILSEQ, EINVAL, EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR, ENXIO].contains(code)
  }
}

/// An open file or folder of the host; closed when it goes.
///
/// What is reached by a ``Name`` is in the folder itself: a name that leads elsewhere is refused with
/// `EINVAL`, and a symbolic link is never followed.
struct HostDescriptor: ~Copyable {
  private let number: Int32

  private init(adopting number: Int32) throws(HostFailure) {
    guard number >= 0 else { throw .last }
    self.number = number
  }

  deinit { _ = Glibc.close(number) }

  /// Opens a folder by a path of the user's, through links if there are any.
  static func folder(_ path: String) throws(HostFailure) -> HostDescriptor {
    try HostDescriptor(adopting: unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  /// Opens a file for reading by a path of the user's, through links if there are any.
  static func file(_ path: String) throws(HostFailure) -> HostDescriptor {
    try HostDescriptor(adopting: unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC))
  }

  static func createFolder(_ path: String) throws(HostFailure) {
    guard unsafe mkdir(path, 0o777) == 0 else { throw .last }
  }

  func folder(_ name: Name) throws(HostFailure) -> HostDescriptor {
    try open(name, O_RDONLY | O_DIRECTORY)
  }

  /// Opens a folder below this one, level by level.
  func folder(at names: some Sequence<Name>) throws(HostFailure) -> HostDescriptor {
    var folder = try HostDescriptor(adopting: fcntl(number, F_DUPFD_CLOEXEC, 0))
    for name in names { folder = try folder.folder(name) }
    return folder
  }

  /// Opens a folder below this one, level by level, and makes what is missing.
  func madeFolder(at names: some Sequence<Name>) throws(HostFailure) -> HostDescriptor {
    var folder = try folder(at: [])
    for name in names {
      do throws(HostFailure) {
        try folder.makeFolder(name)
      } catch  where error.code == EEXIST {}
      folder = try folder.folder(name)
    }
    return folder
  }

  /// Opens a file for reading; a named pipe does not make it wait.
  func file(_ name: Name) throws(HostFailure) -> HostDescriptor {
    try open(name, O_RDONLY | O_NONBLOCK)
  }

  func writableFile(_ name: Name) throws(HostFailure) -> HostDescriptor {
    try open(name, O_WRONLY | O_NONBLOCK)
  }

  /// Creates a file that does not exist.
  func newFile(_ name: Name) throws(HostFailure) -> HostDescriptor {
    try open(name, O_WRONLY | O_CREAT | O_EXCL)
  }

  /// Creates a file, or empties it if it exists.
  func emptyFile(_ name: Name) throws(HostFailure) -> HostDescriptor {
    try open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK)
  }

  private func open(_ name: Name, _ flags: Int32) throws(HostFailure) -> HostDescriptor {
    let name = try name.hostName
    return try HostDescriptor(
      adopting: unsafe openat(number, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o666))
  }

  /// Locks the folder as long as it is open; false if another has it.
  func lock() throws(HostFailure) -> Bool {
    if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw .last }
    return false
  }

  /// Gives the lock back, also for a process that another thread has just forked: until that one runs
  /// its program, it holds the same open folder.
  func unlock() { _ = flock(number, LOCK_UN) }

  /// Whether this process may create files here.
  var isWritable: Bool { unsafe faccessat(number, ".", W_OK, 0) == 0 }

  enum Kind {
    case file, folder
    /// What no volume holds, by its name.
    case other(String)
  }

  func status() throws(HostFailure) -> (kind: Kind, size: Int) {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw .last }
    return (Self.kind(status.st_mode), Int(status.st_size))
  }

  func status(_ name: Name) throws(HostFailure) -> (kind: Kind, size: Int) {
    let name = try name.hostName
    var status = stat()
    guard unsafe fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last }
    return (Self.kind(status.st_mode), Int(status.st_size))
  }

  private static func kind(_ mode: mode_t) -> Kind {
    switch mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .other("a symbolic link")
    case S_IFSOCK: .other("a socket")
    case S_IFIFO: .other("a named pipe")
    default: .other("a device")
    }
  }

  /// The names in the folder without `.` and `..`, in the order of their bytes.
  func names() throws(HostFailure) -> [Name] {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .last }
    guard let stream = unsafe fdopendir(copy) else {
      _ = Glibc.close(copy)
      throw .last
    }
    defer { unsafe closedir(stream) }
    unsafe rewinddir(stream)  // The copy shares its place with every earlier reading.
    var names: [[UInt8]] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      // The entry may be shorter than its declared type, so nothing of it is copied as a whole.
      let name = unsafe UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let length = unsafe strlen(name.assumingMemoryBound(to: CChar.self))
      unsafe names.append(Array(UnsafeRawBufferPointer(start: name, count: length)))
      errno = 0
    }
    guard errno == 0 else { throw .last }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
      .filter { $0 != [dot] && $0 != [dot, dot] }
      .map { Name(bytes: $0) }
  }

  /// Fills `buffer` from the current place on.
  ///
  /// - Returns: The number of bytes; less than the buffer holds only at the end.
  func read(into buffer: inout [UInt8]) throws(HostFailure) -> Int {
    var done = 0
    while done < buffer.count {
      let start = done
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(number, bytes.baseAddress! + start, bytes.count - start)
      }
      if count == 0 { break }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last }
      done += count
    }
    return done
  }

  /// Writes a part of `bytes` at `offset`.
  func write(_ bytes: [UInt8], _ part: Range<Int>, at offset: Int) throws(HostFailure) {
    var part = part
    var offset = offset
    while !part.isEmpty {
      let range = part
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe pwrite(number, bytes.baseAddress! + range.lowerBound, range.count, offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last }
      part = part.lowerBound + count..<part.upperBound
      offset += count
    }
  }

  func cut(to size: Int) throws(HostFailure) {
    guard ftruncate(number, size) == 0 else { throw .last }
  }

  func makeFolder(_ name: Name) throws(HostFailure) {
    guard unsafe mkdirat(number, try name.hostName, 0o777) == 0 else { throw .last }
  }

  func remove(_ name: Name, isFolder: Bool = false) throws(HostFailure) {
    guard unsafe unlinkat(number, try name.hostName, isFolder ? AT_REMOVEDIR : 0) == 0 else {
      throw .last
    }
  }

  func rename(
    _ name: Name, to folder: borrowing HostDescriptor, _ newName: Name
  ) throws(HostFailure) {
    let (old, new) = (try name.hostName, try newName.hostName)
    guard unsafe renameat(number, old, folder.number, new) == 0 else { throw .last }
  }
}

extension Name {
  /// As the host's calls take it, if it is one component of a path.
  fileprivate var hostName: [CChar] {
    get throws(HostFailure) {
      guard fault() == nil else { throw HostFailure(code: EINVAL) }
      return bytes.map { CChar(bitPattern: $0) } + [0]
    }
  }
}

private let dot = UInt8(ascii: ".")
