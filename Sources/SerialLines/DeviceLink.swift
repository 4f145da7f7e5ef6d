import Glibc

/// A symbolic link at a path of the user's choice that leads to a device.
struct DeviceLink: Sendable {
  private let path: String
  private let target: String

  /// Makes it, in the place of one that leads nowhere any more.
  init(_ path: String, to target: String) throws(SerialLineError) {
    (self.path, self.target) = (path, target)
    if let old = Self.target(of: path) {
      guard old.hasPrefix("/dev/pts/"), unsafe access(path, F_OK) != 0 else {
        throw SerialLineError(
          "the link \(path) exists and leads to \(old): remove it, or name another path")
      }
      unsafe unlink(path)
    }
    guard unsafe symlink(target, path) == 0 else {
      throw SerialLineError("cannot make the link \(path): \(hostReason)")
    }
  }

  /// Removes it, unless another one has taken its place.
  func remove() {
    if Self.target(of: path) == target { unsafe unlink(path) }
  }

  private static func target(of path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }
}
