import DeviceEmulator

/// A line of a script, as a traceback on its console names it.
package struct ScriptPlace: Equatable, Sendable, CustomStringConvertible {
  /// The path on the module's flash.
  package let file: String
  package let line: Int
  /// The innermost function; `<module>` outside of any.
  package let function: String

  package var description: String { "\(file):\(line) in \(function)" }

  /// Where the script made the call that a ``CallTrace`` has thrown out of it; nil if that is not shown.
  package init?(ofCallOn console: String) {
    let lines = console.split(separator: "\n")
    let start = GuestException.place.type + ":"
    guard let end = lines.firstIndex(where: { $0.hasPrefix(start) }) else { return nil }
    self.init(lines[..<end])
  }

  /// Where the exception came from with which the console ends; nil if it ends with none.
  package init?(ofExceptionOn console: String) {
    self.init(console.split(separator: "\n").dropLast())
  }

  /// Reads the last line, which is like `  File "/usr/main.py", line 3, in <module>`.
  private init?(_ lines: ArraySlice<Substring>) {
    let parts = (lines.last ?? "").split(separator: "\"", maxSplits: 2)
    guard parts.count == 3, parts[0] == "  File " else { return nil }
    let words = parts[2].split(separator: " ", maxSplits: 4)
    guard words.count >= 3, words[1] == "line", let line = Int(words[2].prefix { $0 != "," })
    else { return nil }
    file = String(parts[1])
    self.line = line
    function = words.count == 5 ? String(words[4]) : "<module>"
  }
}
