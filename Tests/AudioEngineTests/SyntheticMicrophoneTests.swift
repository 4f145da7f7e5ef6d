import AudioEngine
import Testing

struct SyntheticMicrophoneTests {
  @Test("A tone has its frequency at every rate", arguments: [8000, 16_000, 44_100, 48_000])
  func toneFrequency(rate: Int) throws {
    let tone = try frames(of: ToneMicrophone(hertz: 440), count: 10 * rate, frameRate: rate)
    #expect(abs(frequency(tone, frameRate: rate) - 440) < 0.001)
    #expect(tone.map(\.magnitude).max() == 8231)
    #expect(abs(level(tone) + 15.01) < 0.05)
  }

  @Test("A tone is the same however it is read, and a whole second later")
  func toneIsPure() throws {
    let whole = try frames(of: ToneMicrophone(hertz: 440), count: 24_000)
    let source = try ToneMicrophone(hertz: 440).open(frameRate: 8000)
    var pieces: [Int16] = []
    for count in [1, 7, 160, 0, 7832, 16_000] { pieces += try frames(of: source, count: count) }
    #expect(pieces == whole)
    #expect(whole[0..<8000] == whole[16_000...])
  }

  @Test(
    "A tone that the rate cannot carry is refused by name", arguments: [0, -1, 4000, .max])
  func impossibleTone(hertz: Int) throws {
    let error = #expect(throws: AudioError.self) {
      _ = try ToneMicrophone(hertz: hertz).open(frameRate: 8000)
    }
    #expect(error?.message.contains("above 0 and below 4000 Hz") == true)
  }

  @Test("Noise is white, of -20 dBFS, and belongs to its seed")
  func noise() throws {
    let noise = try frames(of: NoiseMicrophone(seed: 1), count: 80_000)
    #expect(try frames(of: NoiseMicrophone(seed: 1), count: 80_000) == noise)
    #expect(try frames(of: NoiseMicrophone(seed: 2), count: 80_000) != noise)
    #expect(abs(level(noise) + 20) < 0.1)
    for lag in 1...8 {
      let product = zip(noise, noise.dropFirst(lag)).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(product / 80_000 / (3277 * 3277)) < 0.02)
    }
  }

  @Test("Silence is zero")
  func silence() throws {
    #expect(try frames(of: SilenceMicrophone(), count: 100) == Array(repeating: 0, count: 100))
  }

  @Test("Microphones are described as a setting names them")
  func descriptions() {
    let microphones: [any Microphone] = [
      ToneMicrophone(hertz: 440), NoiseMicrophone(seed: 1),
      SilenceMicrophone(), FileMicrophone(path: "a.wav"), FileMicrophone(path: "a.wav", loop: true),
    ]
    #expect(
      microphones.map(\.description) == [
        "tone:440", "noise", "silence", "file:a.wav", "file:a.wav,loop",
      ])
    #expect(microphones.allSatisfy { !$0.isLive })
  }
}
