import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import QuecPython
import Testing

/// As the vendor's firmware layer of 2021-12 answered on the host.
@Suite("A script sees the firmware's objects as native code shows them")
struct FirmwareObjectsTests {
  @Test(
    "Expressions give what the firmware layer gives",
    arguments: [
      // Arguments, one after the other: the first that does not fit decides.
      ("fails(lambda: r.gain(2**31, 'x'))", overflow),
      ("fails(lambda: r.gain('x', 2**31))", "TypeError(\"can't convert str to int\",)"),
      ("fails(lambda: r.getData(5, 1, 2**31))", overflow),
      ("fails(lambda: r.getData(5, 2**40, 'x'))", overflow),
      ("fails(lambda: r.stream_start(2**31))", overflow),
      ("fails(lambda: r.stream_start(4, 2**31, 'x'))", overflow),
      ("fails(lambda: r.stream_start('x', time=5))", "TypeError(\"can't convert str to int\",)"),
      (
        "fails(lambda: r.stream_start(4, time=5))", "TypeError(\"'samplerate' argument required\",)"
      ),
      (
        "fails(lambda: r.stream_start(4, 8000, 5, 6, foo=1))",
        "TypeError('extra positional arguments given',)"
      ),
      (
        "fails(lambda: r.stream_start(4, 8000, 5, format=4))",
        "TypeError('extra keyword arguments given',)"
      ),
      // Methods of the class.
      (
        "fails(lambda: Record.isBusy())",
        "TypeError('function takes 1 positional arguments but 0 were given',)"
      ),
      (
        "fails(lambda: Record.getData())",
        "TypeError('function takes 4 positional arguments but 0 were given',)"
      ),
      (
        "fails(lambda: Record.stream_start())",
        "TypeError('function missing 1 required positional arguments',)"
      ),
      (
        "fails(lambda: Record.amrEncDtx_enable())",
        "TypeError('function missing 1 required positional arguments',)"
      ),
      (
        "fails(lambda: Record.isBusy(x=1))",
        "TypeError(\"function doesn't take keyword arguments\",)"
      ),
      ("fails(lambda: Record.isBusy(1))", "TypeError('argument has wrong type',)"),
      ("Record.isBusy(r)", "0"),
      (
        "fails(lambda: osTimer.stop())",
        "TypeError('function takes 1 positional arguments but 0 were given',)"
      ),
      // A script's class: a method that is named by the firmware's takes only the firmware's objects.
      ("(X().isBusy(), X().start('s', 0), X().mine())", "(0, -5, 0)"),
      ("fails(lambda: Record.isBusy(X()))", "TypeError('argument has wrong type',)"),
      ("repr(X())[:10]", "'<X object '"),
      ("repr(r)", "'<Record>'"),
      ("{X(): 1} != {}", "True"),
      ("fails(lambda: len(X()))", "TypeError(\"object of type 'X' has no len()\",)"),
      // What can be hashed and compared.
      ("fails(lambda: hash(r))", "TypeError(\"unsupported type for __hash__: 'Record'\",)"),
      ("fails(lambda: {audio: 1})", "TypeError(\"unsupported type for __hash__: 'module'\",)"),
      (
        "fails(lambda: hash(r.stop))",
        "TypeError(\"unsupported type for __hash__: 'bound_method'\",)"
      ),
      ("r.stop == r.stop, r == r, bool(r)", "(False, True, True)"),
      ("len({print: 1, Record: 2, X: 3, tell: 4})", "4"),
      // Every class and function has the same words for the same mistakes.
      ("fails(lambda: audio.Audio(2**31))", overflow),
      ("fails(lambda: a.play(2**31))", overflow),
      ("fails(lambda: a.play(0, 2**31, 'x'))", overflow),
      ("fails(lambda: a.setVolume(2**31))", overflow),
      ("fails(lambda: tts.setSpeed(2**31))", overflow),
      ("fails(lambda: tts.play(2**31, 0, 2, 'x'))", overflow),
      ("fails(lambda: machine.Pin(2**31))", overflow),
      ("fails(lambda: pin.write(2**31))", overflow),
      ("fails(lambda: machine.Timer(2**31))", overflow),
      ("fails(lambda: timer.start(period=2**31))", overflow),
      ("fails(lambda: osTimer().start(2**31, 0, tell))", overflow),
      ("fails(lambda: uos.urandom(2**31))", overflow),
      (
        "fails(lambda: machine.Pin())",
        "TypeError('function missing 1 required positional arguments',)"
      ),
      (
        "fails(lambda: machine.Timer.start())",
        "TypeError('function takes 1 positional arguments but 0 were given',)"
      ),
      ("fails(lambda: misc.Power())", "TypeError(\"can't create 'Power' instances\",)"),
      ("fails(lambda: misc.Power.powerDown(1))", "TypeError('argument has wrong type',)"),
      (
        "fails(lambda: misc.Power.powerRestart(x=1))",
        "TypeError(\"function doesn't take keyword arguments\",)"
      ),
      // What cannot be called is taken, and nothing is called.
      ("[t.start(5, 1, f) for t in (osTimer(),) for f in (None, 5)]", "[0, 0]"),
      ("timer.start(period=5, callback=5), timer.stop()", "(0, 0)"),
      // A script may finalise objects itself.
      ("a.__del__(), audio.Audio(0) is a, a.stop()", "(0, False, 0)"),
      ("tts.__del__(), audio.TTS(0) is tts", "(0, False)"),
      ("pin.write(1), pin.__del__(), pin.read()", "(0, 0, 0)"),
      (
        "timer.__del__(), timer.start(period=9, callback=tell), timer.__del__(), timer.__del__()",
        "(-1, 0, 0, -1)"
      ),
      ("osTimer().__del__(), machine.RTC().__del__()", "(0, 0)"),
      (
        "(lambda l: (l.acquire(), l.__del__(), l.locked()))(_thread.allocate_lock())",
        "(True, None, False)"
      ),
      (
        "fails(lambda: a.__del__(1))",
        "TypeError('function takes 1 positional arguments but 2 were given',)"
      ),
      ("[repr(o) for o in (a, tts, timer, osTimer())]", "['<Audio>', 'tts ', '', '<osTimer>']"),
      // Names come in the order of the firmware's table.
      (
        "dir(r)",
        "['__class__', 'start', 'stop', '__del__', 'AMRNB', 'AMRWB', 'Delete', 'WAV', 'amrEncDtx_enable', 'end_callback', 'exists', 'gain', 'getData', 'getFilePath', 'getSize', 'isBusy', 'play', 'stream_read', 'stream_start', 'stream_stop']"
      ),
      ("dir(audio)", "['__class__', '__name__', 'Audio', 'Record', 'TTS']"),
    ])
  func value(expression: String, value: String) throws {
    let run = try ScriptRun(
      """
      import audio, machine, misc, osTimer, uos, _thread
      Record = audio.Record
      class X(Record):
          def mine(self): return self.isBusy()
      def fails(function):
          try: function()
          except Exception as error: return error
      def tell(): pass
      r, a, tts = Record(), audio.Audio(0), audio.TTS(0)
      pin, timer = machine.Pin(5, 1, 0, 0), machine.Timer(1)
      print(repr((\(expression))))
      """, .init(policy: .observed))
    #expect(run.ending == .exited(0), "\(run.console)")
    #expect(run.lines.last == value)
  }

  @Test(
    "A script sees __del__ where the firmware has one, and no trace of what the collector calls elsewhere",
    arguments: [(Policy.observed, "True True False"), (.documented, "False False False")])
  func finaliser(policy: Policy, seen: String) throws {
    let run = try ScriptRun(
      """
      import audio, gc, misc
      r = audio.Record()
      print('__del__' in dir(r), hasattr(r, '__del__'), hasattr(misc.Power, '__del__'))
      def fill(n): return n and fill(n - 1)
      for _ in range(20): audio.Record(), audio.Audio(0), fill(9)
      gc.collect()
      print('whole')
      """, .init(policy: policy))
    #expect(run.lines == [seen, "whole"])
  }

  @Test("A run does not wait 49 days for the end of a stream of negative time")
  func farOff() throws {
    let run = try ScriptRun(
      "import audio\nr = audio.Record()\nprint(r.stream_start(4, 8000, -1), r.isBusy())",
      .init(policy: .observed))
    #expect(run.ending == .exited(0))
    #expect(run.lines == ["0 1"])
  }

  @Test("An Audio that nobody holds stops and forgets its callback once the collector finds it")
  func dropped() throws {
    let run = try ScriptRun(
      """
      import audio, gc, utime
      heard = []
      def play():
          a = audio.Audio(0)
          a.setCallback(heard.append)
          print(a.play(0, 0, 'U:/s.wav'))
      def fill(n): return n and fill(n - 1)
      play(), fill(20), gc.collect()
      utime.sleep(2)
      a = audio.Audio(0)
      print(heard, a.play(0, 0, 'U:/s.wav'))
      """, .init(policy: .observed, files: ["/usr/s.wav": Self.sound]))
    #expect(run.ending == .exited(0))
    #expect(run.lines == ["0", "[0] 0"])
  }

  /// Ten seconds of silence, as a WAV of 10 samples a second.
  private static let sound: String = {
    func word(_ value: Int) -> String {
      (0..<4).map { String(UnicodeScalar(UInt8(value >> (8 * $0) & 0x7F))) }.joined()
    }
    let silence = String(repeating: "\0", count: 100)
    return "RIFF" + word(36 + 100) + "WAVEfmt " + word(16) + "\u{1}\0\u{1}\0" + word(10) + word(10)
      + "\u{1}\0\u{8}\0data" + word(100) + silence
  }()

  private static let overflow = "OverflowError('overflow converting long int to machine word',)"
}
