import Foundation
import GuestRuntime
import Testing

@testable import Commands

/// What `run` does with what it is given.
@Suite(.serialized)
struct RunTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  // MARK: Scripts

  @Test(
    "A script's own code is the run's, and an uncaught exception is 1",
    arguments: [
      ("", 0), ("import sys\nsys.exit(7)", 7), ("1 / 0", 1), ("import sys\nsys.exit()", 0),
    ])
  func exitCode(script: String, code: Int32) async throws {
    let ending = try await bench.run(script: script)
    #expect(ending.code == code)
  }

  @Test("A folder is copied whole, but for hidden files and __pycache__, and its main.py is run")
  func folder() async throws {
    try bench.write(
      "from usr import helper\nfrom usr.lib import deep\nprint(helper.WORD, deep.WORD)",
      to: "app/main.py")
    try bench.write("WORD = 'hello'", to: "app/helper.py")
    try bench.write("WORD = 'again'", to: "app/lib/deep.py")
    try bench.write("", to: "app/lib/__init__.py")
    for name in [".git/objects/ab", "__pycache__/x.pyc", ".env", "lib/__pycache__/y.pyc"] {
      try bench.write(String(repeating: "x", count: 2_000_000), to: "app/\(name)")
    }
    try FileManager.default.createSymbolicLink(
      atPath: bench.path("app/linked.py"), withDestinationPath: bench.path("app/helper.py"))
    let ending = try await bench.run([
      "run", bench.path("app"), "--profile", "EC600N", "--audio-in", "silence", "--export",
      bench.path("out"),
    ])
    #expect(ending.output == "hello again\n")
    #expect(ending.code == 0)
    for name in ["main.py", "helper.py", "linked.py", "lib/deep.py"] {
      #expect(bench.exists("out/usr/\(name)"))
    }
    for name in [".git", "__pycache__", ".env", "lib/__pycache__"] {
      #expect(!bench.exists("out/usr/\(name)"))
    }
  }

  @Test("A script that cannot be had is named, with 66")
  func missingScript() async throws {
    let options = ["--profile", "EC600N", "--audio-in", "silence"]
    func check(_ name: String, _ sentence: String) async throws {
      let ending = try await bench.run(["run", bench.path(name)] + options)
      #expect(ending.code == 66)
      #expect(ending.errors == "qpyemu: \(sentence)\n")
    }
    try await check("none.py", "cannot read \(bench.path("none.py")): No such file or directory")
    try bench.write("", to: "empty/other.py")
    try await check("empty", "the folder \(bench.path("empty")) holds no main.py to run")
    mkfifo(bench.path("pipe"), 0o644)
    try await check("pipe", "\(bench.path("pipe")) is neither a file nor a folder")
    try bench.write("", to: "loop/main.py")
    try FileManager.default.createSymbolicLink(
      atPath: bench.path("loop/around"), withDestinationPath: bench.path("loop"))
    try await check(
      "loop",
      "\(bench.path("loop"))/around is neither a file nor a folder; a module holds nothing else")
  }

  @Test("A script that is too big for the flash is told how much room there is, with 65")
  func tooBig() async throws {
    let ending = try await bench.run(script: "#" + String(repeating: "x", count: 2_000_000))
    #expect(ending.code == 65)
    #expect(ending.errors.contains("(2000001 bytes) does not fit into the volume: 25"))
    #expect(ending.errors.contains("of 255 blocks of 4096 bytes were free"))
  }

  @Test("When the script is missing, no folder is made for what it would have left")
  func nothingMade() async throws {
    let ending = try await bench.run([
      "run", bench.path("none.py"), "--profile", "EC600N", "--audio-in", "silence", "--export",
      bench.path("out"), "--flash", "dir:\(bench.path("flash"))",
    ])
    #expect(ending.code == 66)
    #expect(!bench.exists("out") && !bench.exists("flash"))
  }

  // MARK: Flash

  @Test("The flash in a folder is there again in the next run")
  func persistent() async throws {
    let flash = ["--flash", "dir:\(bench.path("deep/flash"))"]
    let first = try await bench.run(script: recordOneSecond, flash)
    #expect(first.code == 0)
    let second = try await bench.run(
      script: "import audio\nprint(audio.Record().getSize('a.wav'))", flash)
    #expect(second.output == "16000\n")
    #expect(try WAV(bench.bytes("deep/flash/usr/a.wav")).frames.count == 8000)
  }

  @Test("A flash folder is one emulator's at a time")
  func locked() async throws {
    let flash = ["--flash", "dir:\(bench.path("flash"))"]
    let script = "import utime\nopen('/usr/begun', 'w').close()\nwhile True: utime.sleep_ms(1)"
    async let first = bench.run(script: script, flash + ["--timeout", "2", "--time", "real"])
    while !bench.exists("flash/usr/begun") { try await Task.sleep(for: .milliseconds(5)) }
    let second = try await bench.run(
      [
        "run", bench.path("script.py"), "--profile", "EC600N", "--audio-in", "silence",
      ] + flash)
    #expect(second.code == 74)
    #expect(second.errors.contains("in use by another emulator; stop that one first"))
    #expect(try await first.code == 124)
  }

  @Test("Folders that cannot be written are refused before the script runs, with 74")
  func unwritable() async throws {
    try bench.write("", to: "file")
    for (option, value) in [
      ("--export", "/proc/none"), ("--export", bench.path("file")),
      ("--flash", "dir:/proc/none"), ("--flash", "dir:\(bench.path("file"))/below"),
      ("--trace", "/proc/none"), ("--audio-out", "file:/proc/none.wav"),
    ] {
      let ending = try await bench.run(script: "print('ran')", [option, value])
      #expect(ending.code == 74, "\(option) \(value)")
      #expect(ending.output.isEmpty)
      #expect(ending.errors.split(separator: "\n").count == 1, "\(ending.errors)")
    }
  }

  @Test("What a script left is exported also when it failed or was ended")
  func exportAlways() async throws {
    let export = ["--export", bench.path("out")]
    let failed = try await bench.run(script: recordOneSecond + "\n1 / 0", export)
    #expect(failed.code == 1)
    #expect(try WAV(bench.bytes("out/usr/a.wav")).frames.count == 8000)
    #expect(bench.exists("out/bak"))
  }

  // MARK: Options

  @Test("A timeout ends a script that computes and one that waits, with 124")
  func timeout() async throws {
    for script in [Self.computing, Self.waiting] {
      let ending = try await bench.run(script: Self.alive + script, ["--timeout", "0.5"])
      #expect(ending.code == 124)
      #expect(ending.errors.hasSuffix("qpyemu: the script had not ended after 0.5 s\n"))
    }
  }

  private static let computing = "while True: pass"
  private static let waiting =
    "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\nlock.acquire()"
  /// Something that goes on for ever, which a script could wait for.
  private static let alive =
    "import osTimer\ntimer = osTimer()\ntimer.start(1000, 1, lambda _: print('tick'))\n"

  @Test("What waits for nothing ends with 124 and its line; an endless run goes on to its timeout")
  func endless() async throws {
    for (script, line) in [(Self.computing, 1), (Self.waiting, 4)] {
      let ending = try await bench.run(script: script)
      #expect(ending.code == 124)
      #expect(
        ending.errors.hasSuffix(
          "qpyemu: nothing is left to wait for: /usr/script.py line \(line)\n"))
      let endless = try await bench.run(script: script, ["--endless", "--timeout", "0.5"])
      #expect(endless.code == 124)
      #expect(endless.errors.hasSuffix("qpyemu: the script had not ended after 0.5 s\n"))
    }
  }

  @Test(
    "A limit ends a run at its device time, whatever the script does, with 124",
    arguments: [
      (alive + computing, "2.5s", [], 2, "2.5"), (alive + waiting, "2m", [], 119, "120"),
      (alive + "import utime\nutime.sleep(9000)", "2h", [], 7199, "7200"),
      (alive + "import uos\nwhile True: uos.listdir('/usr')", "3s", [], 2, "3"),
      (waiting, "10m", ["--endless"], 0, "600"), (computing, "1s", ["--endless"], 0, "1"),
      (alive + computing, "0.2s", ["--time", "real"], 0, "0.2"),
    ] as [(String, String, [String], Int, String)])
  func limit(script: String, limit: String, words: [String], ticks: Int, seconds: String)
    async throws
  {
    let ending = try await bench.run(script: script, ["--limit", limit] + words)
    #expect(ending.code == 124)
    #expect(ending.lines.count == ticks)
    #expect(
      ending.errors.hasSuffix(
        "qpyemu: the script had not ended after \(seconds) s of device time\n"))
  }

  @Test("A limit that is not reached changes nothing, nor does it count as something to wait for")
  func farLimit() async throws {
    let done = try await bench.run(script: "print(1)", ["--limit", "1s"])
    #expect(done.code == 0 && done.output == "1\n")
    let stuck = try await bench.run(script: Self.waiting, ["--limit", "1s"])
    #expect(stuck.errors.hasSuffix("nothing is left to wait for: /usr/script.py line 4\n"))
  }

  @Test("A heap of the user's choice is the script's")
  func heap() async throws {
    let script = "print(len(bytearray(200_000)))"
    #expect(try await bench.run(script: script).output == "200000\n")
    let small = try await bench.run(script: script, ["--heap", "64k"])
    #expect(small.code == 1)
    #expect(small.lines.last?.hasPrefix("MemoryError") == true)
  }

  @Test("The trace has a line of JSON for each call and call-back, with its time")
  func trace() async throws {
    let ending = try await bench.run(
      script: recordOneSecond + "\nrecord.gain(9, 9)\nrecord.getData('a.wav', 0, 4)",
      ["--trace", bench.path("trace.json")])
    #expect(ending.code == 0)
    var calls: [String: [[String: Any]]] = [:]
    var last = -1.0
    for line in try bench.text("trace.json").split(separator: "\n") {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let time = try #require(object["time"] as? Double)
      #expect(time >= last)
      last = time
      #expect(object["args"] is [Any])
      let name = object["call"] as? String ?? "call-back"
      if name != "call-back" { #expect(object["return"] != nil || object["raise"] != nil) }
      calls[name, default: []].append(object)
    }
    let start = try #require(calls["Record.start"]?.first)
    #expect((start["args"] as? [Any])?.first as? String == "a.wav")
    #expect(start["return"] as? Int == 0)
    #expect(calls["Record.gain"]?.first?["return"] as? Int == -1)
    let data = calls["Record.getData"]?.first?["return"] as? [String: Int]
    #expect(data == ["bytearray": 4])
    #expect(calls["call-back"]?.count == 2)
    #expect(last >= 1)
  }

  @Test("The seed decides what is random, and the same seed gives the same again")
  func seed() async throws {
    let script = "import urandom\nprint(urandom.getrandbits(30))\n" + recordOneSecond
    var outputs: [String] = []
    var recordings: [[UInt8]] = []
    for seed in ["5", "5", "6"] {
      outputs.append(
        try await bench.run(
          script: script,
          ["--audio-in", "noise", "--seed", seed, "--export", bench.path("out")]
        ).output)
      recordings.append(try bench.bytes("out/usr/a.wav"))
    }
    #expect(outputs[0] == outputs[1] && outputs[0] != outputs[2])
    #expect(recordings[0] == recordings[1] && recordings[0] != recordings[2])
  }

  @Test("One line at the start tells every effective setting")
  func settingsLine() async throws {
    let plain = try await bench.run(script: "")
    #expect(
      plain.errors == """
        qpyemu: EC600N, policy documented, microphone tone:440, loudspeaker null, time virtual, \
        flash memory, seed 1

        """)
    let flash = bench.path("flash")
    let chosen = try await bench.run(
      script: "",
      [
        "--profile", "ec600ncnlc", "--policy", "observed", "--audio-in", "silence", "--heap",
        "128k",
        "--time", "real", "--flash", "dir:\(flash)", "--seed", "9",
      ])
    #expect(
      chosen.errors == """
        qpyemu: EC600N, policy observed, microphone silence, loudspeaker null, time real, \
        flash dir:\(flash), heap 128k, seed 9

        """)
  }

  // MARK: Speech

  @Test("Without espeak-ng TTS is timed silence, and that is said once")
  func silentSpeech() async throws {
    let script = try bench.write(
      """
      import audio, utime
      tts = audio.TTS(0)
      for text in ('one', 'two'):
          print(tts.play(1, 0, 2, text))
          utime.sleep(3)
      """, to: "speak.py")
    func speak(_ path: String) async throws -> Ending {
      try await bench.run(
        [
          "run", script, "--profile", "EC600N", "--audio-in", "silence", "--audio-out",
          "file:\(bench.path("spoken.wav"))",
        ], variables: ["PATH": path])
    }
    let silent = try await speak("/nonexistent")
    #expect(silent.output == "0\n0\n")
    #expect(silent.errors.split(separator: "\n").count == 2)
    #expect(
      silent.errors.hasSuffix(
        "espeak-ng is not installed, so TTS is silence of about the right length\n"))
    #expect(try WAV(bench.bytes("spoken.wav")).frames.allSatisfy { $0 == 0 })
  }

  @Test(
    "With espeak-ng TTS speaks",
    .enabled(if: HostFile.program(named: "espeak-ng", onPath: Workbench.variables["PATH"]) != nil))
  func speech() async throws {
    let ending = try await bench.run(
      script: "import audio, utime\naudio.TTS(0).play(1, 0, 2, 'good morning')\nutime.sleep(3)",
      ["--audio-out", "file:\(bench.path("spoken.wav"))"])
    #expect(ending.code == 0)
    #expect(ending.errors.split(separator: "\n").count == 1, "\(ending.errors)")
    let wav = try WAV(bench.bytes("spoken.wav"))
    #expect(wav.frames.count > 8000 && wav.frames.contains { $0 > 3000 })
  }

  @Test("The line of settings tells of an interpreter that is not as on the modules")
  func otherInterpreter() async throws {
    let script = try bench.write("print('ran')", to: "a.py")
    let words = ["run", script, "--profile", "EC600N", "--audio-in", "silence"]
    let wide = try await bench.run(
      words, variables: ["QPYEMU_INTERPRETER": "\(repository)/.build/port64/interpreter"])
    #expect(wide.code == 0 && wide.output == "ran\n")
    #expect(
      wide.errors.contains(", interpreter of 64 bits, whose heap figures are not the module's"))
    let open = try await bench.run(words + ["--unconfined"])
    #expect(open.code == 0 && open.output == "ran\n")
    #expect(open.errors.contains(", interpreter without its filter of system calls"))
  }
}
