import Glibc

/// The script interpreter: the MicroPython port of `Sources/MicroPythonPort`, as the set-up builds it.
package struct Interpreter: Equatable, Sendable {
  /// The program.
  package let path: String
  /// How many bits its words have: 32 as on the modules, or 64.
  package let bits: Int

  /// An interpreter cannot be had, in a sentence that says what to do.
  package struct Missing: Error, Equatable, Sendable {
    package let message: String
  }

  /// Finds it: the program that `QPYEMU_INTERPRETER` names, else `interpreter` beside our own.
  package static func find(
    environment: (String) -> String? = Interpreter.environment
  ) throws(Missing) -> Interpreter {
    if let named = environment("QPYEMU_INTERPRETER") {
      guard let found = Interpreter(at: named) else {
        throw Missing(message: "QPYEMU_INTERPRETER names \(named), which is no program")
      }
      return found
    }
    let own = "\(HostFile.ownFolder)/interpreter"
    guard let found = Interpreter(at: own) else {
      throw Missing(
        message: "no interpreter: \(own) is no program; run ./Scripts/qpyemu, which builds it, or set "
          + "QPYEMU_INTERPRETER to one")
    }
    return found
  }

  /// Nil if there is no program.
  private init?(at path: String) {
    guard HostFile.isProgram(path) else { return nil }
    self.path = path
    // The fifth byte of an ELF file tells: 1 for 32 bits, 2 for 64.
    bits = HostFile.beginning(of: path, count: 5).last == 1 ? 32 : 64
  }

  /// A variable of the host's environment; an empty one counts as unset.
  package static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
