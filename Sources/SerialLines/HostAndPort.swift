/// Where a TCP port listens: `HOST:PORT`, `:PORT` or `PORT`, an IPv6 address in brackets.
package struct HostAndPort: Equatable, Sendable {
  /// The address that is this host's alone.
  static let loopback = "127.0.0.1"

  package let host: String
  package let port: UInt16

  /// Nil if it is something else.
  package init?(_ text: String) {
    let end = text.lastIndex(of: ":")
    let digits = end.map { text[text.index(after: $0)...] } ?? text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    var host = end.map { text[..<$0] } ?? ""
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(where: { ":[] /".contains($0) }) {
      return nil
    }
    self.host = host.isEmpty ? Self.loopback : String(host)
    self.port = port
  }

  init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

  /// As it is written.
  package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
