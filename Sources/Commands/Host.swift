import Glibc
import GuestRuntime

/// What settings look at of the host; a test passes its own.
struct Host: Sendable {
  /// The environment.
  let variables: [String: String]
  /// Where the command was started.
  let folder: String
  /// What ends the command before its time.
  var earlyEnd = EarlyEnd()

  /// The process's own.
  static func process(_ earlyEnd: EarlyEnd) -> Host {
    Host(variables: processVariables, folder: workingFolder, earlyEnd: earlyEnd)
  }

  /// The value of a variable; nil if it is unset or empty.
  func variable(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// The path of the named file in the folder or the nearest one above that has it.
  func nearest(_ name: String) -> String? {
    var parts = folder.split(separator: "/")
    while true {
      let path = "/" + (parts + [name[...]]).joined(separator: "/")
      if HostKind(of: path) != nil { return path }
      guard parts.popLast() != nil else { return nil }
    }
  }
}

private var processVariables: [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    if case (let name, let value?) = unsafe String(cString: text).splitOnce(at: "=") {
      variables[name] = value
    }
    unsafe entry += 1
  }
  return variables
}

private var workingFolder: String {
  guard let buffer = unsafe getcwd(nil, 0) else { return "/" }
  defer { unsafe free(buffer) }
  return unsafe String(cString: buffer)
}

/// What kind of thing a host path names.
enum HostKind {
  case file, folder, other

  /// nil if there is nothing, or it cannot be looked at.
  ///
  /// - Parameter followsLinks: Whether what a link leads to counts, or the link itself.
  init?(of path: String, followsLinks: Bool = true) {
    var status = stat()
    let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

extension HostFile {
  /// The bytes of a file that the user names.
  ///
  /// - Parameters:
  ///   - what: What it is to be, such as `the scenario`.
  ///   - limit: How many bytes it may have.
  /// - Throws: A sentence, if it cannot be read, is no file, or is too large.
  static func input(_ what: String, _ path: String, limit: Int) throws(Complaint) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw Complaint(.missingInput, "cannot read \(what) \(path): \(hostReason)")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Complaint(.missingInput, "cannot read \(what) \(path): it is not a file")
    }
    guard status.st_size <= limit else {
      throw Complaint(
        .badData, "\(what) \(path) has \(status.st_size) bytes, more than the \(limit) it may have")
    }
    errno = 0
    guard let bytes = readAll(descriptor, limit: limit) else {
      let reason = errno == 0 ? "it grows while it is read" : hostReason
      throw Complaint(.missingInput, "cannot read \(what) \(path): \(reason)")
    }
    return bytes
  }

  /// The first bytes of a file, fewer if it is shorter; nil if it cannot be read.
  static func start(of path: String, count: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let done = filled
      let read = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress! + done, count - done)
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { return nil }
      if read == 0 { break }
      filled += read
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// The size of a file in bytes; nil if it cannot be looked at.
  static func size(of path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes a file, over one that is there.
  static func write(_ bytes: [UInt8], to path: String) throws(Complaint) {
    let descriptor = create(path)
    guard descriptor >= 0 else {
      throw Complaint(.hostFailure, "cannot write \(path): \(hostReason)")
    }
    let isWritten = writeAll(descriptor, bytes)
    let reason = hostReason
    // Some hosts say only now that the disk is full.
    guard close(descriptor) == 0, isWritten else {
      throw Complaint(.hostFailure, "cannot write \(path): \(reason)")
    }
  }

  static func canBeRead(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

  /// The names in a folder, sorted; nil if it cannot be read.
  static func names(in path: String) -> [String]? {
    guard let folder = unsafe opendir(path) else { return nil }
    defer { unsafe _ = closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a folder that is to be written to, and those above it.
  static func makeOutputFolder(_ path: String) throws(Complaint) {
    makeFolders(path)
    let reason = hostReason
    guard HostKind(of: path) == .folder else {
      throw Complaint(.hostFailure, "cannot make the folder \(path): \(reason)")
    }
    guard unsafe access(path, W_OK | X_OK) == 0 else {
      throw Complaint(.hostFailure, "cannot write into the folder \(path): \(hostReason)")
    }
  }
}

/// How many processors of the host are ours to use.
var processorCount: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

/// The host's word for the last error.
var hostReason: String { hostWord(for: errno) }

/// The host's word for an error.
func hostWord(for code: Int32) -> String { unsafe String(cString: strerror(code)) }
