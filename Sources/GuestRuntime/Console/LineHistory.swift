/// The lines that were entered before, as the modules keep them.
struct LineHistory {
  private static let limit = 8

  /// The newest first.
  private var lines: [[UInt8]] = []
  /// The one that is shown; nil for the line that is being typed.
  private var place: Int?

  /// Keeps a line, unless it is empty or the same as the one before.
  mutating func add(_ line: [UInt8]) {
    guard !line.isEmpty, line != lines.first else { return }
    lines.insert(line, at: 0)
    if lines.count > Self.limit { lines.removeLast() }
  }

  /// Goes back to the line that is being typed.
  mutating func rewind() { place = nil }

  /// The line before the one that is shown; nil if there is none.
  mutating func older() -> [UInt8]? {
    let next = place.map { $0 + 1 } ?? 0
    guard next < lines.count else { return nil }
    place = next
    return lines[next]
  }

  /// The line after the one that is shown, an empty one after the last; nil if none is shown.
  mutating func newer() -> [UInt8]? {
    guard let shown = place else { return nil }
    place = shown > 0 ? shown - 1 : nil
    return place.map { lines[$0] } ?? []
  }
}
