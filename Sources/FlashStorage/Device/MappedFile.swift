import Glibc

/// A host file whose bytes are in memory: what is stored there is in the file, also when the process is
/// killed, and on the host's disk after ``flush(_:)``.
///
/// The file is locked against other users as long as this exists; several may read it at a time. All of
/// it has a place on the host's disk, so storing cannot fail for want of room. What remains: on a disk
/// that copies on write or compresses, or if another program cuts the file off in spite of the lock,
/// the host sends this process SIGBUS, which `qpyemu` ends with a sentence for; what was flushed stays.
@safe final class MappedFile {
  /// Why a file cannot be mapped.
  enum Failure: Error {
    case host(HostFailure)
    case inUse
    case notAFile
    case wrongSize(Int)
  }

  /// Whether it was made when it was opened.
  let isNew: Bool
  private let access: VolumeAccess
  private let file: LockedFile
  private let bytes: UnsafeMutableRawBufferPointer

  /// Opens a file by a path of the user's, through links if there are any.
  ///
  /// - Parameters:
  ///   - byteCount: The size that it must have.
  ///   - filling: What a missing or empty file is filled with; if nil, the file has to be there. A
  ///     process that is killed meanwhile leaves a file that is too short.
  init(
    _ path: String, byteCount: Int, _ access: VolumeAccess, filling: UInt8?
  ) throws(Failure) {
    let file = try LockedFile(path, access, create: filling != nil)
    let size = try file.size()
    if size == 0, let filling {
      try file.fill(byteCount, with: filling)
      isNew = true
    } else {
      guard size == byteCount else { throw .wrongSize(size) }
      if access == .readWrite { try file.allocate(byteCount) }
      isNew = false
    }
    unsafe bytes = try file.map(byteCount, access)
    self.file = file
    self.access = access
  }

  deinit { unsafe munmap(bytes.baseAddress, bytes.count) }

  /// Copies the bytes from `offset` on into `buffer`.
  func read(at offset: Int, into buffer: inout MutableSpan<UInt8>) {
    let part = unsafe bytes[offset..<offset + buffer.count]
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyMemory(from: .init(rebasing: part)) }
  }

  /// The value whose first byte is at `offset`.
  func load<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Stores a value into a file that is open for writing.
  func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
    precondition(access == .readWrite)
    unsafe bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// Lends a part of the bytes of a file that is open for writing.
  func change<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<UInt8>) -> Result
  ) -> Result {
    precondition(access == .readWrite)
    var span = unsafe MutableSpan<UInt8>(_unsafeBytes: bytes[range])
    return body(&span)
  }

  /// Returns when a part of the bytes is on the host's disk.
  func flush(_ range: Range<Int>) throws(HostFailure) {
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    let start = range.lowerBound / pageSize * pageSize
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<range.upperBound])
    guard unsafe msync(part.baseAddress, part.count, MS_SYNC) == 0 else { throw .last }
  }
}

/// An open host file, locked against other users: for reading against those who write, else against
/// all.
private final class LockedFile {
  private let descriptor: Int32

  init(_ path: String, _ access: VolumeAccess, create: Bool) throws(MappedFile.Failure) {
    let flags = (access == .readWrite ? O_RDWR : O_RDONLY) | (create ? O_CREAT : 0)
    // A named pipe does not make it wait.
    descriptor = unsafe open(path, flags | O_NONBLOCK | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .host(.last) }
    guard flock(descriptor, (access == .readWrite ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK ? .inUse : .host(.last)
    }
  }

  deinit {
    // The lock is given back also for a process that another thread has just forked: until that one
    // runs its program, it holds the same open file.
    _ = flock(descriptor, LOCK_UN)
    _ = close(descriptor)
  }

  func size() throws(MappedFile.Failure) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .host(.last) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    return Int(status.st_size)
  }

  /// Fills an empty file; it stays empty if the host has no room.
  func fill(_ byteCount: Int, with byte: UInt8) throws(MappedFile.Failure) {
    let piece = [UInt8](repeating: byte, count: min(byteCount, 1 << 20))
    var done = 0
    while done < byteCount {
      let count = min(piece.count, byteCount - done)
      let length = unsafe piece.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, count, done)
      }
      if length < 0, errno == EINTR { continue }
      guard length > 0 else {
        let failure = HostFailure.last
        _ = ftruncate(descriptor, 0)
        throw .host(failure)
      }
      done += length
    }
  }

  /// Gives every byte a place on the host's disk, where holes were too.
  func allocate(_ byteCount: Int) throws(MappedFile.Failure) {
    var code = EINTR
    while code == EINTR { code = posix_fallocate(descriptor, 0, byteCount) }
    guard code == 0 else { throw .host(HostFailure(code: code)) }
  }

  func map(
    _ byteCount: Int, _ access: VolumeAccess
  ) throws(MappedFile.Failure) -> UnsafeMutableRawBufferPointer {
    let protection = access == .readWrite ? PROT_READ | PROT_WRITE : PROT_READ
    let start = unsafe mmap(nil, byteCount, protection, MAP_SHARED, descriptor, 0)
    guard unsafe start != MAP_FAILED else { throw .host(.last) }
    return unsafe UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }
}

extension VolumeError {
  /// Why a file of the user's cannot be mapped, as a sentence.
  ///
  /// - Parameters:
  ///   - file: What it is, and its path.
  ///   - wanted: What size would be right, and what to do.
  init(_ failure: MappedFile.Failure, opening file: String, wanted: String) {
    switch failure {
    case .host(let cause):
      self.init(
        cause.code == ENOENT ? .notFound : .hostFailure, "cannot open \(file): \(cause.text)")
    case .inUse:
      self.init(.inUse, "\(file) is in use by another program; stop that one first")
    case .notAFile:
      self.init(.unsuitable, "\(file) is not an ordinary file; name one, or a new name")
    case .wrongSize(let size):
      self.init(.unsuitable, "\(file) has \(size) bytes, \(wanted)")
    }
  }
}
