/// A file or directory name. Strings compare by canonical equivalence, names on flash by their bytes.
struct Name: Hashable {
  let string: String

  var byteCount: Int { string.utf8.count }

  static func == (a: Name, b: Name) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

  /// Equal bytes are equal strings, so the string's own hash serves.
  func hash(into hasher: inout Hasher) { hasher.combine(string) }
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
