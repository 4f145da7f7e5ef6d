import Foundation
import Testing

/// Time that is counted, threads that take turns, and the heap of a module.
@Suite(.serialized) struct TurnsTests {
  static let threads = """
    import _thread, stub, utime
    trace, done, shared = [], [], [0, 0]
    lock = _thread.allocate_lock()
    def work(n):
        x = n
        for i in range(600):
            v = shared[0]
            x = (x * 1103515245 + 12345) & 0x3fffffff
            shared[1] = (shared[1] * 31 + x) & 0x3fffffff
            shared[0] = v + 1
            if i % 100 == 0:
                with lock:
                    utime.sleep_ms(n)
                trace.append(n * 1000 + i)
        done.append(n)
    def tick(n):
        trace.append(-n)
    stub.alarm(900000, 1300000, tick)
    for i in range(4):
        _thread.start_new_thread(work, (i,))
    spins = 0
    while len(done) < 4:
        spins += 1
    try:
        print(lock.acquire(1, 0.5), lock.acquire(1, 0.25), utime.ticks_ms())
        while True:
            spins += 1
    except KeyboardInterrupt:
        print(shared, done, trace, spins, stub.steps(), stub.time())
    """

  @Test(
    "Twenty runs are the same, byte for byte, on a busy host and when they are stopped in the middle"
  )
  func same() throws {
    let busy = try (0..<2).map { _ in
      try Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", "while :; do :; done"])
    }
    defer { for process in busy { kill(process.processIdentifier, SIGKILL) } }
    let options = ["-c", "900", "-s"]
    let first = try StubRun(Self.threads, options: options)
    #expect(first.code == 0 && first.lines.count == 2, "\(first.errors)")
    for _ in 1..<20 {
      let again = try StubRun(Self.threads, options: options + ["-p", "5"])
      #expect(again.output == first.output)
      #expect(again.errors == first.errors)
    }
    // Signals for attention change nothing either, but for the ticks that they ask for.
    #expect(try StubRun(Self.threads, options: options + ["-i", "20"]).output == first.output)
  }

  @Test("Both widths take the same steps", arguments: Width.here)
  func widths(width: Width) throws {
    let run = try StubRun(Self.threads, on: width, options: ["-c", "900", "-s"])
    let first = try StubRun(Self.threads, options: ["-c", "900", "-s"])
    #expect(run.output == first.output && run.errors == first.errors)
  }

  @Test("Four threads of 60,000 unlocked increments give 240,000", arguments: Width.here)
  func increments(width: Width) throws {
    let run = try StubRun(
      """
      import _thread
      n, done = [0], []
      def work():
          for i in range(60000):
              n[0] += 1
          done.append(1)
      for i in range(4):
          _thread.start_new_thread(work, ())
      while len(done) < 4:
          pass
      print(n)
      """, on: width)
    #expect(run.output == "[240000]\n")
  }

  @Test(
    "A thread that calls the device at each of its steps gives its turn up like any other",
    arguments: Width.here)
  func turnOfCalls(width: Width) throws {
    let run = try StubRun(
      """
      import _thread, utime
      done = []
      _thread.start_new_thread(lambda: done.append(1), ())
      while not done:
          utime.sleep(0)
      print('gone on')
      """, on: width, options: ["-c", "20"])
    #expect(run.output == "gone on\n", "\(run.errors)")
  }

  @Test("Threads are stopped, counted and told apart as on a module")
  func threadModule() throws {
    let run = try StubRun(
      """
      import _thread, utime
      running = True
      def loop():
          while running:
              utime.sleep_ms(5)
      first = _thread.start_new_thread(loop, ())
      print(_thread.get_ident(), first, _thread.threadIsRunning(first), _thread.get_heap_size())
      _thread.stop_thread(first)
      print(_thread.threadIsRunning(first), _thread.stack_size(), _thread.stack_size(16384), _thread.stack_size())
      for number in (0, 99):
          try:
              _thread.stop_thread(number)
          except ValueError as error:
              print(error)
      def selfStop():
          try:
              _thread.stop_thread(0)
          finally:
              print('unwound')
      _thread.start_new_thread(selfStop, ())
      def fail(text, mark=0):
          raise ValueError(text, mark)
      _thread.start_new_thread(fail, ('bad',), {'mark': 3})
      _thread.start_new_thread(_thread.exit, ())
      utime.sleep(1)
      count = 0
      try:
          while True:
              _thread.start_new_thread(loop, ())
              count += 1
      except OSError as error:
          print(count, error, _thread.allocate_lock())
      running = False
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines.filter {
        !$0.hasPrefix("Unhandled") && !$0.hasPrefix("  File") && !$0.hasPrefix("Trace")
      } == [
        "0 1 True 2199424", "False 8448 0 16384", "Deleting the main thread is not allowed!",
        "No thread with thread id 99 was found!", "ValueError: ('bad', 3)",
        "16 can't create thread <lock>",
      ])
  }

  @Test(
    "Endless recursion in Python or in C is RuntimeError in every thread", arguments: Width.here)
  func recursion(width: Width) throws {
    let run = try StubRun(
      """
      import _thread, utime, ure, ujson
      def down(n):
          return down(n + 1)
      def nested(kind):
          a = kind()
          for i in range(20000):
              a = kind((a,))
          return a
      def key(x):
          return sorted([1, 2], key=key)
      class Getter:
          def __getattr__(self, name):
              return getattr(self, name + 'x')
      attempts = (lambda: down(0), lambda: repr(nested(list)), lambda: ujson.dumps(nested(list)), lambda: hash(nested(tuple)),
          lambda: nested(list) == nested(list), lambda: ure.match('(a*)*b', 'a' * 5000),
          lambda: sorted([1, 2], key=key), lambda: Getter().x)
      def attempt(f):
          try:
              f()
              results.append('no end')
          except RuntimeError as error:
              results.append(str(error))
      for f in attempts:
          results = []
          attempt(f)
          _thread.start_new_thread(attempt, (f,))
          while len(results) < 2:
              utime.sleep_ms(1)
          print(results[0] == results[1] == 'maximum recursion depth exceeded')
      """, on: width, options: ["-h", "4000000"])
    #expect(run.lines == Array(repeating: "True", count: 8), "\(run.output) \(run.errors)")
  }

  @Test(
    "The heap of 32 bits is a module's: what is free and used after the boot, and how many buffers fit"
  )
  func heap() throws {
    let figures = try StubRun(
      "gc.collect()\nprint(gc.mem_free(), gc.mem_alloc())", on: .bits32,
      options: ["-u", "18576", "-j", "exec"])
    let numbers = figures.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(numbers.count == 2, "\(figures.errors)")
    #expect(abs(numbers[0] - 493_760) <= 493_760 / 50)
    #expect(abs(numbers[1] - 18_576) <= 18_576 / 50)
    let buffers = try StubRun(
      """
      keep = []
      try:
          while True:
              keep.append(bytearray(4096))
      except MemoryError:
          print(len(keep))
      """, on: .bits32, options: ["-u", "18576"])
    #expect((112...126).contains(Int(buffers.lines.first ?? "") ?? 0), "\(buffers.output)")
  }

  @Test(
    "Mathematics is the same on both widths, and with the processor's newer instructions hidden from the C library"
  )
  func mathematics() throws {
    let script = """
      import math, ustruct, uhashlib
      digest, x, count = uhashlib.sha256(), 12345, 0
      def add(value):
          global count
          digest.update(ustruct.pack('<d', value))
          digest.update(repr(value))
          count += 1
      for i in range(5000):
          x = (x * 1103515245 + 12345) & 0x7fffffff
          a = (x - 0x40000000) / 65536.0 / (i % 97 + 1)
          x = (x * 1103515245 + 12345) & 0x7fffffff
          b = (x + 1) / 1000003.0
          for value in (a + b, a - b, a * b, a / b, abs(a) ** (b / 1000), math.sin(a), math.cos(b), math.exp(a / 100), math.log(b),
              math.atan2(a, b), math.sqrt(b), float(str(a)), float('%.7e' % b), int(a * 1e6) / 3, a % b, math.tan(a), math.fmod(a, b),
              math.floor(a) + 0.5, round(b, 3), (a // b)):
              add(value)
      print(count, ''.join('%02x' % c for c in digest.digest()))
      """
    let runs = try Width.here.map { try StubRun(script, on: $0).output }
    #expect(runs[0].hasPrefix("100000 "))
    #expect(Set(runs).count == 1, "\(runs)")
    setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX,-AVX512F", 1)
    defer { unsetenv("GLIBC_TUNABLES") }
    #expect(try StubRun(script, on: Width.here.last!).output == runs[0])
  }

  @Test("A script finds a module's names, and none of ours or of newer interpreters")
  func names() throws {
    let run = try StubRun(
      """
      import usys, sys, time, _uasyncio
      print(usys.implementation, usys.platform, usys.version, usys.path, usys.maxsize)
      print(usys, gc, print(open), TimeoutError, usys.modules)
      for name in ('json', 're', 'struct', 'io', 'errno', 'uasyncio', 'builtin', '_debug', 'kernel', 'vfs', 'ffi'):
          try:
              __import__(name)
              print('there is', name)
          except ImportError as error:
              pass
      print('__file__' in globals(), __name__, sorted(name for name in globals() if name[0] != '_'))
      """)
    #expect(
      run.code == 0 && run.errors.hasPrefix("[bare sys]\n[bare time]\n[absent json]\n"),
      "\(run.errors)")
    #expect(
      run.lines == [
        "(name='micropython', version=(1, 13, 0), mpy=10245) EC600N 3.4.0 [''] 2147483647",
        "<function>",
        "<module 'sys'> <module 'gc'> None <class 'TimeoutError'> {}",
        "False __main__ ['gc', 'misc', 'name', 'sys', 'time', 'ujson', 'uos', 'usys']",
      ])
  }

  @Test("The interpreter refuses to start without a device, and ends with it")
  func endings() throws {
    let process = try Process.run(URL(filePath: Width.here[0].program()), arguments: [])
    process.waitUntilExit()
    #expect(process.terminationStatus == 3)
    #expect(try StubRun("import _thread\n_thread.allocate_lock()", options: []).code == 0)
    let stuck = try StubRun(
      "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\nlock.acquire()")
    #expect(
      stuck.code == 124 && stuck.errors.hasPrefix("[nothing is left to wait for: main.py line 4]"))
  }
}
