import AudioEngine
import Foundation
import Testing

struct GainTests {
  @Test("Gain changes the level by its decibels", arguments: [-36.0, -6, -0.5, 3, 6, 12])
  func level(decibels: Double) throws {
    let tone = try record(ToneMicrophone(hertz: 440), as: .wav(.plannedSizes), for: .seconds(1))
    let changed = try record(
      ToneMicrophone(hertz: 440), as: .wav(.plannedSizes), for: .seconds(1), gain: decibels)
    let difference =
      AudioEngineTests.level(samples(ofWAV: changed)) - AudioEngineTests.level(samples(ofWAV: tone))
    #expect(abs(difference - decibels) < 0.02)
  }

  @Test("Too much gain saturates and keeps the sign")
  func saturation() {
    #expect(apply(36, to: [600, -600, 1, -1, 0]) == [32_767, -32_768, 63, -63, 0])
    #expect(apply(60, to: [.max, .min]) == [32_767, -32_768])
  }

  @Test("No gain leaves every sample as it is")
  func identity() {
    let all = Array(Int16.min...Int16.max)
    #expect(apply(0, to: all) == all)
  }

  @Test("Every sample is the exact product, rounded", arguments: [-12.0, -1, 1, 7.3])
  func rounding(decibels: Double) {
    let all = Array(Int16.min...Int16.max)
    let exact = all.map { (Double($0) * pow(10, decibels / 20)) }
    for (result, exact) in zip(apply(decibels, to: all), exact) {
      let error = abs(Double(result) - max(-32_768, min(32_767, exact)))
      if error > 0.52 { Issue.record("\(exact) became \(result)") }
    }
  }

  @Test("A gain beyond reason is the nearest that there is")
  func limits() {
    #expect(Gain(decibels: 1000).decibels == 60)
    #expect(Gain(decibels: -.infinity).decibels == -96)
    #expect(Gain(decibels: .nan) == .none)
  }

  private func apply(_ decibels: Double, to samples: [Int16]) -> [Int16] {
    var samples = samples
    var span = samples.mutableSpan
    Gain(decibels: decibels).apply(to: &span)
    return samples
  }
}
