import EmulatedTime
import Testing

@testable import GuestRuntime

@Suite("What a module's console offers")
struct ConsoleModulesTests {
  /// A line typed, and what it shows.
  static let lines = [
    (
      "__import__('usys').implementation",
      "(name='micropython', version=(1, 13, 0), mpy=10245)"
    ),
    ("__import__('usys').version", "'3.4.0'"),
    ("uos.uname()[0]", "'sysname=EC600N-CNLC'"),
    (
      "uos.uname2()",
      "(sysname='EC600N-CNLC', nodename='EC600N', release='1.13.0', version='v1.12 on 2020-06-23', "
        + "machine='EC600N with QUECTEL', qpyver='V0001')"
    ),
    ("uos.uname2().nodename", "'EC600N'"), ("uos.uname2()[2]", "'1.13.0'"),
    ("uos.listdir('/usr')", "['system_config.json']"),
    ("open('/usr/system_config.json').read()", "'{\"replFlag\": 0}'"),
    ("uos.statvfs('/')[2]", "0"),
    ("__import__('__main__').gc is gc", "True"),
    ("misc.Power", "<class 'Power'>"), ("gc.isenabled()", "True"), ("ujson.dumps(1)", "'1'"),
  ]

  @Test("Names and identity are those of the model", arguments: lines)
  func names(line: (typed: String, shown: String)) throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    #expect(try desk.enter(line.typed) == "\(line.typed)\r\n\(line.shown)\r\n>>> ")
  }

  @Test("The calendar is set and kept through resets, and refuses days that do not exist")
  func calendar() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    _ = try desk.enter("import machine, utime; r = machine.RTC()")
    #expect(try desk.enter("r.datetime()[:5]").hasSuffix("\r\n(2025, 1, 1, 3, 8)\r\n>>> "))
    #expect(
      try desk.enter("r.datetime((2026, 2, 28, 6, 23, 59, 59, 0))").hasSuffix("\r\n0\r\n>>> "))
    #expect(
      try desk.enter("r.datetime([2026, 2, 30, 0, 0, 0, 0, 0])").hasSuffix("\r\n-1\r\n>>> "))
    #expect(try desk.enter("print(r.init(r.datetime()))").hasSuffix("\r\n0\r\n>>> "))
    _ = try desk.enter("utime.sleep(1)")
    for reset in ["\u{4}", "machine.reset()\r"] {
      desk.type(reset)
      try desk.shows("mount.\r\n")
      try desk.shows(">>> ")
      _ = try desk.enter("import machine; r = machine.RTC()")
      #expect(
        try desk.enter("r.datetime()").hasSuffix("\r\n(2026, 3, 1, 0, 0, 0, 0, 0)\r\n>>> "))
    }
  }

  @Test("help() explains the prompt, lists the modules and what an object has")
  func help() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    #expect(try desk.enter("help()").contains("Ctrl-D"))
    let modules = try desk.enter("help('modules')")
    for name in ["__main__", "audio", "machine", "ujson", "uos", "utime", "usys", "misc"] {
      #expect(modules.split { " \r\n".contains($0) }.contains(Substring(name)), "\(name)")
    }
    for name in ["vfs", "guest_os", "os", "console"] {
      #expect(!modules.split { " \r\n".contains($0) }.contains(Substring(name)), "\(name)")
    }
    #expect(modules.hasSuffix("\r\nPlus any modules on the filesystem\r\n>>> "))
    _ = try desk.enter("import audio")
    #expect(try desk.enter("help(audio.Record)").contains("getSize -- <"))
    _ = try desk.enter("import machine")
    #expect(try desk.enter("help(machine.RTC())").contains("\r\n  init -- <function>"))
    #expect(try desk.enter("help(5)").contains("object 5 is of type int\r\n"))
  }
}
