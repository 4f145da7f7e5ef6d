import CLinux
import Glibc

/// A TCP port that listens.
struct TCPListener: Sendable {
  let descriptor: Descriptor
  /// Where it listens, with the port that the host has chosen if any would do.
  let place: HostAndPort

  init(_ place: HostAndPort) throws(SerialLineError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(place.host, String(place.port), &hints, &found)
    guard status == 0, let address = unsafe found?.pointee else {
      throw SerialLineError(
        "there is no host \(place.host): \(unsafe String(cString: gai_strerror(status)))")
    }
    defer { unsafe freeaddrinfo(found) }
    let number = unsafe socket(
      address.ai_family, address.ai_socktype | Int32(O_CLOEXEC), address.ai_protocol)
    var yes: Int32 = 1
    unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard number >= 0, unsafe bind(number, address.ai_addr, address.ai_addrlen) == 0,
      listen(number, 8) == 0
    else {
      let reason = hostReason
      if number >= 0 { close(number) }
      throw SerialLineError("cannot listen on \(place.text): \(reason)")
    }
    descriptor = Descriptor(unwaiting: number)
    self.place = HostAndPort(host: place.host, port: Self.port(of: number))
  }

  private static func port(of socket: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      let address = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      unsafe getsockname(socket, address, &length)
      // The port stands at the same place in addresses of both families, in network order.
      return unsafe UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }
  }

  /// The next client; nil if none waits.
  func accept() -> Descriptor? {
    let client = linux_accept(descriptor.number)
    guard client >= 0 else { return nil }
    var yes: Int32 = 1
    // What is typed is small, and waited for.
    unsafe setsockopt(
      client, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    // One that vanishes is not to hold the only place.
    unsafe setsockopt(
      client, SOL_SOCKET, SO_KEEPALIVE, &yes, socklen_t(MemoryLayout<Int32>.size))
    return Descriptor(unwaiting: client, isSocket: true)
  }
}
