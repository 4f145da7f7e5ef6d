/// Lines of Python that are typed one after the other: whether they are complete, and how the next one
/// is indented. Judged by their characters alone, as the modules do.
struct Statement {
  /// All lines so far, each but the last with its end.
  private(set) var text: [UInt8] = []
  /// What is open at its end; kept, since to look through all lines at each would take ever longer.
  private var scan = Scan()
  private var lastLine: [UInt8] = []
  /// The line before the last one.
  private var lineBefore: [UInt8]?

  private static let compounds = ["if", "while", "for", "try", "with", "def", "class", "async"]

  var isEmpty: Bool { text.isEmpty }

  mutating func add(_ line: [UInt8]) {
    if !isEmpty { lineBefore = lastLine }
    lastLine = line
    text += line
    scan.take(line)
  }

  /// Makes room for another line.
  mutating func addLineEnd() {
    text.append(ASCII.lineFeed)
    scan.take([ASCII.lineFeed])
  }

  /// Whether another line belongs to it: a bracket or a long text is open, the line is continued, or a
  /// compound statement has not been ended by an empty line.
  var isOpen: Bool {
    guard let last = text.last else { return false }
    if scan.isInLongText { return true }
    if scan.depth > 0 && !scan.isInText { return true }
    if last == UInt8(ascii: "\\") { return true }
    return isCompound && last != ASCII.lineFeed
  }

  private var isCompound: Bool {
    if text.first == UInt8(ascii: "@") { return true }
    let word = text.prefix { $0.isPartOfName }
    return Self.compounds.contains { word.elementsEqual($0.utf8) }
  }

  /// By how many blanks the next line is indented: as the last one, more after a colon, and not at all
  /// once two lines were blank.
  var nextIndent: Int {
    let isBlank = { (line: [UInt8]) in line.allSatisfy { $0 == ASCII.space } }
    if let lineBefore, isBlank(lastLine), isBlank(lineBefore) { return 0 }
    let levels = lastLine.prefix { $0 == ASCII.space }.count / 4
    return 4 * (levels + (lastLine.last == UInt8(ascii: ":") ? 1 : 0))
  }

  /// What is open at the end of a text.
  private struct Scan {
    /// How many brackets are open, of each kind.
    private var depths = [0, 0, 0]
    /// The quote that is open, three of it in a long text.
    private var quote: [UInt8] = []
    /// Bytes of what comes next that belong to what was before.
    private var ahead = 0

    var depth: Int { depths.max()! }
    var isInText: Bool { !quote.isEmpty }
    var isInLongText: Bool { quote.count == 3 }

    /// Goes on with a line, or the end of one.
    mutating func take(_ text: [UInt8]) {
      var index = ahead
      while index < text.count { index += step(text[index...]) }
      ahead = index - text.count
    }

    /// Looks at what comes next; gives how many bytes that was.
    private mutating func step(_ rest: ArraySlice<UInt8>) -> Int {
      let byte = rest.first!
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): return turn(byte, rest)
      case UInt8(ascii: "\\") where isInText: return 2
      default:
        if !isInText { count(byte) }
        return 1
      }
    }

    private mutating func turn(_ mark: UInt8, _ rest: ArraySlice<UInt8>) -> Int {
      let long = [mark, mark, mark]
      if rest.starts(with: long) && (quote.isEmpty || quote == long) {
        quote = quote.isEmpty ? long : []
        return 3
      }
      if quote.isEmpty { quote = [mark] } else if quote == [mark] { quote = [] }
      return 1
    }

    private mutating func count(_ byte: UInt8) {
      let brackets = Array("()[]{}".utf8)
      guard let place = brackets.firstIndex(of: byte) else { return }
      depths[place / 2] += place % 2 == 0 ? 1 : -1
    }
  }
}

extension UInt8 {
  /// Whether it may stand in a name of Python.
  var isPartOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
