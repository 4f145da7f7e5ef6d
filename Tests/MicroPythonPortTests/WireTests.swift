import Testing

/// What a guest says and understands of Docs/device-calls.md.
@Suite(.serialized) struct WireTests {
  @Test("Values come back as they went", arguments: Width.here)
  func values(width: Width) throws {
    let run = try StubRun(
      """
      from stub import echo
      for value in (None, True, False, 5, -1, 1 << 62, -(1 << 63), 1.5, 'a\\0b', b'\\xff', (1, [2, {'k': b'v'}]), [], {}):
          assert echo(value) == value and type(echo(value)) is type(value), value
      print(echo(bytearray(b'xy')), echo(memoryview(b'ab')), echo(object()), echo(print))
      for value in (1 << 63, -(1 << 63) - 1):
          try:
              echo(value)
          except OverflowError as error:
              print(error)
      deep = []
      for i in range(30):
          deep = [deep]
      try:
          echo(deep)
      except ValueError as error:
          print(error)
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "bytearray(b'xy') b'ab' object function",
        "overflow converting long int to machine word",
        "overflow converting long int to machine word",
        "argument too long",
      ])
  }

  @Test(
    "Exceptions keep their class and arguments, and unknown ones are RuntimeError",
    arguments: Width.here)
  func exceptions(width: Width) throws {
    let run = try StubRun(
      """
      import stub
      for arguments in (('ValueError', 'bad'), ('OSError', 2), ('Nonsense', 'x')):
          try:
              stub.fail(*arguments)
          except Exception as error:
              print(repr(error), error)
      """, on: width)
    #expect(
      run.lines == [
        "ValueError('bad',) bad", "OSError(2,) [Errno 2] ENOENT", "RuntimeError('x',) x",
      ])
  }

  @Test("Keywords, buffers to fill, iterators, constants and places go over")
  func calls() throws {
    let run = try StubRun(
      """
      import stub, written
      print(stub.keywords(a=1, b='x'), stub.ANSWER, stub.NAME, stub.PAIR)
      buffer = bytearray(5)
      print(stub.fill(buffer), buffer, list(stub.items()), 0 < stub.room() < 524288)
      print(stub.where())
      print(written.value, written.where(), stub, stub.echo)
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "{'a': 1, 'b': 'x'} 42 stub (1, 'b')",
        "3 bytearray(b'\\x00abc\\x00') [1, 2] True",
        "('main.py', 5, 0)",
        "43 ('written.py', 4, 0) <module 'stub'> <function>",
      ])
  }

  @Test("Objects of the device look and behave as those of a module")
  func objects() throws {
    let run = try StubRun(
      """
      import stub, onlyClass
      thing = stub.Thing()
      print(thing, onlyClass('x'), thing.handle(), stub.Thing.LIMIT, stub.Thing(-1))
      print(stub.Thing(7) is stub.Thing(7), stub.echo(thing) is thing)
      class Mine(stub.Thing):
          pass
      print(Mine().handle() > 0, sorted(name for name in dir(thing) if name[0] != '_'))
      for attempt in ('thing.x = 1', 'stub.x = 1', '{thing: 1}', '{stub: 1}', 'stub.Thing.handle(5)', 'stub.Thing.handle(Mine())'):
          try:
              exec(attempt)
          except Exception as error:
              print(repr(error))
      print(stub.Thing.handle(), repr(Mine())[:13])
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "<Thing> only  1 7 -1", "True True",
        "True ['LIMIT', 'call', 'callback', 'count', 'handle']",
        "AttributeError(\"'Thing' object has no attribute 'x'\",)",
        "AttributeError(\"'module' object has no attribute 'x'\",)",
        "TypeError(\"unsupported type for __hash__: 'Thing'\",)",
        "TypeError(\"unsupported type for __hash__: 'module'\",)",
        "TypeError('argument has wrong type',)", "TypeError('argument has wrong type',)",
        "0 <Mine object ",
      ])
  }

  @Test(
    "An exception that cannot be printed loses its text and nothing else", arguments: Width.here)
  func unprintable(width: Width) throws {
    let mute = """
      class Mute:
          def __repr__(self):
              return 1 // 0
          __str__ = __repr__

      """
    let run = try StubRun(
      mute + """
        import _thread, stub, utime
        heard = []
        def fail(n):
            heard.append(n)
            raise ValueError(Mute())
        stub.alarm(1000000, 5000000, fail)
        _thread.start_new_thread(fail, (0,))
        utime.sleep_ms(50)
        print(len(heard) > 5)
        raise SystemExit(Mute())
        """, on: width)
    #expect(run.code == 1 && run.errors.hasSuffix("\n[exited 1]\n"), "\(run.errors)")
    #expect(run.lines.last == "True")
    let raised = try StubRun(mute + "raise ValueError(Mute())", on: width)
    #expect(raised.errors.hasSuffix("ValueError: \n[raised 0]\n"), "\(raised.errors)")
  }

  @Test(
    "Objects without a device's object in them, and too many arguments, are refused",
    arguments: Width.here)
  func oddObjects(width: Width) throws {
    let run = try StubRun(
      """
      import stub
      class Mine(stub.Thing):
          def __init__(self, *arguments):
              print(stub.echo(self))
              super().__init__(*arguments)
      print(stub.echo(Mine(-1)), stub.echo(Mine()))
      file = open('main.py')
      file.__del__()
      for attempt in ('file.read()', 'stub.echo(*range(300))', 'stub.keywords(**{str(i): i for i in range(300)})', 'stub.Thing(0)'):
          try:
              eval(attempt)
          except Exception as error:
              print(repr(error))
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "Mine", "Mine", "Mine <Thing>", "OSError(9,)", "ValueError('argument too long',)",
        "ValueError('argument too long',)", "RuntimeError('no class onlyClass',)",
      ])
  }

  @Test(
    "An object that nobody holds is dropped at the next collection, also with a callback that holds it"
  )
  func drops() throws {
    let run = try StubRun(
      """
      import stub, gc
      def make(count):
          for i in range(count):
              thing = stub.Thing()
              thing.callback(lambda n: thing)
      def clear():
          return [0] * 50
      make(100)
      clear()
      gc.collect()
      dropped, freed, functions, names = stub.info()
      print(dropped >= 98, freed >= 98, functions <= 2)
      """)
    #expect(run.lines == ["True True True"], "\(run.output) \(run.errors)")
  }

  @Test("A class's own __del__ is a call if the script makes it, and none if the collector does")
  func deletion() throws {
    let run = try StubRun(
      """
      import stub, gc, micropython
      gated, answer = stub.Gated(), None
      micropython.heap_lock()
      answer = gated.__del__()
      micropython.heap_unlock()
      print(answer, gated.__del__(), stub.info()[0])
      class Mine(stub.Gated):
          pass
      def make(count):
          for i in range(count):
              stub.Gated(), Mine()
      make(50), [0] * 50
      gc.collect()
      print(stub.info()[0] >= 98)
      help(gated)
      help(stub.Thing())
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.lines.starts(with: ["1 1 0", "True"]), "\(run.output)")
    #expect(run.lines.filter { $0.contains("__del__") } == ["  __del__ -- <function>"])
  }

  static let attempt = """
    def attempt(text):
        try:
            exec(text)
        except Exception as error:
            print(repr(error))

    """

  @Test(
    "The device hears what a script looks for in vain in its modules and objects",
    arguments: Width.here)
  func lacks(width: Width) throws {
    let run = try StubRun(
      Self.attempt + """
        import stub, usys, utime, uerrno
        class Mine(stub.Thing):
            pass
        for text in ('stub.none', 'utime.clock', 'usys.exc_info()', 'uerrno.NONE', 'stub.Thing().play()',
            'from utime import sleepy', 'Mine().stop'):
            attempt(text)
        """, on: width)
    #expect(
      run.errors == """
        [lacks stub none]
        [lacks utime clock]
        [lacks usys exc_info]
        [lacks uerrno NONE]
        [lacks stub.Thing play]
        [lacks utime sleepy]
        [lacks stub.Thing stop]
        [done 0]

        """)
    #expect(
      run.lines == [
        "AttributeError(\"'module' object has no attribute 'none'\",)",
        "AttributeError(\"'module' object has no attribute 'clock'\",)",
        "AttributeError(\"'module' object has no attribute 'exc_info'\",)",
        "AttributeError(\"'module' object has no attribute 'NONE'\",)",
        "AttributeError(\"'Thing' object has no attribute 'play'\",)",
        "ImportError(\"can't import name sleepy\",)",
        "AttributeError(\"'Mine' object has no attribute 'stop'\",)",
      ])
  }

  @Test("It hears nothing of what is there, hidden, stored, listed, asked for, or a script's own")
  func noLacks() throws {
    let run = try StubRun(
      Self.attempt + """
        import stub, __main__, own, written
        class Mixin:
            def mixed(self):
                return 2
        class Mine(stub.Thing, Mixin):
            @property
            def three(self):
                return 3
            def go(self):
                self.own = 1
                return self.own + self.three + self.mixed()
            def __getattr__(self, name):
                return name
        thing = stub.Thing()
        print(Mine().go(), Mine().any, hasattr(stub, 'none'), getattr(thing, 'none', 0), thing.handle() > 0, len(dir(stub)) > 9, len(dir(thing)) > 5, len(dir(own)) > 2)
        for text in ('stub._none', 'thing._none', 'stub.none = 1', 'thing.none = 1', '__main__.none', 'own.none', 'written.none', 'stub.Thing.none'):
            attempt(text)
        attempt('stub.heard')
        """, files: ["own.py": "pass"])
    #expect(run.lines.first == "6 any False 0 True True True True")
    #expect(run.lines.count == 10, "\(run.output)")
    #expect(run.errors == "[lacks stub heard]\n[done 0]\n")
    let names = try StubRun("stub.nothing.x", options: ["-j", "complete"])
    #expect(names.errors == "[names 0]\n")
  }

  @Test("It hears which modules there are none of, and of a thread that there is no room for")
  func refusals() throws {
    let run = try StubRun(
      Self.attempt + """
        import _thread
        for text in ('import none', 'from none.part import x', 'import own.none', 'raise ImportError("no module named \\'x\\'")'):
            attempt(text)
        lock = _thread.allocate_lock()
        lock.acquire()
        for i in range(17):
            attempt('_thread.start_new_thread(lock.acquire, ())')
        for i in range(16):
            lock.release()
        """, files: ["own.py": "pass"])
    #expect(
      run.errors.hasPrefix("[absent none]\n[absent none]\n[absent own.none]\n[thread refused]\n"),
      "\(run.errors)")
    #expect(run.lines.last == "OSError(\"can't create thread\",)")
  }

  @Test("A hundred thousand replaced callbacks leave the heap as it was, and the device knows one")
  func replacedCallbacks() throws {
    let run = try StubRun(
      """
      import stub, gc
      thing = stub.Thing()
      def replace(count):
          for i in range(count):
              thing.callback(lambda n: None)
      replace(10)
      gc.collect()
      before = gc.mem_alloc()
      replace(20000)
      gc.collect()
      print(abs(gc.mem_alloc() - before) < 256, stub.info()[2])
      thing.callback(None)
      print(stub.info()[2])
      """)
    #expect(run.lines == ["True 1", "0"])
  }

  @Test("Waits end when they are settled, or at their time; callbacks run while a script sleeps")
  func waits() throws {
    let run = try StubRun(
      """
      import stub, utime
      begin = utime.ticks_ms()
      print(stub.wait(5000000, -1), stub.wait(5000000, 1000000), utime.ticks_diff(utime.ticks_ms(), begin))
      heard = []
      stub.alarm(3000000, 0, lambda n: heard.append(utime.ticks_ms()))
      begin = utime.ticks_ms()
      utime.sleep(2)
      print(heard[0] - begin, utime.ticks_ms() - begin)
      def other(n):
          heard.append(n)
          utime.sleep_ms(10)
          1 // 0
      for i in range(3):
          stub.alarm(1000000, 0, other)
      utime.sleep_ms(100)
      print(heard[1:])
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.lines[0] == "42 False 8")
    #expect(run.lines[1] == "3 2000")
    #expect(run.lines.contains("ZeroDivisionError: divide by zero"))
    #expect(run.lines.last == "[1, 1, 1]")
  }

  @Test("Files read ahead, seek, and close when they are forgotten")
  func files() throws {
    let run = try StubRun(
      """
      import gc, stub
      with open('a.txt', 'w') as file:
          print(file.write('one\\ntwo\\nthree'))
      with open('a.txt') as file:
          print(file.readline(), file.tell(), file.read(2), file.readlines(), file.seek(1), file.read())
      with open('a.txt', 'rb') as file:
          buffer = bytearray(4)
          print(file.readinto(buffer), buffer, file)
      try:
          file.read()
      except OSError as error:
          print(error)
      def forget():
          open('a.txt')
      forget(), [0] * 50
      gc.collect()
      print(stub.info()[0], open)
      for attempt in ("open('none')", "open(5)", "open('a.txt', mode='r', x=1)"):
          try:
              eval(attempt)
          except Exception as error:
              print(repr(error))
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "13", "one", " 4 tw ['o\\n', 'three'] 1 ne", "two", "three",
        "4 bytearray(b'one\\n') <io.FileIO>", "[Errno 9] EBADF", "4 <function>",
        "OSError(2,)", "TypeError(\"can't convert 'int' object to str implicitly\",)",
        "TypeError('extra keyword arguments given',)",
      ])
  }

  @Test("A job ends as its report says")
  func reports() throws {
    func end(_ script: String, _ options: [String] = []) throws -> String {
      let run = try StubRun(script, options: options)
      return "\(run.code) \(run.errors)"
    }
    #expect(try end("pass") == "0 [done 0]\n")
    #expect(try end("import usys\nusys.exit(7)") == "7 [exited 7]\n")
    #expect(try end("raise SystemExit('why')") == "1 why\n[exited 1]\n")
    #expect(
      try end("def f():\n    1 // 0\nf()")
        == "1 Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n"
        + "  File \"main.py\", line 2, in f\nZeroDivisionError: divide by zero\n[raised 0]\n")
    #expect(try end("5 +", ["-j", "exec"]).hasSuffix("SyntaxError: invalid syntax\n[raised 0]\n"))
    #expect(try StubRun("1 + 1", options: ["-j", "single"]).output == "2\n")
    #expect(try end("import ujso", ["-j", "complete"]) == "0 ujson\n[names 0]\n")
    #expect(try end("gc.mem_", ["-j", "complete"]) == "0 mem_alloc\nmem_free\n[names 0]\n")
  }

  @Test(
    "Ctrl-C ends what computes, sleeps or waits for a lock",
    arguments: [
      "while True:\n    pass", "import utime\nutime.sleep(100)",
      "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\nlock.acquire()",
      "import stub\nstub.wait(100000000000, -1)",
    ])
  func interrupt(script: String) throws {
    let run = try StubRun(script, options: ["-c", "50"])
    #expect(
      run.code == 130 && run.errors.hasSuffix("KeyboardInterrupt: \n[interrupted 130]\n"),
      "\(run.errors)")
  }

  @Test("The console is read by line, by byte and by input")
  func console() throws {
    let run = try StubRun(
      "import usys\nprint(input('> '), usys.stdin)\n", input: "typed\n")
    #expect(run.output == "> typed <io.TextIOWrapper 0>\n")
  }

  @Test("Text is told apart from bytes, in the order in which they are printed")
  func kinds() throws {
    let run = try StubRun(
      """
      import usys
      print('a')
      usys.stdout.buffer.write(b'b\\nc\\n')
      usys.stdout.write('d\\n')
      1 // 0
      """, options: ["-r"])
    #expect(run.output == "a\r\nb\nc\nd\r\n")
  }

  @Test("Help shows a module's members without addresses, and the modules of both sides")
  func help() throws {
    let run = try StubRun("import stub\nhelp(gc)\nhelp(stub.Thing())\nhelp('modules')\n")
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines.starts(with: [
        "object <module 'gc'> is of type module", "  __name__ -- gc", "  collect -- <function>",
      ]))
    #expect(run.lines.contains("object <Thing> is of type Thing"))
    #expect(run.output.contains("stub") && run.output.contains("onlyClass"))
    #expect(run.lines.last == "Plus any modules on the filesystem")
  }
}
