import CLinux
import Glibc

/// Files of the host.
package enum HostFile {
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  package static func canBeReadAndWritten(_ path: String) -> Bool {
    unsafe access(path, R_OK | W_OK) == 0
  }

  /// Whether it is a file that may be run.
  package static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && access(path, X_OK) == 0
  }

  /// The first program of that name in a list of folders separated by colons.
  package static func program(named name: String, onPath path: String?) -> String? {
    (path ?? "").split(separator: ":").map { "\($0)/\(name)" }.first(where: isProgram)
  }

  /// The folder that this program is in.
  package static let ownFolder: String = {
    guard let path = unsafe realpath("/proc/self/exe", nil) else { return "." }
    defer { unsafe free(path) }
    let program = unsafe String(cString: path)
    return String(program[..<program.lastIndex(of: "/")!])
  }()

  /// Makes a folder and those above it that are missing; whoever uses it will notice a failure.
  package static func makeFolders(_ path: String) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += "\(part)/"
      unsafe mkdir(prefix, 0o777)
    }
  }

  /// Creates a file, or empties the one that is there; a negative number if it cannot.
  ///
  /// - Parameter isGivenUp: Whether to wait no longer for somebody to read a named pipe.
  package static func create(_ path: String, unless isGivenUp: () -> Bool = { false }) -> Int32 {
    while true {
      let descriptor = unsafe open(
        path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0o644)
      guard descriptor < 0, errno == ENXIO, isPipe(path), !isGivenUp() else { return descriptor }
      usleep(20_000)
    }
  }

  /// Whether there is a named pipe; `errno` stays as it is.
  package static func isPipe(_ path: String) -> Bool {
    let code = errno
    defer { errno = code }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// The first bytes of a file, fewer if it has fewer; nil if it cannot be read.
  static func start(of path: String, count: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let found = unsafe Glibc.read(descriptor, &bytes, count)
    return found < 0 ? nil : Array(bytes[..<found])
  }

  /// What can be read from a descriptor until its end; nil on an error or beyond the limit in bytes.
  package static func readAll(_ descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0, bytes.count + count <= limit else { return nil }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// What a pipe that can be written to has room for.
  private static let pipePiece = 4096

  /// Writes all of `bytes`; false, with the host's `errno`, if the host refuses.
  ///
  /// - Parameter isGivenUp: Whether to wait no longer for somebody to read them.
  @discardableResult
  package static func writeAll(
    _ descriptor: Int32, _ bytes: [UInt8], unless isGivenUp: () -> Bool = { false }
  ) -> Bool {
    let piece = isFile(descriptor) ? Int.max : pipePiece
    var left = bytes[...]
    while !left.isEmpty {
      guard piece == .max || awaitRoom(descriptor, unless: isGivenUp) else {
        errno = ETIMEDOUT
        return false
      }
      let count = unsafe left.prefix(piece).withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno != EINTR && errno != EAGAIN { return false }
      left = left.dropFirst(max(count, 0))
    }
    return true
  }

  private static func isFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Waits until something can be written, or writing fails at once; false if that is given up.
  private static func awaitRoom(_ descriptor: Int32, unless isGivenUp: () -> Bool) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while unsafe poll(&wanted, 1, 0) == 0 {
      if isGivenUp() { return false }
      unsafe _ = poll(&wanted, 1, 50)
    }
    return true
  }
}
