import CLinux
import Glibc

/// The host refused something the runtime needs of it.
package struct HostError: Error, Equatable, Sendable {
  /// What was tried, and the host's word for why it failed.
  package let message: String

  package init(_ tried: String, code: Int32 = Glibc.errno) {
    message = unsafe "\(tried): \(String(cString: strerror(code)))"
  }
}

/// A stream socket in the host's abstract namespace, which leaves no file behind.
final class ListeningSocket: Sendable {
  /// The name that clients connect to.
  let name: String
  private let descriptor: Int32

  init() throws(HostError) {
    // Always of the same length, since a guest keeps it on its heap and the addresses of what it makes
    // afterwards must not depend on it.
    let tag = String(UInt64.random(in: 1 << 63 ... .max), radix: 16)
    name = "qpyemu-\(1_000_000_000 + Int(getpid()))-\(tag)"
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0)
    guard descriptor >= 0 else { throw HostError("cannot make a socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = [UInt8](name.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
      for (index, byte) in bytes.enumerated() { unsafe path[index + 1] = byte }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + bytes.count)
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length)
      }
    }
    guard status == 0, listen(descriptor, 32) == 0 else {
      throw HostError("cannot listen on a socket")
    }
  }

  deinit { close(descriptor) }

  /// Waits for the next client of the same user; nil once the socket is shut.
  func accept() throws(HostError) -> StreamSocket? {
    while true {
      let client = linux_accept(descriptor)
      if client < 0 {
        switch Glibc.errno {
        case EINTR, ECONNABORTED: continue
        case EINVAL: return nil
        case let reason: throw HostError("cannot take the interpreter's calls", code: reason)
        }
      }
      let socket = StreamSocket(client)
      if socket.peerUser == getuid() { return socket }
    }
  }

  /// Ends a waiting ``accept()``.
  func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// One connection. Closed when the last reference goes.
final class StreamSocket: Sendable {
  private let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  var peerUser: uid_t { linux_peer_user(descriptor) }

  /// Reads what has come, at most as much as `buffer` has room for; 0 at the end.
  func read(into buffer: inout MutableSpan<UInt8>) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 { return count }
      if Glibc.errno != EINTR { return 0 }
    }
  }

  /// Writes all of `bytes`; false if the other side is gone.
  func write(_ bytes: Span<UInt8>) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && Glibc.errno != EINTR { return false }
      done += max(count, 0)
    }
    return true
  }

  /// Ends a waiting read.
  func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
