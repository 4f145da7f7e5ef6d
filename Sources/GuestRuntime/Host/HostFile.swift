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
  package static func create(_ path: String) -> Int32 { unsafe creat(path, 0o644) }

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

  /// Writes all of `bytes`; false if the host refuses.
  @discardableResult
  package static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var left = bytes[...]
    while !left.isEmpty {
      let count = unsafe left.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return false }
      left = left.dropFirst(max(count, 0))
    }
    return true
  }
}
