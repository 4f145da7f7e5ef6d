import Glibc

/// The environment of the process.
public enum HostEnvironment {
  /// The variable's value; nil if it is not set or empty.
  public static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// Reads a profile file from the host.
func readHostFile(_ path: String, limit: Int) throws(ProfileError) -> [UInt8] {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw unreadable("profile", path, errno) }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw ProfileError(.invalidFile, "the profile \(path) is not a file")
  }
  guard status.st_size <= limit else {
    throw ProfileError(
      .invalidFile,
      "the profile \(path) has \(status.st_size) bytes, more than the \(limit) it may have")
  }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16 << 10)
  while bytes.count <= limit {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    guard count >= 0 else { throw unreadable("profile", path, errno) }
    guard count > 0 else { break }
    bytes += chunk[..<count]
  }
  return bytes
}

/// The names of a host folder's entries, sorted.
func listHostFolder(_ path: String) throws(ProfileError) -> [String] {
  guard let folder = unsafe opendir(path) else { throw unreadable("profile folder", path, errno) }
  defer { unsafe _ = closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    names.append(
      unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      })
  }
  return names.sorted()
}

private func unreadable(_ what: String, _ path: String, _ code: Int32) -> ProfileError {
  ProfileError(
    .unreadable, "cannot read the \(what) \(path): \(unsafe String(cString: strerror(code)))")
}
