import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import Testing

@Suite("Faults from inside a script")
struct GuestFaultTests {
  private static let prelude = """
    import audio, osTimer, qpyemu, utime
    from machine import Timer
    r = audio.Record(0)
    heard = []
    r.end_callback(heard.append)
    def data():
        with open('/usr/a.wav', 'wb') as f: f.write(bytes(range(100)))
    def record(seconds):
        answer = r.start('a.wav', seconds)
        utime.sleep(seconds + 1)
        return answer, heard[-1][1:] if heard else None
    def error(do):
        try: do()
        except Exception as e: return repr(e)

    """

  /// What a script does and prints with a fault, and the same by a natural cause where scripts can bring
  /// it about.
  static let cases: [(String, String)] = [
    ("data(); qpyemu.fault('what=read'); print(r.getData('a.wav', 0, 10))", "-1"),
    ("data(); print(r.getData('a.wav', 0, 0))", "-1"),
    ("data(); qpyemu.fault('what=seek'); print(r.getData('a.wav', 0, 10))", "-3"),
    ("data(); print(r.getData('a.wav', -1, 10))", "-3"),
    ("data(); qpyemu.fault('what=in-use'); print(r.getData('a.wav', 0, 10))", "-4"),
    ("f = open('/usr/a.wav', 'wb'); print(r.getData('a.wav', 0, 10))", "-4"),
    ("data(); qpyemu.fault('what=heap'); print(r.getData('a.wav', 0, 10))", "-7"),
    (
      """
      import gc
      data()
      kept = []
      while gc.mem_free() > 9000:
        kept.append(bytearray(500))
        gc.collect()
      print(r.getData('a.wav', 0, 10))
      """,
      "-7"
    ),
    ("data(); qpyemu.fault('what=replace'); print(r.start('a.wav', 1))", "-1"),
    ("import uos; uos.mkdir('/usr/a.wav'); print(r.start('a.wav', 1))", "-1"),
    ("qpyemu.fault('what=open'); print(r.start('a.wav', 1))", "-2"),
    ("print(r.start('no/a.wav', 1))", "-2"),
    ("qpyemu.fault('what=channel'); print(r.start('a.wav', 1))", "-4"),
    ("print(audio.Record(1).start('a.wav', 1))", "-4"),
    ("qpyemu.fault('what=format'); print(r.start('a.wav', 1))", "-6"),
    ("print(r.start('a.mp3', 1))", "-6"),
    (
      "qpyemu.fault('what=timer'); print(r.start('a.wav', 1), osTimer().start(9, 0, print), Timer(0).start(period=9, callback=print))",
      "-5 -1 -1"
    ),
    (
      """
      ts = [osTimer() for _ in range(99)]
      n = 0
      while ts[n].start(99999, 1, print) == 0: n += 1
      print(n > 3, r.start('a.wav', 1), Timer(1).start(mode=Timer.ONE_SHOT, period=9, callback=print))
      for t in ts: t.stop()
      """,
      "True -5 -1"
    ),
    ("qpyemu.fault('what=flash-full when=byte:8044'); print(record(2))", "(0, [8000, -1])"),
    ("qpyemu.fault('what=microphone-lost when=second:1'); print(record(2))", "(0, [16000, -1])"),
    ("qpyemu.fault('what=encoder when=second:0.5'); print(record(2))", "(0, [8000, -1])"),
    (
      "qpyemu.fault('what=microphone-silent'); print(record(1), set(r.getData('a.wav', 44, 900)))",
      "(0, [16000, 3]) {0}"
    ),
    ("qpyemu.fault('what=callback-overflow when=call:2'); print(record(1))", "(0, [0, 0])"),
    ("data(); qpyemu.fault('what=open'); print(error(lambda: open('/usr/a.wav')))", "OSError(5,)"),
    (
      "print(error(lambda: qpyemu.fault('what=raed')).split(';')[0])",
      "ValueError('what=raed is unknown"
    ),
    ("print(error(lambda: qpyemu.fault(5))[:28])", "ValueError('what= is missing"),
    (
      "data(); qpyemu.fault('what=read times=once'); r.getData('a.wav', 0, 1); print(qpyemu.faults())",
      "[('what=read when=now times=once', 1)]"
    ),
    (
      "qpyemu.fault('what=format'); qpyemu.clear_faults(); print(qpyemu.faults(), r.start('a.wav', 1))",
      "[] 0"
    ),
    (
      "qpyemu.fault('what=row call=Record.gain row=codec times=once'); print(r.gain(1, 1), r.gain(1, 1))",
      "-1 0"
    ),
    (
      "print(error(lambda: qpyemu.fault('what=row call=Record.getData row=hepa')))",
      "ValueError('row=hepa is none of the rows that refuse Record.getData; did you mean \"heap\"? They are "
        + "arguments, overflow, open, inUse, tooMuch, beyondEnd, seek, heap and read',)"
    ),
    ("print(qpyemu.profile(), qpyemu.policy())", "EC600N documented"),
    (
      "a = utime.ticks_ms(); qpyemu.fault('what=read'); qpyemu.faults(); qpyemu.profile(); print(utime.ticks_ms() - a)",
      "0"
    ),
  ]

  @Test(
    "A script gets the documented answer, by the fault and by its natural cause", arguments: cases)
  func answers(script: String, printed: String) throws {
    let run = try ScriptRun(Self.prelude + script)
    #expect(run.console == printed + "\n")
    #expect(run.ending == .exited(0))
  }

  @Test("Two runs with the same faults are the same, byte for byte")
  func determinism() throws {
    let script =
      Self.prelude + """
        qpyemu.fault('what=microphone-silent when=second:1')
        qpyemu.fault('what=flash-full when=byte:30000')
        print(record(3), heard, qpyemu.faults())
        """
    let runs = try (0..<2).map { _ in try ScriptRun(script) }
    #expect(runs[0].console == runs[1].console && runs[0].trace == runs[1].trace)
    #expect(
      try runs[0].device.files.contents(of: "/usr/a.wav")
        == runs[1].device.files.contents(of: "/usr/a.wav"))
    #expect(runs[0].console.contains("-1]"))
  }
}
