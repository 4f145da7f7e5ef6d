import Testing

/// Answers that are not as Docs/device-calls.md describes them. `stub.instead` has the device send a frame in place of its next
/// answer to a call.
@Suite(.serialized) struct MalformedTests {
  struct Answer: CustomTestStringConvertible, Sendable {
    let what: String
    /// The frame, in Python.
    let frame: String
    var call = "stub.echo"
    /// What makes the call.
    var trigger = "stub.echo(bytearray(2))"
    var testDescription: String { what }
  }

  static let answers: [Answer] = [
    Answer(what: "shorter than its header", frame: #"number(23) + frame(b'N')[4:]"#),
    Answer(what: "longer than frames may be", frame: #"number(1048577) + frame(b'N')[4:]"#),
    Answer(what: "bytes after the frame", frame: #"frame(b'N') + b'N'"#),
    Answer(what: "no value", frame: #"frame(b'')"#),
    Answer(what: "two values", frame: #"frame(b'NN')"#),
    Answer(what: "an unknown kind", frame: #"frame(b'N', kind=3)"#),
    Answer(what: "an unknown tag", frame: #"frame(b'q')"#),
    Answer(what: "a function", frame: #"frame(b'f' + number(1))"#),
    Answer(what: "a number cut short", frame: #"frame(b'i' + bytes(7))"#),
    Answer(what: "a text cut short", frame: #"frame(b's' + number(5) + b'four')"#),
    Answer(what: "a text of 4 GB", frame: #"frame(b's\xff\xff\xff\xff')"#),
    Answer(what: "a list of 4 G values", frame: #"frame(b'l\xff\xff\xff\xff')"#),
    Answer(what: "a dict without its last value", frame: #"frame(b'm' + number(1) + b'N')"#),
    Answer(
      what: "a key that is a list", frame: #"frame(b'm' + number(1) + b'l' + number(0) + b'N')"#),
    Answer(
      what: "a key with a buffer in it",
      frame: #"frame(b'm' + number(1) + b't' + number(1) + b'w' + number(0) + b'N')"#),
    Answer(what: "values nested 17 deep", frame: #"frame((b'l' + number(1)) * 17 + b'N')"#),
    Answer(
      what: "values nested 200,000 deep", frame: #"frame((b't' + number(1)) * 200000 + b'N')"#),
    Answer(what: "an object without a handle", frame: #"frame(b'o' + number(0) + b'\5Thing')"#),
    Answer(
      what: "an exception whose class is no text", frame: #"frame(b'Nt' + number(0), kind=1)"#),
    Answer(
      what: "an exception whose arguments are no tuple",
      frame: #"frame(b's' + number(1) + b'al' + number(0), kind=1)"#),
    Answer(
      what: "an exception without arguments", frame: #"frame(b's' + number(1) + b'a', kind=1)"#),
    Answer(what: "a wait without a token", frame: #"frame(bytes(12) + b'N', kind=2)"#),
    Answer(what: "a wait cut short", frame: #"frame(bytes(11), kind=2)"#),
    Answer(what: "an unknown notice", frame: #"frame(b'N\x09', notices=1)"#),
    Answer(what: "a notice too few", frame: #"frame(b'N\3' + number(1), notices=2)"#),
    Answer(
      what: "an event for a function that there is not",
      frame: #"frame(b'N\1' + number(7) + b't' + number(0), notices=1)"#),
    Answer(
      what: "an event whose arguments are no tuple",
      frame: #"frame(b'N\1' + number(1) + b'N', notices=1)"#),
    Answer(
      what: "two events at once",
      frame: #"frame(b'N' + (b'\1' + number(1) + b't' + number(0)) * 2, notices=2)"#),
    Answer(
      what: "a function freed that there is not", frame: #"frame(b'N\3' + number(7), notices=1)"#),
    Answer(
      what: "a function freed twice", frame: #"frame(b'N' + (b'\3' + number(1)) * 2, notices=2)"#),
    Answer(
      what: "a wait settled neither way", frame: #"frame(b'N\2' + number(7) + b'\2N', notices=1)"#),
    Answer(
      what: "a filling of an argument that there is not",
      frame: #"frame(b'N\4\1' + bytes(8), notices=1)"#),
    Answer(
      what: "a filling of an argument that is no buffer",
      frame: #"frame(b'N\4\0' + bytes(8), notices=1)"#, trigger: "stub.echo(1)"),
    Answer(
      what: "a filling beyond the buffer",
      frame: #"frame(b'N\4\0' + number(1) + number(2) + b'xy', notices=1)"#),
    Answer(
      what: "a filling before the buffer",
      frame: #"frame(b'N\4\0\xff\xff\xff\xff' + number(1) + b'x', notices=1)"#),
    Answer(
      what: "a description that is a tuple", frame: #"frame(b't' + number(0))"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a member whose name is no text", frame: #"frame(b'm' + number(1) + b'NN')"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a member of an unknown kind", frame: #"frame(b'l' + number(1) + text('thing'))"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a function without options",
      frame: #"frame(b'l' + number(2) + text('function') + text('f'))"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a function whose options are a text",
      frame: #"frame(b'l' + number(3) + text('function') + text('f') + text('o'))"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a class without members",
      frame: #"frame(b'l' + number(4) + text('class') + text('C') + b'NN')"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a class whose members are a list",
      frame: #"frame(b'l' + number(5) + text('class') + text('C') + b'NNl' + number(0))"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a name of 256 bytes",
      frame: #"frame(b'm' + number(1) + text('n' * 256) + b'N')"#,
      call: "module.describe", trigger: "import other"),
    Answer(
      what: "a file with the handle of another object",
      frame: #"frame(b'o' + number(thing.handle()) + b'\4File')"#, call: "file.open",
      trigger: "open('a')"),
    Answer(
      what: "a file that is a text", frame: #"frame(text('x'))"#, call: "file.open",
      trigger: "open('a')"),
    Answer(what: "no job", frame: #"frame(b'N')"#, call: "job.next", trigger: "pass"),
    Answer(
      what: "an unknown job", frame: #"frame(b't' + number(2) + text('x') + text('y'))"#,
      call: "job.next", trigger: "pass"),
    Answer(
      what: "a job without its text", frame: #"frame(b't' + number(2) + text('exec') + b'N')"#,
      call: "job.next", trigger: "pass"),
    Answer(
      what: "a wait for what has been printed",
      frame: #"frame(number(1) + bytes(8) + b'N', kind=2)"#, call: "console.write",
      trigger: "print('x' * 4097)"),
    Answer(
      what: "an exception while all threads wait",
      frame: #"frame(text('OSError') + b't' + number(0), kind=1)"#, call: "turn.idle",
      trigger: "utime.sleep(1)"),
  ]

  @Test(
    "A malformed answer ends the interpreter, which says so with exit code 6", arguments: answers,
    Width.here)
  func ends(answer: Answer, width: Width) throws {
    let run = try StubRun(
      """
      import stub, ustruct, utime
      def number(n):
          return ustruct.pack('<I', n)
      def text(s):
          return b's' + number(len(s)) + s.encode()
      def frame(body, kind=0, notices=0):
          return number(24 + len(body)) + ustruct.pack('<Q', 1000000000) + b'\\xff' * 8 + ustruct.pack('<BBH', kind, 0, notices) + body
      thing = stub.Thing()
      thing.callback(lambda n: None)
      stub.instead('\(answer.call)', \(answer.frame))
      \(answer.trigger)
      """, on: width, options: ["-h", "8000000"])
    #expect(run.errors.hasSuffix("[guest 6]\n"), "\(run.errors)")
  }

  @Test(
    "A device without heap, stack, steps or turns is refused",
    arguments: [["-h", "16383"], ["-h", "-1"], ["-t", "0"]])
  func hello(options: [String]) throws {
    #expect(try StubRun("pass", options: options).errors == "[guest 6]\n")
  }

  @Test("A frame that breaks off is a connection that is lost", arguments: Width.here)
  func brokenOff(width: Width) throws {
    let run = try StubRun(
      """
      import stub
      stub.instead('stub.echo', b'\\x40' + bytes(40))
      stub.echo(1)
      """, on: width)
    #expect(run.errors.isEmpty && run.code == 70)
  }

  @Test("A callback whose number has been freed and given again is still the one that is called")
  func numbers() throws {
    let run = try StubRun(
      """
      import _thread, stub, utime
      heard, things = [], [stub.Thing(), stub.Thing()]
      def other():
          things[0].callback(lambda n: heard.append('first'))
          things[0].call(1)
          things[0].callback(lambda n: heard.append('second'))
          things[1].callback(lambda n: heard.append('third'))
      _thread.start_new_thread(other, ())
      utime.sleep_ms(100)
      print(heard)
      """)
    #expect(run.output == "['first']\n", "\(run.errors)")
  }
}
