import Glibc
import GuestRuntime

/// What settings look at of the host; a test passes its own.
struct Host: Sendable {
  /// The value of a variable; nil if it is unset or empty.
  let variable: @Sendable (String) -> String?
  /// The names of all variables.
  let variableNames: [String]
  /// The path of the named file in this folder or the nearest one above that has it.
  let nearest: @Sendable (String) -> String?
  /// A file's bytes; nil if it cannot be read.
  let read: @Sendable (String) -> [UInt8]?

  /// The process's own.
  static var process: Host {
    Host(
      variable: environmentVariable, variableNames: environmentNames,
      nearest: { name in nearestFile(name) }, read: { readFile($0) })
  }
}

private func environmentVariable(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  let text = unsafe String(cString: value)
  return text.isEmpty ? nil : text
}

private var environmentNames: [String] {
  var names: [String] = []
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    names.append(String(unsafe String(cString: text).prefix { $0 != "=" }))
    unsafe entry += 1
  }
  return names
}

private func nearestFile(_ name: String) -> String? {
  guard let buffer = unsafe getcwd(nil, 0) else { return nil }
  defer { unsafe free(buffer) }
  var folder = unsafe String(cString: buffer)[...]
  while true {
    let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    if HostFile.exists(path) { return path }
    guard let slash = folder.lastIndex(of: "/"), folder != "/" else { return nil }
    folder = slash == folder.startIndex ? "/" : folder[..<slash]
  }
}

/// The bytes of a file of at most 1 MiB.
private func readFile(_ path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return HostFile.readAll(descriptor, limit: 1 << 20)
}

/// What kind of thing a host path names.
enum HostKind {
  case file, folder, other

  /// nil if there is nothing, or it cannot be looked at.
  init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

/// The host's word for the last error.
var hostReason: String { unsafe String(cString: strerror(errno)) }
