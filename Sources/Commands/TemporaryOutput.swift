import Glibc

/// A file without a name that collects what a child prints.
struct TemporaryOutput: ~Copyable {
  let descriptor: Int32

  init() throws(Complaint) {
    var template = Array("/tmp/qpyemu-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw Complaint(.hostFailure, "cannot make a temporary file: \(hostReason)")
    }
    unsafe unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// What was printed so far, of much only the last 64 KiB.
  var text: String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let end = lseek(descriptor, 0, SEEK_END)
    let count = unsafe pread(descriptor, &bytes, bytes.count, max(end - bytes.count, 0))
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
