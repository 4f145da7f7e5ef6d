import AudioEngine
import Testing

struct PlaybackTests {
  @Test("AMR that was cut plays up to its last whole frame")
  func cut() throws {
    let amr = try record(BabbleMicrophone(), as: .amr(dtx: true), for: .milliseconds(500))
    let whole = try frames(of: AudioClip(amr, name: "a.amr"))
    #expect(whole.count == 4000)
    for count in 6..<amr.count {
      let clip = try AudioClip(Array(amr.prefix(count)), name: "a.amr")
      let played = try frames(of: clip)
      #expect(played.count == clip.frameCount && played.count % 160 == 0)
      #expect(played[...] == whole.prefix(played.count))
    }
  }

  @Test("A stream captured at 16000 frames per second is AMR-NB of the same sound")
  func wideCapture() throws {
    let stream = try record(
      ToneMicrophone(hertz: 440), as: .amrStream(dtx: false), for: .seconds(10),
      captureRate: 16_000)
    #expect(stream.count == 16_000)
    let clip = try AudioClip(Array("#!AMR\n".utf8) + stream, name: "stream")
    #expect(abs(frequency(try frames(of: clip), frameRate: clip.frameRate) - 440) < 1)
  }

  @Test("Any bytes behind the magic play as something", arguments: [1, 2, 3] as [UInt64])
  func garbage(seed: UInt64) throws {
    var generator = SmallGenerator(state: seed)
    for _ in 0..<20 {
      let junk = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let clip = try AudioClip(Array("#!AMR\n".utf8) + junk, name: "a.amr")
      #expect(try frames(of: clip).count == clip.frameCount)
    }
  }

  @Test("Frame types without data play one frame of silence each")
  func unknownTypes() throws {
    for type in 9...15 as ClosedRange<UInt8> {
      let clip = try AudioClip(Array("#!AMR\n".utf8) + [type << 3, type << 3], name: "a.amr")
      #expect(try frames(of: clip).count == 320)
    }
  }

  @Test(
    "What is neither WAV nor AMR-NB is named",
    arguments: ["", "#!AMR", "#!AMR-WB\n....", "ID3....", "RIFF", "RIFF....AVI "])
  func neither(content: String) {
    let error = #expect(throws: AudioError.self) {
      _ = try AudioClip(Array(content.utf8), name: "song.mp3")
    }
    #expect(error?.message.contains("'song.mp3' cannot be") == true)
  }

  @Test("A file output plays everything in order at 16000 Hz, and its header is always right")
  func fileOutput() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("out.wav")
    let output = try FileOutput(path: path)
    let parts = [(8000, 8000), (44_100, 22_050), (16_000, 4000), (8000, 1600)]
    for (rate, count) in parts {
      let tone = try frames(of: ToneMicrophone(hertz: 440), count: count, frameRate: rate)
      output.playAll(tone, frameRate: rate)
      let bytes = try contents(of: path)
      #expect(number(bytes, at: 40) == bytes.count - 44)
      #expect(number(bytes, at: 4) == bytes.count - 8)
    }
    try output.finish()
    let bytes = try contents(of: path)
    let played = samples(ofWAV: bytes)
    #expect(number(bytes, at: 24) == 16_000)
    #expect(number(bytes, at: 40) == 2 * played.count)
    #expect(played.count == 16_000 + 8000 + 4000 + 3200)
    #expect(abs(frequency(Array(played[..<16_000]), frameRate: 16_000) - 440) < 0.1)
    #expect(abs(frequency(Array(played[16_000..<24_000]), frameRate: 16_000) - 440) < 0.1)
    #expect(
      Array(played[24_000..<28_000])
        == (try frames(of: ToneMicrophone(hertz: 440), count: 4000, frameRate: 16_000)))
  }

  @Test("An output that cannot be created is named")
  func noOutput() {
    let error = #expect(throws: AudioError.self) { _ = try FileOutput(path: "/nonexistent/o.wav") }
    #expect(error?.message.contains("'/nonexistent/o.wav' cannot be created") == true)
  }

  @Test("An output that is full says so")
  func fullOutput() throws {
    let error = #expect(throws: AudioError.self) { _ = try FileOutput(path: "/dev/full") }
    #expect(error?.message.contains("'/dev/full' cannot be written") == true)
  }
}

extension AudioOutput {
  fileprivate func playAll(_ frames: [Int16], frameRate: Int) {
    #expect(throws: Never.self) { try play(frames.span, frameRate: frameRate) }
  }
}
