import Testing

@testable import GuestRuntime

@Suite("The line editor of the console")
struct LineEditorTests {
  /// What a terminal shows of a line after some keys, and where its cursor stands.
  struct Keys: CustomTestStringConvertible {
    let keys: String
    let line: String
    let cursor: Int
    var testDescription: String { keys.debugDescription }

    init(_ keys: String, _ line: String, _ cursor: Int) {
      (self.keys, self.line, self.cursor) = (keys, line, cursor)
    }
  }

  static let cases = [
    Keys("abc", "abc", 3),
    Keys("abc\u{1B}[D\u{1B}[Dx", "axbc", 2),
    Keys("abc\u{1}x", "xabc", 1),
    Keys("abc\u{1B}[H\u{1B}[3~", "bc", 0),
    Keys("abc\u{1B}[1~x\u{1B}[4~y", "xabcy", 5),
    Keys("abc\u{1B}OH\u{1B}OFd", "abcd", 4),
    Keys("abc\u{7F}\u{8}", "a", 1),
    Keys("abcdef\u{2}\u{2}\u{B}", "abcd", 4),
    Keys("abcdef\u{2}\u{2}\u{15}", "ef", 0),
    Keys("abc\u{2}\u{4}", "ab", 2),
    Keys("a\u{1B}[Xb", "ab", 2),
    Keys("a\u{0}\u{1F}é", "a", 1),
    Keys("        \u{7F}", "    ", 4),
    Keys("  \u{7F}", " ", 1),
    Keys("x = \t1", "x =     1", 9),
    Keys("\u{7F}\u{1B}[D\u{1B}[C\u{1B}[A\u{1B}[B", "", 0),
  ]

  @Test("Keys change the line as at the module's prompt", arguments: cases)
  func keys(_ keys: Keys) {
    var editor = LineEditor(limit: 100)
    editor.begin(LineEditor.Start(prompt: ">>> "))
    var screen = Screen()
    for byte in keys.keys.utf8 {
      _ = editor.type(byte)
      screen.draw(editor.takeDrawing())
    }
    #expect(String(decoding: editor.text, as: UTF8.self) == keys.line)
    #expect(editor.cursor == keys.cursor)
    #expect(screen.line == ">>> " + keys.line)
    #expect(screen.cursor == 4 + keys.cursor)
  }

  @Test("The arrows bring earlier lines back, each once, of eight at most")
  func history() {
    var editor = LineEditor(limit: 100)
    for line in ["1", "2", "2", "", "3", "4", "5", "6", "7", "8", "9"] {
      editor.begin(LineEditor.Start(prompt: ""))
      for byte in line.utf8 { _ = editor.type(byte) }
      #expect(editor.type(13) == .entered)
    }
    editor.begin(LineEditor.Start(prompt: ""))
    var seen: [String] = []
    for _ in 0..<10 {
      for byte in "\u{1B}[A".utf8 { _ = editor.type(byte) }
      seen.append(String(decoding: editor.text, as: UTF8.self))
    }
    #expect(seen == ["9", "8", "7", "6", "5", "4", "3", "2", "2", "2"])
    for byte in "\u{E}\u{E}".utf8 { _ = editor.type(byte) }
    #expect(editor.text == Array("4".utf8))
  }

  @Test("A line ends with a carriage return, a line feed or both, which is one end")
  func lineEnds() {
    var editor = LineEditor(limit: 100)
    editor.begin(LineEditor.Start(prompt: ""))
    let keys = "\r\n\n\r\r".utf8.map { editor.type($0) }
    #expect(keys == [.entered, .drawn, .entered, .drawn, .entered])
  }

  @Test("A blank after an indent that was just made leaves one blank of its last four")
  func refusedIndent() {
    var editor = LineEditor(limit: 100)
    editor.begin(LineEditor.Start(prompt: "... ", indent: 8, isContinuation: true))
    _ = editor.type(32)
    #expect(editor.text == Array("     ".utf8))
  }

  @Test("A completion puts in what all names share, or shows them in columns")
  func completion() {
    var editor = LineEditor(limit: 100)
    editor.begin(LineEditor.Start(prompt: ">>> "))
    for byte in "x.st".utf8 { _ = editor.type(byte) }
    _ = editor.takeDrawing()
    #expect(editor.type(9) == .tab)
    editor.complete(Array("st".utf8), with: [Array("start".utf8), Array("status".utf8)])
    #expect(editor.text == Array("x.sta".utf8))
    _ = editor.takeDrawing()
    editor.complete(Array("sta".utf8), with: [Array("start".utf8), Array("status".utf8)])
    #expect(
      String(decoding: editor.takeDrawing(), as: UTF8.self)
        == "\r\nstart           status\r\n>>> x.sta")
    editor.complete(Array("sta".utf8), with: [Array("start".utf8)])
    #expect(editor.text == Array("x.start".utf8))
  }

  @Test("Any bytes at all leave screen and line alike")
  func random() {
    var generator = SeededGenerator(seed: 4)
    let keys: [UInt8] =
      [1, 2, 4, 5, 6, 8, 11, 14, 16, 21, 27, 27, 91, 65, 66, 67, 68, 72, 70, 51, 126, 127, 32]
      + Array(97...110)
    for _ in 0..<300 {
      var editor = LineEditor(limit: 30)
      for line in 0..<4 {
        editor.begin(LineEditor.Start(prompt: "> ", indent: 4 * (line % 2)))
        var screen = Screen()
        screen.draw(editor.takeDrawing())
        for _ in 0..<60 {
          _ = editor.type(keys.randomElement(using: &generator)!)
          screen.draw(editor.takeDrawing())
          #expect(screen.line == "> " + String(decoding: editor.text, as: UTF8.self))
          #expect(screen.cursor == 2 + editor.cursor)
        }
        _ = editor.type(13)
        _ = editor.takeDrawing()
      }
    }
  }
}

/// One line of a terminal.
private struct Screen {
  private var cells: [UInt8] = []
  private(set) var cursor = 0

  var line: String { String(decoding: cells, as: UTF8.self) }

  mutating func draw(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      switch byte {
      case 8: cursor -= 1
      case 27:
        rest.removeFirst()
        let digits = rest.prefix { (48...57).contains($0) }
        rest.removeFirst(digits.count)
        switch rest.removeFirst() {
        case UInt8(ascii: "K"): cells.removeSubrange(cursor...)
        case UInt8(ascii: "D"): cursor -= Int(String(decoding: digits, as: UTF8.self))!
        default: break
        }
      default:
        if cursor < cells.count { cells[cursor] = byte } else { cells.append(byte) }
        cursor += 1
      }
    }
  }
}
