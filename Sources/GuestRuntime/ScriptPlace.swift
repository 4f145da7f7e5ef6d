/// A line of a script, where it makes a call.
package struct ScriptPlace: Equatable, Sendable, CustomStringConvertible {
  /// As the interpreter names it: the path on the module's flash, or `<stdin>` at a console.
  package let file: String
  package let line: Int

  package init(file: String, line: Int) { (self.file, self.line) = (file, line) }

  package var description: String { "\(file) line \(line)" }
}
