import EmulatedTime
import Foundation
import Glibc
import Testing

@testable import GuestRuntime

@Suite("The module's console")
struct ConsoleTests {
  @Test("A module without a main.py greets with mount., its banner and the prompt")
  func boot() throws {
    let desk = try ConsoleDesk()
    #expect(
      try desk.shows(">>> ") == "mount.\r\nMicroPython; a module\r\n>>> ")
  }

  @Test("A statement shows its value, one that fails its traceback, and names stay")
  func statements() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    #expect(try desk.enter("x = 6") == "x = 6\r\n>>> ")
    #expect(try desk.enter("x * 7") == "x * 7\r\n42\r\n>>> ")
    #expect(
      try desk.enter("1/0")
        == "1/0\r\nTraceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\n"
        + "ZeroDivisionError: divide by zero\r\n>>> ")
    #expect(try desk.enter("print('a\\nb')") == "print('a\\nb')\r\na\r\nb\r\n>>> ")
  }

  @Test("A compound statement is indented by itself and ends with an empty line")
  func compound() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    desk.type("for i in range(2):\rif i:\rprint(i)\r\u{7F}print('all')\r\u{7F}\r")
    #expect(
      try desk.shows("\r\nall\r\n1\r\nall\r\n>>> ")
        .hasPrefix("for i in range(2):\r\n...     if i:\r\n...         print(i)"))
  }

  @Test("A tool runs code in the raw mode, and gets output and traceback apart")
  func raw() throws {
    let desk = try ConsoleDesk()
    try desk.enterRaw()
    desk.type("print(1)\u{4}")
    #expect(try desk.shows("\u{4}>") == "OK1\r\n\u{4}\u{4}>")
    desk.type("1/0\u{4}")
    #expect(try desk.shows("\u{4}>").hasPrefix("OK\u{4}Traceback"))
    desk.type("\u{2}")
    #expect(try desk.shows(">>> ") == "\r\nMicroPython; a module\r\n>>> ")
  }

  @Test("A traceback that quotes what is no text is shown, and the interpreter lives on")
  func noText() throws {
    let desk = try ConsoleDesk()
    try desk.enterRaw()
    desk.type(Array("y = 1; x".utf8) + [0xFF, ASCII.ctrlD])
    try desk.shows(
      Array("NameError: name 'x".utf8) + [0xFF] + Array("' isn't defined\r\n\u{4}>".utf8))
    desk.type("print(y)\u{4}")
    #expect(try desk.shows("\u{4}>") == "OK1\r\n\u{4}\u{4}>")
  }

  @Test("A tool sends code as a stream, and is told when there is room for more")
  func stream() throws {
    let desk = try ConsoleDesk()
    try desk.enterRaw()
    desk.type("\u{5}A\u{1}")
    try desk.shows([UInt8(ascii: "R"), 1, 128, 0, 1])
    desk.type(String(repeating: "#", count: 127) + "\nprint(2)\u{4}")
    #expect(try desk.shows("\u{4}>") == "\u{1}\u{4}2\r\n\u{4}\u{4}>")
    desk.type("\u{5}B\u{1}")
    try desk.shows([UInt8(ascii: "R"), 0])
  }

  @Test("Code that is longer than the module's memory is refused, and the next is taken")
  func tooLong() throws {
    let desk = try ConsoleDesk()
    try desk.enterRaw()
    desk.type(String(repeating: "#", count: 70_000) + "\u{4}")
    #expect(try desk.shows("\u{4}>") == "OK\u{4}MemoryError: \r\n\u{4}>")
    desk.type("\u{5}A\u{1}")
    desk.type(String(repeating: "#", count: 70_000) + "\u{4}")
    #expect(try desk.shows("\u{4}>").hasSuffix("\u{4}\u{4}MemoryError: \r\n\u{4}>"))
    desk.type("print(3)\u{4}")
    #expect(try desk.shows("\u{4}>") == "OK3\r\n\u{4}\u{4}>")
  }

  @Test(
    "Ctrl-C ends what runs, and the prompt is back",
    arguments: [
      "print('on'); \rwhile True: pass\r\r",
      "import utime; print('on'); utime.sleep(9999999)\r",
      "import sys; print('on'); sys.stdin.read(1)\r",
      "import uselect, sys; p = uselect.poll(); p.register(sys.stdin, 1); print('on'); p.poll()\r",
      "import _thread; l = _thread.allocate_lock(); l.acquire(); print('on'); l.acquire()\r",
    ])
  func interrupt(statement: String) throws {
    let desk = try ConsoleDesk(clock: HostClock())
    try desk.shows(">>> ")
    desk.type(statement)
    try desk.shows("\r\non\r\n")
    for _ in 0..<3 {
      usleep(20_000)
      desk.type("\u{3}")
    }
    try desk.shows("KeyboardInterrupt: \r\n>>> ")
    desk.type("1 + 1\r")
    try desk.shows("1 + 1\r\n2\r\n>>> ")
  }

  @Test("A hundred of Ctrl-C in a row do the module no harm")
  func manyInterrupts() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    for round in 0..<70 {
      desk.type("import sys; print('on'); sys.stdin.read(1)\r")
      try desk.shows("\r\non\r\n")
      desk.type(String(repeating: "\u{3}", count: 1 + round % 3))
      try desk.shows("KeyboardInterrupt: \r\n")
    }
    desk.type("1 + 1\r")
    try desk.shows("1 + 1\r\n2\r\n>>> ")
  }

  /// Starts a loop and presses Ctrl-C, each time a little later after its beginning.
  private func interrupt(_ loop: String, times: Int, at desk: ConsoleDesk) throws {
    for round in 0..<times {
      // One statement, so that Ctrl-C never comes between two.
      desk.type("exec(\"print('o' + 'n')\\n\(loop)\")\r")
      try desk.shows("\r\non\r\n")
      usleep(UInt32(4000 + 97 * round))
      desk.type("\u{3}")
      try desk.shows("KeyboardInterrupt: \r\n>>> ")
    }
  }

  @Test(
    "Ctrl-C leaves the heap whole, whatever the interpreter does with it",
    arguments: [
      "while True: [bytes(50) for _ in range(200)]",
      "while True: {i: str(i) for i in range(100)}",
      "while True: gc.collect()",
    ])
  func heap(loop: String) throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    try interrupt(loop, times: 50, at: desk)
    #expect(try desk.enter("len(str([0] * 1000))") == "len(str([0] * 1000))\r\n3000\r\n>>> ")
  }

  @Test("Ctrl-C beside threads that use the heap leaves them, call-backs and names alone")
  func threadsAndInterrupts() throws {
    let desk = try ConsoleDesk(clock: HostClock())
    try desk.shows(">>> ")
    _ = try desk.enter("import _thread, utime, osTimer; kept = [str(i) for i in range(100)]")
    desk.type("\u{5}def work():\r while True: [str(i) for i in range(50)]; utime.sleep_ms(1)\r")
    desk.type("for i in range(2): _thread.start_new_thread(work, ())\r\u{4}")
    try interrupt("while True: gc.collect()", times: 40, at: desk)
    desk.type("t = osTimer(); x = t.start(1, 0, lambda _: print('call' + 'ed', kept[-1]))\r")
    try desk.shows("called 99\r\n")
  }

  @Test("3,000 of Ctrl-C into a loop that takes memory, beside threads, do no harm")
  func thousandsOfInterrupts() throws {
    let desk = try ConsoleDesk(clock: HostClock())
    try desk.shows(">>> ")
    desk.type(
      """
      \u{5}import _thread, gc, utime
      kept = [str(i) for i in range(100)]
      turns = [0, 0]
      def work(n):
       while True: [str(i) for i in range(50)]; turns[n] += 1; utime.sleep_ms(1)
      for n in range(2): _thread.start_new_thread(work, (n,))
      for i in range(3000):
       try:
        print('on', i)
        while True: [bytes(50) for _ in range(200)]
       except KeyboardInterrupt: pass
      \u{4}
      """.replacingOccurrences(of: "\n", with: "\r"))
    for round in 0..<3000 {
      try desk.shows("on \(round)\r\n")
      usleep(UInt32(round % 50 * 20))
      desk.type("\u{3}")
    }
    try desk.shows(">>> ")
    desk.type(
      "\u{5}before = list(turns)\rwhile any(n == m for n, m in zip(turns, before)): utime.sleep_ms(1)\r"
    )
    desk.type("gc.collect(); print('whole', kept == [str(i) for i in range(100)])\r\u{4}")
    try desk.shows("\r\nwhole True\r\n>>> ")
  }

  @Test("A script may catch Ctrl-C as often as it likes")
  func caught() throws {
    let desk = try ConsoleDesk(clock: HostClock())
    try desk.shows(">>> ")
    desk.type("\u{5}import utime\rfor i in range(80):\r")
    // A call shows that the last one was seen; before it another one is not sent.
    desk.type(" try: utime.ticks_ms(); print('o' + 'n', i); utime.sleep(99)\r")
    desk.type(" except KeyboardInterrupt: pass\r\u{4}")
    for round in 0..<80 {
      try desk.shows("on \(round)\r\n")
      usleep(5000)
      desk.type("\u{3}")
    }
    desk.type("print(6 * 7)\r")
    try desk.shows("\r\n42\r\n>>> ")
  }

  @Test("Ctrl-D starts the interpreter anew and keeps the flash")
  func softReset() throws {
    let desk = try ConsoleDesk(files: ["/usr/main.py": "print('main')\nboot = 1\n"])
    try desk.shows("mount.\r\nmain\r\nMicroPython; a module\r\n>>> ")
    _ = try desk.enter("x = boot")
    desk.type("\u{4}")
    #expect(
      try desk.shows("MicroPython; a module\r\n>>> ")
        == "\r\nMPY: soft reboot\r\nmount.\r\nmain\r\nMicroPython; a module\r\n>>> ")
    #expect(try desk.enter("x").contains("NameError"))
  }

  @Test("In the raw mode a reset leaves main.py alone, and the mode stays")
  func rawReset() throws {
    let desk = try ConsoleDesk(files: ["/usr/main.py": "print('main')"])
    try desk.enterRaw()
    desk.type("\u{4}")
    #expect(
      try desk.shows("CTRL-B to exit\r\n>")
        == "OK\r\nMPY: soft reboot\r\nmount.\r\nraw REPL; CTRL-B to exit\r\n>")
    desk.type("raise SystemExit\u{4}")
    #expect(
      try desk.shows("CTRL-B to exit\r\n>")
        == "OK\u{4}\u{4}MPY: soft reboot\r\nmount.\r\nraw REPL; CTRL-B to exit\r\n>")
  }

  @Test("A reset of the module begins with the friendly prompt, and time goes on")
  func hardReset() throws {
    let desk = try ConsoleDesk(files: ["/usr/main.py": "print('main')"])
    try desk.enterRaw()
    desk.type("import machine; machine.reset()\u{4}")
    try desk.shows("mount.\r\nmain\r\n")
    try desk.shows(">>> ")
  }

  @Test("A script reads lines and bytes from the console, and writes bytes as they are")
  func streams() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    desk.type("x = input('name? ')\r")
    try desk.shows("\r\nname? ")
    desk.type("Anm\u{7F}na\r")
    try desk.shows("\r\n>>> ")
    #expect(try desk.enter("x").hasSuffix("'Anna'\r\n>>> "))
    desk.type("import sys; y = sys.stdin.buffer.read(4)\r")
    try desk.shows("\r\n")
    desk.type([0, 255, 13, 10])
    try desk.shows(">>> ")
    #expect(try desk.enter("y").hasSuffix("b'\\x00\\xff\\r\\n'\r\n>>> "))
    #expect(
      try desk.enter("n = sys.stdout.buffer.write(b'a\\nb') + sys.stdout.write('\\n')")
        .hasSuffix("\r\na\nb\r\n>>> "))
  }

  @Test("A call-back that rings at the prompt prints behind it")
  func callback() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    _ = try desk.enter("import osTimer; t = osTimer()")
    #expect(try desk.enter("t.start(1000, 0, lambda _: print('rung'))").hasSuffix("0\r\n>>> "))
    desk.clock.advance(by: .seconds(1))
    try desk.shows("rung\r\n")
  }

  @Test("A tab completes globals, attributes and modules")
  func completion() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    _ = try desk.enter("loudness = 5")
    desk.type("lou\t\r")
    try desk.shows("loudness\r\n5\r\n>>> ")
    desk.type("import aud\t\r")
    try desk.shows("import audio\r\n>>> ")
    desk.type("audio.Rec\t.get\t\t")
    try desk.shows("getData         getFilePath     getSize\r\n>>> audio.Record.get")
  }

  @Test("Paste mode takes a block as it is, and Ctrl-C leaves it")
  func paste() throws {
    let desk = try ConsoleDesk()
    try desk.shows(">>> ")
    desk.type("\u{5}if True:\r    print(1)\r\u{4}")
    #expect(
      try desk.shows(">>> ")
        == "\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== if True:\r\n===     print(1)\r\n=== \r\n1\r\n>>> "
    )
    desk.type("\u{5}print(2)\u{3}")
    #expect(try desk.shows("\r\n>>> ").hasSuffix("=== print(2)\r\n>>> "))
  }
}
