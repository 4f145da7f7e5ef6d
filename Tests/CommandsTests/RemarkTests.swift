import Testing

@testable import Commands

/// Why a call has failed, in one sentence on standard error.
@Suite(.serialized)
struct RemarkTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// A script, on which module it runs, and what is said beside the line of settings.
  struct Remark: Sendable, CustomTestStringConvertible {
    let script: String
    var options = ["--profile", "EC600N"]
    let said: [String]
    var testDescription: String { "\(options[1]): \(script)" }
  }

  static let prelude = """
    import audio
    def sound(name, start):
        with open('/usr/' + name, 'wb') as f: f.write(start + bytes(400))
    def try_to(do):
        try: do()
        except Exception as e: print(type(e).__name__)

    """

  static let remarks = [
    // Channels.
    Remark(
      script: "r = audio.Record(0); print([r.start('a.wav', 1) for _ in range(3)])",
      options: ["--profile", "EC200U"], said: ["Record.start gave -4: EC200U has channel 2 only"]),
    Remark(
      script: "audio.Record(2).start('a.wav', 1)", options: ["--profile", "EG915U"],
      said: ["Record.start gave -4: EG915U has channels 0 and 1 only"]),
    Remark(
      script: "r = audio.Record(1); r.stream_start(r.AMRNB, 8000, 1)",
      said: ["Record.stream_start gave -1: EC600N has channel 0 only"]),
    Remark(
      script: "sound('a.wav', b'RIFF'); audio.Audio(1).play(0, 0, 'U:/a.wav')",
      said: ["Audio.play gave -1: EC600N has channel 0 only"]),
    Remark(
      script: "try_to(lambda: audio.Record(1)); try_to(lambda: audio.TTS(2))",
      options: ["--profile", "EC600N", "--policy", "observed"],
      said: [
        "Record(1) raised ValueError: EC600N has channel 0 only",
        "TTS(2) raised ValueError: EC600N has channel 0 only",
      ]),
    Remark(
      script: "audio.Audio(2); audio.Record(0); audio.Record(0)", options: ["--profile", "EC600U"],
      said: ["Audio(2) and Record(0) use different channels"]),
    Remark(script: "audio.Audio(0); audio.Record(0)", said: []),
    // Features.
    Remark(
      script: "r = audio.Record(); r.gain(1, 1); try_to(r.amrEncDtx_enable); r.stream_stop()",
      options: ["--profile", "EC600M"],
      said: [
        "Record.gain gave -1: EC600M has no gain",
        "Record.amrEncDtx_enable raised NotImplementedError: EC600M has no amrEncDtx_enable",
        "Record.stream_stop gave -1: EC600M has no stream_stop",
      ]),
    Remark(
      script: "r = audio.Record(); try_to(lambda: r.gain(1, 1)); print(hasattr(r, 'gain'))",
      options: ["--profile", "EC600M", "--policy", "observed"],
      said: ["Record.gain is missing: EC600M has none"]),
    Remark(
      script: "try_to(lambda: audio.TTS(0)); print(hasattr(audio, 'TTS'))",
      options: ["--profile", "EG915U"],
      said: ["TTS is missing: the EU firmware of EG915U has none"]),
    Remark(
      script: "try_to(lambda: exec('from audio import TTS'))", options: ["--profile", "EG915U"],
      said: ["TTS is missing: the EU firmware of EG915U has none"]),
    // Timers.
    Remark(
      script: """
        import osTimer
        timers = [osTimer() for _ in range(99)]
        while timers.pop().start(9000, 1, print) == 0: pass
        print(audio.Record().start('a.wav', 1))
        for timer in timers: timer.stop()
        import misc; misc.Power.powerDown()
        """,
      said: [
        "osTimer.start gave -1: the 16 timers of EC600N are all taken",
        "Record.start gave -5: the 16 timers of EC600N are all taken",
      ]),
    Remark(
      script: """
        import _thread, utime
        def rest(): utime.sleep(1)
        for _ in range(40): try_to(lambda: _thread.start_new_thread(rest, ()))
        """,
      said: ["a thread did not start: EC600N runs 16 at most"]),
    // Formats.
    Remark(
      script: "sound('a.mp3', b'ID3'); audio.Audio(0).play(0, 0, 'U:/a.mp3')",
      said: ["Audio.play gave -1: MP3 is not emulated, a module plays it"]),
    Remark(
      script: "sound('a.mp3', b'\\xff\\xfb\\x90'); audio.Audio(0).play(0, 0, 'U:/a.mp3')",
      said: ["Audio.play gave -1: MP3 is not emulated, a module plays it"]),
    Remark(
      script: "sound('a.aac', b'\\xff\\xf1'); audio.Audio(0).play(0, 0, 'U:/a.aac')",
      said: ["Audio.play gave -1: AAC is not emulated, a module plays it"]),
    Remark(
      script: "sound('a.m4a', bytes(3) + b' ftypM4A '); audio.Audio(0).play(0, 0, 'U:/a.m4a')",
      said: ["Audio.play gave -1: M4A is not emulated, a module plays it"]),
    Remark(
      script: "sound('a.amr', b'#!AMR-WB\\n'); audio.Audio(0).play(0, 0, 'U:/a.amr')",
      said: ["Audio.play gave -1: AMR-WB is not emulated, a module plays it"]),
    Remark(script: "audio.Audio(0).play(0, 0, 'U:/none.mp3')", said: []),
    // What the script does wrong, and what it is refused on purpose, is no lack of the module's.
    Remark(
      script:
        "r = audio.Record(); r.start('a.mp3', 1); r.gain(9, 9); try_to(lambda: r.gian); "
        + "try_to(lambda: audio.Recrod)", said: []),
    Remark(
      script: "audio.Record().start('a.wav', 1)",
      options: ["--profile", "EC600N", "--fault", "what=channel"], said: []),
  ]

  private func said(_ remark: Remark, _ more: [String] = []) async throws -> [String] {
    let ending = try await bench.run(script: Self.prelude + remark.script, remark.options + more)
    #expect(ending.code == 0, "\(ending.errors)")
    return ending.errors.split(separator: "\n").dropFirst().map {
      String($0.dropFirst("qpyemu: ".count))
    }
  }

  @Test("A failure for what the module lacks is told once with its reason", arguments: remarks)
  func told(remark: Remark) async throws {
    #expect(
      try await said(remark).filter { $0 != "the script switched the module off" } == remark.said)
  }

  @Test("With --quiet nothing is remarked", arguments: remarks.filter { !$0.said.isEmpty })
  func quiet(remark: Remark) async throws {
    #expect(
      try await said(remark, ["--quiet"]).filter { $0 != "the script switched the module off" }
        == [])
  }

  @Test("A profile of your own can say why a method is missing, or always gives a number")
  func profileReasons() async throws {
    try bench.write(
      """
      {"name": "MINE", "extends": "EC600N", "methods": {
        "Record.gain": {"answers": -1, "why": "this build has no codec driver"},
        "Record.exists": {"answers": -2}, "Record.isBusy": {"answers": 0},
        "Audio.init": {"missing": true, "why": "this build records only"}, "TTS.play": "missing"}}
      """, to: "profiles/MINE.json")
    let script = try bench.write(
      Self.prelude + """
        r = audio.Record()
        print(r.gain(1, 1), r.exists('a'), r.isBusy())
        try_to(lambda: audio.Audio(0))
        try_to(lambda: audio.TTS(0).play)
        """, to: "a.py")
    let ending = try await bench.run(
      ["run", script, "--profile", "MINE", "--audio-in", "silence"],
      variables: ["QPYEMU_PROFILE_PATH": bench.path("profiles")])
    #expect(ending.output == "-1 -2 0\nAttributeError\nAttributeError\n")
    #expect(
      ending.errors.split(separator: "\n").dropFirst() == [
        "qpyemu: Record.gain gave -1: this build has no codec driver",
        "qpyemu: Record.exists gave -2: the profile MINE says so",
        "qpyemu: Audio is missing: this build records only",
        "qpyemu: TTS.play is missing: MINE has none",
      ])
  }

  @Test("A silent microphone is told, but not one that is to be silent, nor with --quiet")
  func silence() async throws {
    try bench.write([UInt8](repeating: 0, count: 32_000), to: "zeros.raw")
    func zeros(_ options: [String]) async throws -> Bool {
      let ending = try await bench.run(script: recordOneSecond, options)
      return ending.errors.contains("nothing but zeros")
    }
    let file = ["--audio-in", "file:\(bench.path("zeros.raw"))"]
    #expect(try await zeros(file))
    #expect(try await !zeros(file + ["--quiet"]))
    #expect(try await !zeros(["--audio-in", "silence"]))
  }

  @Test("Errors stay with --quiet: a recording that fails, and a usage error")
  func errors() async throws {
    let failed = try await bench.run(
      script: recordOneSecond, ["--quiet", "--fault", "what=microphone-lost"])
    #expect(failed.errors.contains("U:/a.wav: the recording failed: the microphone is lost"))
    #expect(try await bench.run(script: "", ["--quiet", "--seed", "x"]).code == 64)
  }

  @Test("sweep and repl take --quiet too")
  func others() async throws {
    let script = try bench.write("import audio\naudio.Record(1).start('a.wav', 1)\n", to: "s.py")
    let words = [
      "sweep", "power-cut", script, "--profile", "EC600N", "--audio-in", "silence", "--points", "1",
      "--modes", "whole",
    ]
    let sentence = "qpyemu: Record.start gave -4: EC600N has channel 0 only"
    #expect(try await bench.run(words).errors.contains(sentence))
    #expect(try await !bench.run(words + ["--quiet"]).errors.contains(sentence))
    let repl = try shell(
      "printf 'import audio\\raudio.Record(1).start(\"a.wav\", 1)\\r' | '\(ReplProcess.program)' repl "
        + "--profile EC600N --audio-in silence --time virtual 2>&1 >/dev/null", in: bench.folder,
      withErrors: false)
    #expect(repl.output.contains(sentence), "\(repl.output)")
    let quiet = try shell(
      "printf 'import audio\\raudio.Record(1).start(\"a.wav\", 1)\\r' | '\(ReplProcess.program)' repl "
        + "--quiet --profile EC600N --audio-in silence --time virtual 2>&1 >/dev/null",
      in: bench.folder, withErrors: false)
    #expect(quiet.output.contains("policy documented") && !quiet.output.contains(sentence))
  }
}
