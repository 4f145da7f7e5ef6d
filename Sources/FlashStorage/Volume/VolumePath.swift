/// A file or directory name: bytes, UTF-8 as far as this program makes them.
struct Name: Hashable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init(string: String) { bytes = Array(string.utf8) }

  var string: String { String(decoding: bytes, as: UTF8.self) }

  var byteCount: Int { bytes.count }
}

/// A path with `.`, `..` and empty components worked out.
struct VolumePath {
  /// The names from the root on; none for the root itself.
  let names: [Name]
  /// Whether the last name was also the end of the string: littlefs creates nothing at `new/`.
  let endsInName: Bool

  init(_ path: String) throws(FlashError) {
    guard !path.utf8.contains(0) else { throw .invalid }
    var names: [Name] = []
    var endsInName = false
    for component in path.utf8.split(separator: slash, omittingEmptySubsequences: false) {
      let text = String(Substring(component))
      endsInName = false
      switch text {
      case "", ".": break
      case "..": _ = names.popLast()
      default:
        names.append(Name(string: text))
        endsInName = true
      }
    }
    self.names = names
    self.endsInName = endsInName
  }
}

private let slash = UInt8(ascii: "/")
