import GuestRuntime
import Testing

@testable import Commands

/// The scripts of `Docs/Examples`, as a user runs them.
@Suite(.serialized)
struct ExampleTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func run(_ script: String, on model: String, _ more: [String] = []) async throws -> Ending
  {
    try await bench.run(
      ["run", example(script), "--profile", model, "--audio-in", "tone:440"]
        + ["--export", bench.path("out")] + more)
  }

  @Test(
    "The documented script records ten seconds of the tone on every model that has channel 0",
    arguments: channelTable.filter { $0.channels.contains(0) }, ["documented", "observed"])
  func record(
    row: (model: String, channels: Set<Int>, countsHeader: Bool), policy: String
  ) async throws {
    let ending = try await run("record.py", on: row.model, ["--policy", policy])
    let isDocumented = policy == "documented"
    let size = row.countsHeader || !isDocumented ? 160_044 : 160_000
    #expect(
      ending.output == """
        callback: U:/recordfile.wav 0 0
        start: 0
        callback: U:/recordfile.wav 160000 3
        path: U:/recordfile.wav
        size: \(size)
        header: \(isDocumented ? "bytearray(b'RIFF')" : "b'RIFF'")

        """)
    #expect(ending.code == 0)
    let wav = try WAV(bench.bytes("out/usr/recordfile.wav"))
    #expect(wav.frameRate == 8000 && wav.channels == 1 && wav.bits == 16)
    #expect(wav.frames.count == 80_000)
    #expect(abs(wav.hertz - 440) < 0.1)
    #expect(wav.dataSize == (isDocumented ? 160_000 : 0))
    #expect(wav.riffSize == (isDocumented ? 160_036 : 36))
  }

  @Test("Without channel 0 the script is told so, but where the firmware looks at no channel")
  func recordWithoutChannel() async throws {
    let documented = try await run("record.py", on: "EC200U")
    #expect(documented.output == "start: -4\n")
    #expect(documented.code == 0)
    let observed = try await run("record.py", on: "EC200U", ["--policy", "observed"])
    #expect(observed.lines.last == "header: b'RIFF'")
    #expect(observed.code == 0)
  }

  @Test(
    "Each model records on the channels of the vendor's table and on no other",
    arguments: channelTable, ["documented", "observed"])
  func probe(
    row: (model: String, channels: Set<Int>, countsHeader: Bool), policy: String
  ) async throws {
    let ending = try await run("probe_channels.py", on: row.model, ["--policy", policy])
    let names = ["earpiece", "headphone", "speaker"]
    let expected = names.indices.map { channel in
      let refusal =
        policy == "documented"
        ? "-4" : "The current platform does not support device \(channel)."
      return "\(channel) \(names[channel]) \(row.channels.contains(channel) ? "0" : refusal)"
    }
    #expect(ending.lines == expected)
    #expect(ending.code == 0)
  }

  private static let sox = HostFile.program(named: "sox", onPath: Workbench.variables["PATH"])

  private func seconds(of file: String) throws -> Double {
    let sox = try #require(Self.sox)
    let decoded = try #require(
      ChildProcess.output(
        of: [sox, bench.path(file), "-t", "raw", "-b", "16", "-e", "signed", "-"], limit: 1 << 24))
    return Double(decoded.count) / 16000
  }

  @Test("Another program decodes the AMR recording to ten seconds", .enabled(if: sox != nil))
  func amr() async throws {
    let ending = try await run("record_amr.py", on: "EC600N")
    #expect(ending.lines.last == "header: bytearray(b'#!AMR\\n')")
    #expect(try seconds(of: "out/usr/recordfile.amr") == 10)
  }

  @Test("The saved stream is a file that another program plays", .enabled(if: sox != nil))
  func stream() async throws {
    let ending = try await run("record_stream.py", on: "EC600N")
    #expect(
      ending.lines == [
        "callback: stream 0 0", "stream_start: 0", "callback: stream 8000 3", "saved: 8006 bytes",
      ])
    #expect(try seconds(of: "out/usr/stream.amr") == 5)
    #expect(try await run("record_stream.py", on: "EC600M").output == "stream_start: -1\n")
  }

  @Test("What a script plays back goes to the file that --audio-out names")
  func playBack() async throws {
    let ending = try await run(
      "record_and_play.py", on: "EC600N", ["--audio-out", "file:\(bench.path("spoken.wav"))"])
    #expect(ending.code == 0)
    #expect(ending.lines.suffix(2) == ["player: 0", "player: 7"])
    let wav = try WAV(bench.bytes("spoken.wav"))
    #expect(abs(wav.frames.count - 48_000) < 400, "three seconds at 16000 Hz")
    #expect(abs(wav.hertz - 440) < 1)
  }

  @Test(
    "The applications come through what their scenarios have in store for them",
    arguments: ["sensor_node", "voice_reminder", "low_power_logger"])
  func applications(name: String) async throws {
    let ending = try await run(
      "\(name).py", on: "EC600N", ["--scenario", example("\(name).json")])
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
  }

  @Test("A reminder is still there after the power was cut")
  func reminders() async throws {
    let words = ["--flash", bench.path("usr.img")]
    _ = try await run(
      "voice_reminder.py", on: "EC600N", words + ["--scenario", example("voice_reminder.json")])
    let again = try bench.write(
      #"{"events": [{"when": {"console": "played"}, "power": "cut"}]}"#, to: "again.json")
    let ending = try await run("voice_reminder.py", on: "EC600N", words + ["--scenario", again])
    #expect(ending.lines == ["ready with 1", "playing reminders/2.wav", "played"])
  }

  @Test("The logger keeps a line for each ten minutes, and sleeps most of the time")
  func logger() async throws {
    let ending = try await run(
      "low_power_logger.py", on: "EC600N", ["--scenario", example("low_power_logger.json")])
    #expect(ending.errors.contains("the module was in its low-power mode for"), "\(ending.errors)")
    let (old, new) = (
      try bench.text("out/usr/log.old.csv").split(separator: "\n"),
      try bench.text("out/usr/log.csv").split(separator: "\n")
    )
    #expect(old.count == 20 && new.count == 15)
    #expect(new.last == "2025-01-01 17:00:00,905,3390", "\(new)")
  }

  private static let stuck = "qpyemu: nothing is left to wait for: /usr/record_verbatim.py line 4"

  @Test(
    "The page's sample fails in its call-back, and ends when nothing is left to wait for",
    arguments: channelTable.map(\.model).filter { !["EC200U", "EG915U"].contains($0) })
  func verbatim(model: String) async throws {
    let ending = try await run("record_verbatim.py", on: model)
    #expect(ending.code == 124)
    #expect(ending.errors.contains(Self.stuck), "\(ending.errors)")
    #expect(ending.lines.contains("record_sta:3"))
    #expect(
      ending.lines.last == "AttributeError: 'module' object has no attribute 'getFilePath'")
    #expect(try WAV(bench.bytes("out/usr/recordfile.wav")).frames.count == 80_000)
  }

  @Test(
    "Where the page's sample cannot record it waits for nothing, and without speech it does not begin",
    arguments: [
      ("EC200U", 124, [stuck]), ("EG915U", 1, ["no attribute 'TTS'", "EG915U has none"]),
    ] as [(String, Int32, [String])])
  func verbatimElsewhere(model: String, code: Int32, sentences: [String]) async throws {
    let ending = try await run("record_verbatim.py", on: model)
    #expect(ending.code == code)
    for sentence in sentences {
      #expect((ending.output + ending.errors).contains(sentence), "\(ending.errors)")
    }
  }
}
