import DeviceEmulator
import Foundation
import GuestRuntime
import Testing

@Suite("Every way a run ends")
struct EndingTests {
  @Test(
    "A script's own end gives its exit code and prints what a module prints",
    arguments: [
      ("pass", 0, ""),
      ("import sys; sys.exit(7)", 7, ""),
      ("import sys; sys.exit(None)", 0, ""),
      ("import sys; sys.exit(256 + 3)", 3, ""),
      ("import sys; sys.exit('enough')", 1, "enough\n"),
      ("raise SystemExit(4)", 4, ""),
      ("import _thread; _thread.exit()", 0, ""),
      (
        "def f():\n    1 // 0\nf()", 1,
        """
        Traceback (most recent call last):
          File "/usr/main.py", line 3, in <module>
          File "/usr/main.py", line 2, in f
        ZeroDivisionError: divide by zero

        """
      ),
      (
        "open('/usr/no.txt')", 1,
        """
        Traceback (most recent call last):
          File "/usr/main.py", line 1, in <module>
        OSError: [Errno 2] ENOENT

        """
      ),
      (
        "x = = 1", 1,
        """
        Traceback (most recent call last):
          File "/usr/main.py", line 1
        SyntaxError: invalid syntax

        """
      ),
      (
        "import audio\naudio.Record(9)", 1,
        """
        Traceback (most recent call last):
          File "/usr/main.py", line 2, in <module>

        """
      ),
      ("raise KeyboardInterrupt", 130, nil),
    ] as [(String, Int32, String?)])
  func own(script: String, code: Int32, console: String?) throws {
    let run = try ScriptRun(script)
    #expect(run.ending == .exited(code))
    if let console, console.hasSuffix("<module>\n") {
      #expect(run.console.hasPrefix(console.dropLast()), "\(run.console)")
      #expect(!run.console.contains("kernel") && !run.console.contains("audio.py"))
    } else if let console {
      #expect(run.console == console)
    }
  }

  @Test(
    "A fresh script has the heap of the model, less what its boot uses",
    arguments: [
      ("EC600N", 512_336), ("EC600U", 832_448), ("EG915U", 624_320),
    ])
  func heap(profile: String, bytes: Int) throws {
    let run = try ScriptRun("gc.collect(); print(gc.mem_free())", .init(profile: profile))
    let free = try #require(run.lines.first.flatMap { Int($0) })
    let expected = bytes - 18_576
    #expect(abs(free - expected) < expected * 2 / 100, "\(free) of \(expected)")
  }

  @Test("The heap is limited: too much is MemoryError, and the script may catch it")
  func memory() throws {
    let run = try ScriptRun(
      """
      hog = []
      try:
          while True: hog.append(bytearray(10240))
      except MemoryError:
          hog.clear()
          print('caught')
      while True: hog.append(bytearray(64))
      """)
    #expect(run.ending == .exited(1))
    #expect(run.lines.first == "caught")
    // With no heap left, the interpreter cuts its own message short.
    #expect(run.lines.last?.hasPrefix("MemoryError: memory allocation") == true)
    #expect(!run.console.contains("kernel"))
  }

  /// A script that records, and reaches a state in which it is to be ended.
  static let recording = """
    import audio, utime, _thread, osTimer
    record = audio.Record()
    record.start('a.wav', 18)
    utime.sleep(2)
    lock = _thread.allocate_lock()
    def locker():
        lock.acquire()
        print('ready')
        utime.sleep(100000)
        while True: pass
    """

  @Test(
    "Ctrl-C ends a script in any state, as KeyboardInterrupt, and the recording is closed",
    arguments: [
      "print('ready')\nwhile True: pass",
      "print('ready')\nwhile True: record.isBusy()",
      "print('ready')\nwhile True: utime.sleep(1)",
      "print('ready')\nopen('/usr/x', 'w').close()\nlock.acquire(); lock.acquire()",
      "def f(_):\n    print('ready')\n    while True: pass\nosTimer().start(5, 0, f)\nwhile True: pass",
      "def f(_):\n    print('ready')\n    while True: utime.sleep(9)\nosTimer().start(5, 0, f)\nutime.sleep(9)",
      "def f():\n    print('ready')\n    while True: utime.sleep(9)\n_thread.start_new_thread(f, ())",
      "def f():\n    print('ready')\n    while True: pass\n_thread.start_new_thread(f, ())\nwhile True: utime.sleep(1)",
    ])
  func interrupt(script: String) throws {
    let run = try ScriptRun(Self.recording + "\n" + script, .init(isEndless: true)) {
      run, console in
      console.await("ready")
      usleep(30_000)
      run.interrupt()
    }
    #expect(run.ending == .interrupted)
    #expect(run.console.contains("KeyboardInterrupt"), "\(run.console)")
    #expect(!run.console.contains("kernel"), "\(run.console)")
    #expect(try #require(try run.recordedBytes("/usr/a.wav")) >= 31_000)
  }

  @Test("A script may catch KeyboardInterrupt, use the device, and end by itself")
  func caught() throws {
    let run = try ScriptRun(
      Self.recording + """

        for wait in (lambda: utime.sleep(1), lambda: None):
            pass
        try:
            print('ready')
            while True: utime.sleep(1)
        except KeyboardInterrupt:
            print('stop', record.stop())
            start = utime.ticks_ms()
            utime.sleep(1)
            print(utime.ticks_ms() - start >= 1000, record.isBusy())
        """
    ) { run, console in
      console.await("ready")
      run.interrupt()
    }
    #expect(run.ending == .interrupted)
    #expect(run.lines.suffix(1) == ["True 0"], "\(run.console)")
  }

  @Test("A script that ignores Ctrl-C is killed after two seconds")
  func ignored() throws {
    let run = try ScriptRun(
      """
      print('ready')
      while True:
          try:
              while True: pass
          except KeyboardInterrupt: pass
      """
    ) { run, console in
      console.await("ready")
      run.interrupt()
    }
    #expect(run.ending == .interrupted)
  }

  @Test("A run that takes too long is timed out, and the recording is closed")
  func timeout() throws {
    let run = try ScriptRun(
      Self.recording + "\nwhile True: pass", .init(timeout: .milliseconds(700), isEndless: true))
    #expect(run.ending == .timedOut)
    #expect(try #require(try run.recordedBytes("/usr/a.wav")) >= 31_000)
  }

  @Test(
    "An interpreter that is killed has crashed, and the recording is closed",
    arguments: [SIGKILL, SIGTERM])
  func crash(signal: Int32) throws {
    let script = "/usr/crash\(signal).py"
    let run = try ScriptRun(
      Self.recording + "\nprint('ready')\nwhile True: pass", .init(script: script, isEndless: true)
    ) { _, console in
      console.await("ready")
      for pid in Self.children(running: script) { kill(pid, signal) }
    }
    #expect(run.ending == .crashed(signal: signal))
    #expect(try #require(try run.recordedBytes("/usr/a.wav")) >= 31_000)
  }

  /// Our children that have a script on their command line.
  static func children(running script: String) -> [Int32] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.flatMap { task in
      content(of: "/proc/self/task/\(task)/children").split(separator: " ").compactMap { Int32($0) }
    }.filter { content(of: "/proc/\($0)/cmdline").contains(script) }
  }

  private static func content(of path: String) -> String {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    return String(decoding: HostFile.readAll(descriptor, limit: 1 << 20) ?? [], as: UTF8.self)
  }
}
