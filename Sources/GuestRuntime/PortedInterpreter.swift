import CLinux
import Glibc

/// The interpreter of scripts: a program of `Sources/MicroPythonPort`, or another guest of the wire.
package struct PortedInterpreter: Equatable, Sendable {
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
  ) throws(Missing) -> PortedInterpreter {
    if let named = environment("QPYEMU_INTERPRETER") {
      guard let found = PortedInterpreter(at: named) else {
        throw Missing(
          message:
            "QPYEMU_INTERPRETER names \(named), which is no program of this machine; it is to "
            + "name an interpreter, or to be unset")
      }
      return found
    }
    let path = "\(folder)/interpreter"
    guard let found = PortedInterpreter(at: path) else {
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

  /// Whether it begins as a guest does when it is started with a connection (`Docs/wire.md`).
  package func saysHello() -> Bool {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return false }
    defer { close(ends[0]) }
    let child = try? ChildProcess([path], connection: ends[1])
    close(ends[1])
    guard let child else { return false }
    let hasGreeted = Self.isHello(HostFile.read(ends[0], count: Self.hello.count, within: 10))
    child.signal(SIGKILL)
    _ = child.wait()
    return hasGreeted
  }

  /// The header of the first request has 36 bytes; then comes the name of what it calls.
  private static let hello = [UInt8](repeating: 0, count: 36) + [5, 0] + Array("hello".utf8)

  private static func isHello(_ request: [UInt8]) -> Bool {
    request.count == hello.count && request[36...] == hello[36...]
  }
}
