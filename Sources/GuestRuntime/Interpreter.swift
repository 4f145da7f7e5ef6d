import Glibc

/// The script interpreter: MicroPython's unix port.
package struct Interpreter: Equatable, Sendable {
  /// The program, and what has to stand before the interpreter's own arguments.
  package let command: [String]

  /// An interpreter cannot be had, in a sentence that says what to do.
  package struct Missing: Error, Equatable, Sendable {
    package let message: String
  }

  /// Finds it: `QPYEMU_INTERPRETER` (a program, or a folder as `Scripts/qpyemu` makes it), else
  /// `micropython` on the path, else that folder in the user's cache.
  package static func find(
    environment: (String) -> String? = Interpreter.environment
  ) throws(Missing) -> Interpreter {
    guard HostFile.exists(interruptGuard) else {
      throw Missing(
        message: "\(interruptGuard) is missing; it belongs beside the program, and "
          + "./Scripts/qpyemu builds both")
    }
    if let named = environment("QPYEMU_INTERPRETER") {
      guard let found = Interpreter(at: named) else {
        throw Missing(
          message: "QPYEMU_INTERPRETER names \(named), which is neither a program nor a folder "
            + "that holds micropython, loader and lib")
      }
      return found
    }
    if let program = HostFile.program(named: "micropython", onPath: environment("PATH")) {
      return Interpreter(command: [program])
    }
    let cache =
      environment("XDG_CACHE_HOME") ?? environment("HOME").map { "\($0)/.cache" } ?? "/nonexistent"
    if let found = Interpreter(at: "\(cache)/qpyemu/interpreter") { return found }
    throw Missing(
      message: "no MicroPython interpreter: run ./Scripts/qpyemu, which installs it, or set "
        + "QPYEMU_INTERPRETER to one")
  }

  /// The library that goes into every interpreter, so that Ctrl-C cannot do it harm
  /// (`Sources/InterruptGuard`).
  static let interruptGuard = "\(HostFile.ownFolder)/libInterruptGuard.so"

  private init(command: [String]) { self.command = command }

  /// A program, or a folder with the program and a C library of its own.
  private init?(at path: String) {
    if HostFile.isProgram("\(path)/micropython") && HostFile.isProgram("\(path)/loader") {
      command = ["\(path)/loader", "--library-path", "\(path)/lib", "\(path)/micropython"]
    } else if HostFile.isProgram(path) {
      command = [path]
    } else {
      return nil
    }
  }

  /// A variable of the host's environment; an empty one counts as unset.
  package static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The command line that runs `kernel` with a heap of so many bytes of module memory.
  func commandLine(kernel: String, endpoint: String, script: String, heapBytes: Int) -> [String] {
    // The kernel goes into the program's text, since an argument may have 255 bytes at most. It runs
    // in a namespace of its own, so that `__main__` is left to the script.
    let stub = """
      import sys
      try:
       exec(compile(\(Self.literal(kernel)),"kernel.py","exec"),{"__name__":"kernel",\
      "main_names":globals(),"endpoint":\(Self.literal(endpoint)),"script":\(Self.literal(script))})
      except KeyboardInterrupt:
       raise SystemExit(130)
      """
    return command + ["-X", Self.heapOption(bytes: heapBytes), "-c", stub]
  }

  /// The value of `-X` for a heap of so many bytes of module memory.
  ///
  /// The interpreter's words are twice as long as the module's; `heapsize=…w` makes the heap hold the
  /// same number of them. The kernel's own objects get room beside it.
  package static func heapOption(bytes: Int) -> String {
    "heapsize=\((bytes + kernelHeapBytes) / 1024)wk"
  }

  /// A text as Python would spell it.
  private static func literal(_ text: String) -> String {
    var literal: [UInt8] = [UInt8(ascii: "'")]
    literal.reserveCapacity(text.utf8.count * 17 / 16)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "'"): literal += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): literal += "\\n".utf8
      case UInt8(ascii: "\r"): literal += "\\r".utf8
      default: literal.append(byte)
      }
    }
    literal.append(UInt8(ascii: "'"))
    return String(decoding: literal, as: UTF8.self)
  }

  /// Module memory that the kernel and the boot names take, as measured: with it, `gc.mem_free()` of an
  /// empty script is twice the heap of the model.
  private static let kernelHeapBytes = 28 * 1024
}
