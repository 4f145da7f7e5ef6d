import Foundation
import Testing

@testable import GuestRuntime

/// Which interpreter scripts get, and what is none.
struct InterpreterTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "qpyemu-interpreter-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// A file with the first bytes of a program.
  private func write(_ bytes: [UInt8], to name: String = "interpreter", mode: Int = 0o755) throws
    -> String
  {
    let path = "\(folder)/\(name)"
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data(bytes), attributes: [.posixPermissions: mode]))
    return path
  }

  private func find(_ named: String? = nil) throws(Interpreter.Missing) -> Interpreter {
    try Interpreter.find(
      environment: { $0 == "QPYEMU_INTERPRETER" ? named : nil }, beside: folder)
  }

  private func elf(_ kind: UInt8) -> [UInt8] { [0x7F] + Array("ELF".utf8) + [kind, 1, 1] }

  @Test(
    "The one beside the tool is found, with the bits of its words", arguments: [(1, 32), (2, 64)])
  func beside(kind: UInt8, bits: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write(elf(kind))
    let found = try find()
    #expect(found.path == path && found.bits == bits)
  }

  @Test("The one that the environment names goes before the one beside the tool")
  func named() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try write(elf(1))
    let other = try write(elf(2), to: "other")
    let found = try find(other)
    #expect(found.path == other && found.bits == 64)
  }

  @Test("Without one the sentence says where it belongs and what builds it")
  func missing() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let error = try #require(throws: Interpreter.Missing.self) { try find() }
    #expect(
      error.message
        == "there is no interpreter at \(folder)/interpreter: run ./Scripts/qpyemu, which builds it, "
        + "or set QPYEMU_INTERPRETER to one")
  }

  @Test(
    "What is no program of the machine is refused by its name, though there is one beside the tool",
    arguments: ["script", "short", "strange", "locked", "absent", "."])
  func noProgram(name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try write(elf(1))
    _ = try write(Array("#!/bin/sh\n".utf8), to: "script")
    _ = try write(Array(elf(1).prefix(4)), to: "short")
    _ = try write(elf(3), to: "strange")
    _ = try write(elf(1), to: "locked", mode: 0o644)
    let error = try #require(throws: Interpreter.Missing.self) {
      try find("\(folder)/\(name)")
    }
    #expect(
      error.message
        == "QPYEMU_INTERPRETER names \(folder)/\(name), which is no program of this machine; it is to "
        + "name an interpreter, or to be unset")
  }
}
