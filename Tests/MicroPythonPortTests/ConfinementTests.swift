import Testing

/// What the system-call filter refuses, tried through an interpreter with holes in it.
@Suite(.serialized) struct ConfinementTests {
  /// A call with its arguments as Python, by width.
  struct Refused: CustomTestStringConvertible, Sendable {
    let what: String
    let calls: [Width: String]
    var testDescription: String { what }
  }

  static let refused: [Refused] = [
    Refused(what: "open", calls: [.bits32: "5, '/etc/passwd', 0", .bits64: "2, '/etc/passwd', 0"]),
    Refused(
      what: "openat",
      calls: [.bits32: "295, -100, '/etc/passwd', 0", .bits64: "257, -100, '/etc/passwd', 0"]),
    Refused(
      what: "read of another descriptor",
      calls: [.bits32: "3, 0, bytearray(4), 4", .bits64: "0, 0, bytearray(4), 4"]),
    Refused(
      what: "write to another descriptor",
      calls: [.bits32: "4, 1, 'x', 1", .bits64: "1, 1, 'x', 1"]),
    Refused(
      what: "executable memory",
      calls: [.bits32: "192, 0, 4096, 7, 0x22, -1, 0", .bits64: "9, 0, 4096, 7, 0x22, -1"]),
    Refused(
      what: "memory of a file",
      calls: [.bits32: "192, 0, 4096, 3, 2, 3, 0", .bits64: "9, 0, 4096, 3, 2, 3"]),
    Refused(what: "old mmap", calls: [.bits32: "90, bytearray(24)"]),
    Refused(
      what: "mprotect",
      calls: [.bits32: "125, 0x10000000, 4096, 7", .bits64: "10, 0x10000000, 4096, 7"]),
    Refused(what: "clone", calls: [.bits32: "120, 0, 0", .bits64: "56, 0, 0"]),
    Refused(what: "fork", calls: [.bits32: "2", .bits64: "57"]),
    Refused(
      what: "execve", calls: [.bits32: "11, '/bin/sh', 0, 0", .bits64: "59, '/bin/sh', 0, 0"]),
    Refused(
      what: "socketcall or socket",
      calls: [.bits32: "102, 1, bytearray(12)", .bits64: "41, 2, 1, 0"]),
    Refused(what: "ipc or shmget", calls: [.bits32: "117, 23, 0, 0", .bits64: "29, 0, 4096, 0"]),
    Refused(what: "kill", calls: [.bits32: "37, 1, 0", .bits64: "62, 1, 0"]),
    Refused(what: "ptrace", calls: [.bits32: "26, 0", .bits64: "101, 0"]),
    Refused(what: "prctl", calls: [.bits32: "172, 22, 0", .bits64: "157, 22, 0"]),
    Refused(
      what: "a new handler of signals",
      calls: [.bits32: "174, 31, 0, 0, 8", .bits64: "13, 31, 0, 0, 8"]),
  ]

  @Test(
    "A refused call ends the interpreter, which has told its number", arguments: refused, Width.here
  )
  func refuses(refused: Refused, width: Width) throws {
    guard let call = refused.calls[width] else { return }
    let run = try StubRun("import _debug\nprint(_debug.call(\(call)))", on: width, withHoles: true)
    #expect(run.output.isEmpty)
    let number = call.prefix { $0.isNumber }
    #expect(run.errors == "[refused \(number)]\n[guest 7]\n" && run.code == 70)
  }

  @Test("Memory can be had and given back", arguments: Width.here)
  func allows(width: Width) throws {
    let call = width == .bits32 ? "192, 0, 4096, 3, 0x22, -1, 0" : "9, 0, 4096, 3, 0x22, -1"
    let run = try StubRun(
      "import _debug\nprint(_debug.call(\(call)) != -1)", on: width, withHoles: true)
    #expect(run.output == "True\n" && run.code == 0, "\(run.errors)")
  }

  @Test(
    "The kernel ends what calls by another architecture's door or numbers",
    arguments: [
      "_debug.old_call(20)", "_debug.call(0x40000000 + 39)",
    ])
  func otherDoors(call: String) throws {
    guard Width.here.contains(.bits64) else { return }
    let run = try StubRun("import _debug\n\(call)", on: .bits64, withHoles: true)
    #expect(run.errors == "[signal 31]\n")
  }

  @Test("The connection is the only descriptor that is open", arguments: Width.here)
  func descriptors(width: Width) throws {
    let run = try StubRun("pass", on: width, options: ["-d"])
    #expect(run.errors == "[open 3]\n[done 0]\n")
  }

  @Test("The program for scripts has no holes", arguments: Width.here)
  func noHoles(width: Width) throws {
    #expect(try StubRun("import _debug", on: width).code == 1)
  }
}
