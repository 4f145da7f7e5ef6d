/// A line of input at the module's prompt, as the modules' own readline edits it: cursor and Emacs keys,
/// history, automatic indents. A plain value: keys go in, and what is to be drawn comes out.
struct LineEditor {
  /// What a key has come to, beside what it draws.
  enum Key: Equatable {
    /// Nothing more.
    case drawn
    /// The line is complete.
    case entered
    /// Ctrl-C, or one of Ctrl-A to Ctrl-E on an empty line, which are the prompt's to act on.
    case control(UInt8)
    /// The word before the cursor is to be completed.
    case tab
  }

  private enum Escape {
    case none, begun, bracket, shift3
    case digit(UInt8)
  }

  /// Where the line begins: what stands before it, and by how much it is indented.
  struct Start {
    var prompt: String
    var indent = 0
    /// Whether the line goes on with what earlier lines have begun.
    var isContinuation = false
  }

  private static let indentWidth = 4

  private(set) var text: [UInt8] = []
  private(set) var cursor = 0
  private var drawing: [UInt8] = []
  private var history = LineHistory()
  private var start = Start(prompt: "")
  private var escape = Escape.none
  private var indentIsFresh = false
  /// The last line end, of which the other half of a pair is to be ignored.
  private var lastLineEnd: UInt8?
  private let limit: Int

  /// - Parameter limit: How many bytes a line may have; what is typed beyond is ignored.
  init(limit: Int) { self.limit = limit }

  /// Takes what is to be drawn.
  mutating func takeDrawing() -> [UInt8] {
    defer { drawing = [] }
    return drawing
  }

  /// Begins a line: draws the prompt and the indent.
  mutating func begin(_ start: Start) {
    self.start = start
    text = Array(repeating: UInt8(ascii: " "), count: start.indent)
    cursor = text.count
    escape = .none
    indentIsFresh = start.indent > 0
    history.rewind()
    drawing += Array(start.prompt.utf8) + text
  }

  /// Takes a key.
  mutating func type(_ byte: UInt8) -> Key {
    switch escape {
    case .none: return plain(byte)
    case .begun:
      escape = byte == UInt8(ascii: "[") ? .bracket : byte == UInt8(ascii: "O") ? .shift3 : .none
    case .bracket where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
      escape = .digit(byte)
    case .bracket, .shift3:
      escape = .none
      follow(byte)
    case .digit(let digit):
      escape = .none
      if byte == UInt8(ascii: "~") { follow(tilde: digit) }
    }
    return .drawn
  }

  // MARK: Keys

  private mutating func plain(_ byte: UInt8) -> Key {
    let indentWasFresh = indentIsFresh
    let lineEnd = lastLineEnd
    indentIsFresh = false
    lastLineEnd = nil
    switch byte {
    case 0x01...0x05 where text.isEmpty, ASCII.ctrlC: return .control(byte)
    case ASCII.carriageReturn, ASCII.lineFeed:
      guard lineEnd == nil || lineEnd == byte else { break }
      lastLineEnd = byte
      return enter()
    case ASCII.tab where !indentWasFresh: return tab()
    case ASCII.space where indentWasFresh: replace(cursor - 3..<cursor, with: [])
    case ASCII.escape: escape = .begun
    case ASCII.backspace, ASCII.delete: erase()
    case 0x20...0x7E: insert([byte])
    default: command(byte)
    }
    return .drawn
  }

  /// The Emacs keys.
  private mutating func command(_ byte: UInt8) {
    switch byte {
    case 0x01: move(to: 0)
    case 0x02: move(to: max(cursor - 1, 0))
    case 0x04: replace(cursor..<min(cursor + 1, text.count), with: [])
    case 0x05: move(to: text.count)
    case 0x06: move(to: min(cursor + 1, text.count))
    case 0x0B: replace(cursor..<text.count, with: [])
    case 0x0E: recall(history.newer())
    case 0x10: recall(history.older())
    case 0x15: replace(0..<cursor, with: [])
    default: break
    }
  }

  /// The keys that end in a letter.
  private mutating func follow(_ letter: UInt8) {
    switch letter {
    case UInt8(ascii: "A"): command(0x10)
    case UInt8(ascii: "B"): command(0x0E)
    case UInt8(ascii: "C"): command(0x06)
    case UInt8(ascii: "D"): command(0x02)
    case UInt8(ascii: "H"): command(0x01)
    case UInt8(ascii: "F"): command(0x05)
    default: break
    }
  }

  /// The keys that are a number and a tilde.
  private mutating func follow(tilde digit: UInt8) {
    switch digit {
    case UInt8(ascii: "1"), UInt8(ascii: "7"): command(0x01)
    case UInt8(ascii: "4"), UInt8(ascii: "8"): command(0x05)
    case UInt8(ascii: "3"): command(0x04)
    default: break
    }
  }

  private mutating func enter() -> Key {
    drawing += ASCII.newline
    history.add(text)
    return .entered
  }

  /// After a blank, also that of an indent, a tab is four of them.
  private mutating func tab() -> Key {
    let before = cursor > 0 ? text[cursor - 1] : start.isContinuation ? ASCII.space : 0
    guard before == ASCII.space else { return .tab }
    insert(Array(repeating: ASCII.space, count: Self.indentWidth))
    return .drawn
  }

  /// Takes back a character, or an indent if nothing else stands before the cursor.
  private mutating func erase() {
    guard cursor > 0 else { return }
    let isIndent = text[..<cursor].allSatisfy { $0 == ASCII.space }
    let count = isIndent && cursor >= Self.indentWidth ? Self.indentWidth : 1
    replace(cursor - count..<cursor, with: [])
  }

  private mutating func recall(_ line: [UInt8]?) {
    if let line { replace(0..<text.count, with: line) }
  }

  // MARK: Completion

  /// Puts in what all candidates go on with after `prefix`, or shows them if there are several ways on.
  mutating func complete(_ prefix: [UInt8], with candidates: [[UInt8]]) {
    guard let first = candidates.first else { return }
    let common = candidates.dropFirst().reduce(first) { common, next in
      Array(zip(common, next).prefix { $0 == $1 }.map(\.0))
    }
    if common.count > prefix.count {
      insert(Array(common.dropFirst(prefix.count)))
    } else if candidates.count > 1 {
      drawing += Self.columns(candidates) + Array(start.prompt.utf8) + text
      back(text.count - cursor)
    }
  }

  /// Words in columns of 16 characters, four to a line, as the modules show them.
  private static func columns(_ words: [[UInt8]]) -> [UInt8] {
    let (slot, width) = (16, 64)
    var drawn: [UInt8] = []
    var used = width
    for word in words {
      var gap = (slot - used % slot) % slot
      if gap < 2 { gap += slot }
      if used + gap + word.count <= width {
        drawn += Array(repeating: ASCII.space, count: gap) + word
        used += gap + word.count
      } else {
        drawn += ASCII.newline + word
        used = word.count
      }
    }
    return drawn + ASCII.newline
  }

  // MARK: Drawing

  private mutating func insert(_ bytes: [UInt8]) { replace(cursor..<cursor, with: bytes) }

  /// Changes a part of the line and leaves the cursor behind it.
  private mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
    guard text.count - range.count + bytes.count <= limit else { return }
    let shrinks = bytes.count < range.count
    back(cursor - range.lowerBound)
    text.replaceSubrange(range, with: bytes)
    if shrinks { drawing += ASCII.eraseToEnd }
    drawing += text[range.lowerBound...]
    cursor = range.lowerBound + bytes.count
    back(text.count - cursor)
  }

  private mutating func move(to place: Int) {
    if place < cursor { back(cursor - place) } else { drawing += text[cursor..<place] }
    cursor = place
  }

  private mutating func back(_ count: Int) {
    if count <= 4 {
      drawing += Array(repeating: ASCII.backspace, count: max(count, 0))
    } else {
      drawing += Array("\u{1B}[\(count)D".utf8)
    }
  }
}

/// The characters that a console acts on.
enum ASCII {
  static let ctrlA: UInt8 = 0x01
  static let ctrlB: UInt8 = 0x02
  static let ctrlC: UInt8 = 0x03
  static let ctrlD: UInt8 = 0x04
  static let ctrlE: UInt8 = 0x05
  static let backspace: UInt8 = 0x08
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let escape: UInt8 = 0x1B
  static let space: UInt8 = 0x20
  static let delete: UInt8 = 0x7F
  static let newline: [UInt8] = [carriageReturn, lineFeed]
  static let eraseToEnd = Array("\u{1B}[K".utf8)
}
