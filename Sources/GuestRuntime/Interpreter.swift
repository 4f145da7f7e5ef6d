import Glibc

/// The interpreter of scripts: a program of `Sources/MicroPythonPort`, or another guest of the wire.
package struct Interpreter: Equatable, Sendable {
  package let path: String
  /// How many bits its words have: 32, as on the modules, or 64, whose heap figures are not theirs.
  package let bits: Int

  /// An interpreter cannot be had, in a sentence that says what to do.
  package struct Missing: Error, Equatable, Sendable {
    package let message: String
  }

  /// Finds it: the program that `QPYEMU_INTERPRETER` names, else `interpreter` beside the tool.
  package static func find(
    environment: (String) -> String? = Interpreter.environment,
    beside folder: String = HostFile.ownFolder
  ) throws(Missing) -> Interpreter {
    if let named = environment("QPYEMU_INTERPRETER") {
      guard let found = Interpreter(at: named) else {
        throw Missing(
          message:
            "QPYEMU_INTERPRETER names \(named), which is no program of this machine; it is to "
            + "name an interpreter, or to be unset")
      }
      return found
    }
    let path = "\(folder)/interpreter"
    guard let found = Interpreter(at: path) else {
      throw Missing(
        message:
          "there is no interpreter at \(path): run ./Scripts/qpyemu, which builds it, or set "
          + "QPYEMU_INTERPRETER to one")
    }
    return found
  }

  /// Nil for what is no ELF program.
  private init?(at path: String) {
    guard HostFile.isProgram(path), let start = HostFile.start(of: path, count: 5),
      start.count == 5, start.starts(with: [0x7F] + Array("ELF".utf8)),
      let bits = [1: 32, 2: 64][start[4]]
    else { return nil }
    (self.path, self.bits) = (path, bits)
  }

  /// A variable of the host's environment; an empty one counts as unset.
  package static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
