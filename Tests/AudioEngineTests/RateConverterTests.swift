import AudioEngine
import Foundation
import Testing

struct RateConverterTests {
  @Test(
    "A tone of another rate keeps frequency, length and phase",
    arguments: [44_100, 48_000, 16_000, 11_025, 22_050, 96_000])
  func tone(rate: Int) throws {
    let microphone = FixedRateMicrophone(base: ToneMicrophone(hertz: 440), frameRate: rate)
    let wav = try record(microphone, as: .wav(.plannedSizes), for: .seconds(10))
    let converted = samples(ofWAV: wav)
    let exact = try frames(of: ToneMicrophone(hertz: 440), count: 80_000)
    #expect(converted.count == 80_000)
    #expect(abs(frequency(converted, frameRate: 8000) - 440) < 0.01)
    let difference = zip(converted, exact).dropFirst(400).map { abs(Int($0) - Int($1)) }.max()
    #expect(try #require(difference) <= 3)
  }

  @Test("What lies beyond the new rate's half is at least 80 dB down")
  func aliases() throws {
    let microphone = FixedRateMicrophone(base: ToneMicrophone(hertz: 7000), frameRate: 48_000)
    let wav = try record(microphone, as: .wav(.plannedSizes), for: .seconds(2))
    let settled = samples(ofWAV: wav).dropFirst(800)
    // The tone's own level is -15 dBFS.
    #expect(level(settled) < -95)
  }

  @Test("Equal rates pass everything through")
  func identity() throws {
    let noise = try frames(of: NoiseMicrophone(seed: 3), count: 5000)
    #expect(try convert(noise, from: 8000, to: 8000, blockSize: 333) == noise)
  }

  @Test(
    "Every frame time within the input becomes one frame",
    arguments: [
      (44_100, 8000), (8000, 16_000), (11_025, 16_000), (1, 8000), (192_000, 8000), (44_101, 7919),
    ])
  func length(from inputRate: Int, to outputRate: Int) throws {
    for count in [0, 1, 2, 159, 1000] where count * outputRate / inputRate < 100_000 {
      let input = [Int16](repeating: 1000, count: count)
      let output = try convert(input, from: inputRate, to: outputRate, blockSize: 160)
      #expect(output.count == (count * outputRate + inputRate - 1) / inputRate)
    }
  }

  @Test("The block size does not change the sound", arguments: [1, 7, 160, 4096])
  func blocks(size: Int) throws {
    let noise = try frames(of: NoiseMicrophone(seed: 3), count: 9000)
    let whole = try convert(noise, from: 44_100, to: 8000, blockSize: 9000)
    #expect(try convert(noise, from: 44_100, to: 8000, blockSize: size) == whole)
  }

  @Test("Rates that nobody has are refused", arguments: [(0, 8000), (8000, -1), (192_001, 8000)])
  func refusals(from inputRate: Int, to outputRate: Int) {
    #expect(throws: AudioError.self) { _ = try RateConverter(from: inputRate, to: outputRate) }
  }

  private func convert(
    _ input: [Int16], from inputRate: Int, to outputRate: Int, blockSize: Int
  ) throws -> [Int16] {
    var converter = try RateConverter(from: inputRate, to: outputRate)
    var output: [Int16] = []
    var block = [Int16](repeating: 0, count: blockSize)
    var taken = 0
    while taken < input.count {
      let end = min(input.count, taken + blockSize)
      var target = block.mutableSpan
      let counts = converter.convert(input.span.extracting(taken..<end), into: &target)
      taken += counts.taken
      output += block[..<counts.stored]
    }
    while true {
      var target = block.mutableSpan
      let count = converter.drain(into: &target)
      if count == 0 { return output }
      output += block[..<count]
    }
  }
}
