/// A path with `.`, `..` and empty components worked out.
struct VolumePath {
  /// The names from the root on; none for the root itself.
  let names: [Name]
  /// Whether the last name was also the end of the string: littlefs creates nothing at `new/`.
  let endsInName: Bool

  init(_ names: [Name]) {
    self.names = names
    endsInName = !names.isEmpty
  }

  /// - Throws: ``FlashError/invalid`` for a NUL.
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
