import AudioEngine
import Testing

@Suite("AMR, judged by sox", .enabled(if: tool("sox") != nil, "sox is not installed"))
struct AMRTests {
  @Test("With discontinuous transmission the bytes are those of sox")
  func identicalToSox() throws {
    let folder = try TemporaryFolder()
    try expectSoxAgrees(on: BabbleMicrophone(), in: folder)
  }

  @Test(
    "So they are for synthetic speech of another rate",
    .enabled(if: tool("espeak-ng") != nil, "espeak-ng is not installed"))
  func identicalForSpeech() throws {
    let folder = try TemporaryFolder()
    let speech = folder.path("speech.wav")
    _ = try run(
      "espeak-ng", ["-w", speech, "The recorder is ready. . . Please speak after the tone."])
    try expectSoxAgrees(on: FileMicrophone(path: speech), in: folder)
  }

  @Test("AMR decodes to its exact length", arguments: [false, true])
  func length(dtx: Bool) throws {
    let folder = try TemporaryFolder()
    let amr = try record(BabbleMicrophone(), as: .amr(dtx: dtx), for: .seconds(10))
    let path = try folder.write(amr, to: "a.amr")
    let decoded = folder.path("a.wav")
    #expect(try run("sox", ["-t", "amr-nb", path, decoded]) != nil)
    #expect(try run("sox", ["--info", "-s", decoded]) == "80000\n")
    #expect(dtx ? amr.count < 14_000 : amr.count == 6 + 16_000)
  }

  @Test("Our decoder gives what that of sox gives", arguments: [false, true])
  func decoding(dtx: Bool) throws {
    let folder = try TemporaryFolder()
    let amr = try record(BabbleMicrophone(), as: .amr(dtx: dtx), for: .seconds(5))
    let raw = folder.path("a.s16")
    _ = try run("sox", ["-D", "-t", "amr-nb", try folder.write(amr, to: "a.amr"), raw])
    let clip = try AudioClip(amr, name: "a.amr")
    #expect(clip.frameRate == 8000)
    #expect(clip.frameCount == 40_000)
    let expected = try frames(of: FileMicrophone(path: raw), count: 40_000)
    #expect(try frames(of: clip) == expected)
  }

  @Test("A stream of AMR-WB decodes to its exact length and its tone", arguments: [8000, 16_000])
  func wide(captureRate: Int) throws {
    let folder = try TemporaryFolder()
    let stream = try record(
      ToneMicrophone(hertz: 440), as: .amrWideStream, for: .seconds(10), captureRate: captureRate)
    #expect(stream.count == 500 * 61)
    #expect(stride(from: 0, to: stream.count, by: 61).allSatisfy { stream[$0] == 8 << 3 | 4 })
    let path = try folder.write(Array("#!AMR-WB\n".utf8) + stream, to: "a.awb")
    let raw = folder.path("a.s16")
    #expect(try run("sox", ["-D", "-t", "amr-wb", path, raw]) != nil)
    let decoded = littleEndianSamples(try contents(of: raw))
    #expect(decoded.count == 160_000)
    #expect(abs(frequency(decoded, frameRate: 16_000) - 440) < 0.5)
    #expect(
      abs(
        level(decoded.dropFirst(1600))
          - level(
            try frames(
              of: ToneMicrophone(hertz: 440), count: 8000))) < 1)
  }

  @Test("WAV opens with the right length")
  func wav() throws {
    let folder = try TemporaryFolder()
    let wav = try record(ToneMicrophone(hertz: 440), as: .wav(.plannedSizes), for: .seconds(10))
    let path = try folder.write(wav, to: "a.wav")
    #expect(try run("sox", ["--info", "-s", path]) == "80000\n")
    #expect(try run("sox", ["--info", "-r", path]) == "8000\n")
    #expect(try run("sox", ["--info", "-b", path]) == "16\n")
    #expect(try run("sox", ["--info", "-c", path]) == "1\n")
  }

  private func expectSoxAgrees(
    on microphone: any Microphone, in folder: borrowing TemporaryFolder
  ) throws {
    let wav = try record(microphone, as: .wav(.plannedSizes), for: .seconds(12))
    let path = folder.path("sox.amr")
    let input = try folder.write(wav, to: "a.wav")
    #expect(try run("sox", ["-D", input, "-t", "amr-nb", "-C", "7", path]) != nil)
    let amr = try record(microphone, as: .amr(dtx: true), for: .seconds(12))
    #expect(amr == (try contents(of: path)))
    #expect(amr.contains(0x7c), "no silence was found in it")
    let stream = try record(microphone, as: .amrStream(dtx: true), for: .seconds(12))
    #expect(stream[...] == amr.dropFirst(6))
  }
}

/// All the frames of a clip, read in odd portions.
func frames(of clip: AudioClip) throws -> [Int16] {
  var frames: [Int16] = []
  var block = [Int16](repeating: 0, count: 1013)
  while true {
    var span = block.mutableSpan
    let count = try clip.read(into: &span)
    if count == 0 { return frames }
    frames += block[..<count]
  }
}
