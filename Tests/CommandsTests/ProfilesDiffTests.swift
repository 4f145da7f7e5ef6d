import Testing

@testable import Commands

/// `profiles diff --script`, over real runs.
struct ProfilesDiffTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func diff(
    _ models: [String], _ script: String, _ words: [String] = [],
    variables: [String: String] = [:]
  ) async throws -> Ending {
    let path = try bench.write(script, to: "app.py")
    return try await bench.run(
      ["profiles", "diff"] + models + ["--script", path, "--audio-in", "tone:440"] + words,
      variables: variables)
  }

  /// A script, the two models that answer it differently, and what is told of either.
  struct Difference: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let models: [String]
    var policy = "documented"
    let script: String
    let steps: [String]
    var note: String?
  }

  static let differences = [
    Difference(
      testDescription: "a value that is returned, to a function that catches everything",
      models: ["EC600N", "EG912N"],
      script: """
        import audio, utime
        record = audio.Record()
        def size():
            try:
                return record.getSize('a.wav')
            except:
                pass
        record.start('a.wav', 1)
        utime.sleep(2)
        size()
        """,
      steps: [
        "Record.getSize('a.wav') -> 16000  at /usr/app.py line 5",
        "Record.getSize('a.wav') -> 16044  at /usr/app.py line 5",
      ]),
    Difference(
      testDescription: "a method that one has not", models: ["EC600N", "EC600M"],
      policy: "observed", script: "import audio\nr = audio.Record()\n\nr.gain(4, 12)",
      steps: [
        "Record.gain(4, 12) -> 0  at /usr/app.py line 4",
        "ended with 1: AttributeError: 'Record' object has no attribute 'gain'  "
          + "at /usr/app.py line 4",
      ], note: "EC600M has no Record.gain"),
    Difference(
      testDescription: "another call altogether, because a method is missing",
      models: ["EC600M", "EC600N"], policy: "observed",
      script: """
        import audio
        r = audio.Record()
        try:
            r.gain(4, 12)
        except AttributeError:
            r.isBusy()
        """,
      steps: [
        "Record.isBusy() -> 0  at /usr/app.py line 6",
        "Record.gain(4, 12) -> 0  at /usr/app.py line 4",
      ], note: "EC600M has no Record.gain"),
    Difference(
      testDescription: "a class that one has not", models: ["EC600N", "EG915U"],
      script: "import audio\naudio.TTS(0)",
      steps: [
        "TTS.init(0) -> <object 0>  at /usr/app.py line 2",
        "ended with 1: AttributeError: 'module' object has no attribute 'TTS'  "
          + "at /usr/app.py line 2",
      ], note: "EG915U has no TTS"),
    Difference(
      testDescription: "the arguments of a call-back", models: ["EC600N", "EC800N"],
      script: """
        import audio, utime
        record = audio.Record()
        record.end_callback(print)
        record.start('a.wav', 40)
        utime.sleep(60)
        """,
      steps: [
        "call-back(['U:/a.wav', 640000, 3])  handed over at /usr/app.py line 3",
        "call-back(['U:/a.wav', 490240, -1])  handed over at /usr/app.py line 3",
      ]),
    Difference(
      testDescription: "a call that a thread makes", models: ["EC600N", "EC200U"],
      script: """
        import _thread, audio, utime
        def work():
            audio.Record(0).start('a.wav', 1)
        _thread.start_new_thread(work, ())
        utime.sleep(1)
        """,
      steps: [
        "Record.start('a.wav', 1) -> 0  at /usr/app.py line 3",
        "Record.start('a.wav', 1) -> -4  at /usr/app.py line 3",
      ]),
    Difference(
      testDescription: "a call that a call-back makes, of a file of the flash",
      models: ["EC600N", "EC600M"],
      script: """
        import uos, utime
        from machine import Timer
        def look(_):
            uos.statvfs('/usr')
        Timer(Timer.Timer1).start(period=100, mode=Timer.ONE_SHOT, callback=look)
        utime.sleep(1)
        """,
      steps: [
        "fs.statvfs('/usr') -> (4096, 255, 249, 255)  at /usr/app.py line 4",
        "fs.statvfs('/usr') -> (4096, 127, 121, 255)  at /usr/app.py line 4",
      ]),
    Difference(
      testDescription: "the code alone", models: ["EC600N", "EC600M"], policy: "observed",
      script: "import audio, sys\nsys.exit(0 if hasattr(audio.Record, 'gain') else 4)",
      steps: ["ended with 0", "ended with 4"]),
  ]

  @Test("The first call that comes out differently is shown with its line", arguments: differences)
  func differs(_ case: Difference) async throws {
    let ending = try await diff(`case`.models, `case`.script, ["--policy", `case`.policy])
    #expect(ending.code == 1)
    let start = try #require(ending.lines.firstIndex(of: "and then:"), "\(ending)")
    for (index, step) in `case`.steps.enumerated() {
      let line = ending.lines[start + 1 + index]
      #expect(line.hasPrefix("  \(`case`.models[index])  "))
      #expect(line.squeezed.contains(step.squeezed), "\(ending)")
    }
    #expect(ending.lines.dropFirst(start + 3) == (`case`.note.map { [$0] } ?? [])[...])
  }

  @Test("The calls before are shown, of those that are alike one")
  func context() async throws {
    let ending = try await diff(
      ["EC600N", "EG912N"],
      """
      import audio, utime
      record = audio.Record()
      record.start('a.wav', 1)
      while record.isBusy():
          utime.sleep_ms(20)
      record.getSize('a.wav')
      """)
    let lines = ending.lines.drop { !$0.contains("does not run alike on both. Before:") }
    #expect(lines.count { $0.contains("Record.isBusy() -> 1, ") && $0.hasSuffix(" times") } == 1)
    #expect(lines.contains { $0.hasSuffix("Record.isBusy() -> 0") })
    #expect(lines.contains { $0.hasSuffix("Record.start('a.wav', 1) -> 0") })
  }

  @Test("A folder's main.py is run, and the line may be in another file of it")
  func folder() async throws {
    try bench.write("from usr import sizes\nsizes.tell()", to: "app/main.py")
    try bench.write("import uos\ndef tell():\n    uos.statvfs('/usr')", to: "app/sizes.py")
    let ending = try await bench.run([
      "profiles", "diff", "EC600N", "EC600M", "--script", bench.path("app"), "--audio-in",
      "silence",
    ])
    #expect(ending.code == 1)
    #expect(ending.lines.last?.contains("sizes.py line 3") == true, "\(ending)")
  }

  @Test(
    "Runs that are alike leave the code to the profiles",
    arguments: [(["EC600N", "EC600N"], 0), (["EC600N", "EC800N"], 1)] as [([String], Int32)])
  func alike(models: [String], code: Int32) async throws {
    let ending = try await diff(models, recordOneSecond)
    #expect(ending.code == code)
    #expect(ending.lines.last?.contains(" runs alike on both: ") == true)
    #expect(ending.lines.last?.hasSuffix(" calls and call-backs, then it ended with 0") == true)
    #expect(!ending.output.contains("callback"))
  }

  @Test(
    "What cannot be compared is refused",
    arguments: [
      (["--audio-in", "alsa:null"], 64, "a comparison needs a run that can be repeated"),
      (["--flash", "x.img"], 64, "there is no option --flash"),
      (["--seed", "x"], 64, "--seed is a whole number"),
      (["--policy", "observd"], 64, "did you mean observed?"),
      (["--script", "nowhere.py"], 66, "cannot read nowhere.py"),
    ] as [([String], Int32, String)])
  func refused(words: [String], code: Int32, hint: String) async throws {
    var all = ["profiles", "diff", "EC600N", "EC800N"] + words
    if !words.contains("--script") { all += ["--script", try bench.write("", to: "app.py")] }
    if !words.contains("--audio-in") { all += ["--audio-in", "silence"] }
    let ending = try await bench.run(all)
    #expect(ending.code == code)
    #expect(ending.errors.contains(hint), "\(ending.errors)")
  }

  @Test("A script that never ends is compared as far as it comes, and alike so far is no answer")
  func endless() async throws {
    let loop = """
      import osTimer, utime
      osTimer().start(1000, 1, lambda _: None)
      while True: utime.sleep(1)

      """
    let ending = try await diff(["EC600N", "EC800N"], loop, ["--timeout", "0.5"])
    #expect(ending.code == 124)
    #expect(ending.errors.contains("the run on EC600N had not ended after 0.5 s"))
    let differing = try await diff(
      ["EC600N", "EC800N"], "import uos\nuos.statvfs('/usr')\n" + loop, ["--timeout", "0.5"])
    #expect(differing.code == 1)
    #expect(differing.lines.last?.hasSuffix("at /usr/app.py line 2") == true)
  }
}

extension String {
  /// With one space where there are several.
  fileprivate var squeezed: String { split(separator: " ").joined(separator: " ") }
}
