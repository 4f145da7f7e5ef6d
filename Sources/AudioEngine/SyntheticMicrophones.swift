import Glibc

/// A microphone that hears a pure tone of about -12 dBFS.
///
/// Each frame is a function of its number alone, so the tone is exact and without jumps however it
/// is read and however long it lasts.
public struct ToneMicrophone: Microphone {
  /// The frequency; it must lie above 0 and below half the frame rate at which it is opened.
  public let hertz: Int

  /// Makes a tone of `hertz` cycles per second.
  public init(hertz: Int) { self.hertz = hertz }

  public var description: String { "tone:\(hertz)" }

  public var isLive: Bool { false }

  public func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    guard hertz > 0, hertz < frameRate - hertz else {
      throw .unavailable(
        "The microphone \(description) cannot be opened at \(frameRate) frames per second: the "
          + "frequency must be above 0 and below \(frameRate / 2) Hz.")
    }
    return SyntheticSource(Tone(hertz: hertz, frameRate: frameRate), frameRate: frameRate)
  }
}

/// A microphone that hears white noise of about -20 dBFS, the same for the same seed.
public struct NoiseMicrophone: Microphone {
  /// What the noise is drawn from.
  public let seed: UInt64

  /// Makes the noise that belongs to `seed`.
  public init(seed: UInt64) { self.seed = seed }

  public var description: String { "noise" }

  public var isLive: Bool { false }

  public func open(frameRate: Int) -> any AudioSource {
    SyntheticSource(Noise(seed: seed), frameRate: frameRate)
  }
}

/// A microphone that hears nothing: every frame is zero.
public struct SilenceMicrophone: Microphone {
  /// Makes it; there is nothing to choose.
  public init() {}

  public var description: String { "silence" }

  public var isLive: Bool { false }

  public var isSilence: Bool { true }

  public func open(frameRate: Int) -> any AudioSource {
    SyntheticSource(Silence(), frameRate: frameRate)
  }
}

/// A sound whose every frame is a function of its number.
private protocol Waveform {
  /// Stores the frames that begin with frame `number`.
  func fill(_ frames: inout MutableSpan<Int16>, from number: Int)
}

/// Plays a waveform from its first frame, for ever.
private final class SyntheticSource<Sound: Waveform>: AudioSource {
  let frameRate: Int
  var health: SourceHealth { SourceHealth() }
  private let sound: Sound
  private var position = 0

  init(_ sound: Sound, frameRate: Int) {
    self.sound = sound
    self.frameRate = frameRate
  }

  func read(into frames: inout MutableSpan<Int16>) -> Int {
    sound.fill(&frames, from: position)
    position += frames.count
    return frames.count
  }

  func close() {}
}

private struct Tone: Waveform {
  private static let amplitude = 8231.0  // 12 dB below 32767.
  /// The fewest frames that are a whole number of turns, so hour-long tones keep their phase.
  private let period: [Int16]

  init(hertz: Int, frameRate: Int) {
    let turns = hertz / greatestCommonDivisor(hertz, frameRate)
    let count = frameRate / greatestCommonDivisor(hertz, frameRate)
    period = (0..<count).map { frame in
      let phase = Double(frame * turns % count) / Double(count)
      return Int16((Self.amplitude * sin(2 * .pi * phase)).rounded())
    }
  }

  func fill(_ frames: inout MutableSpan<Int16>, from number: Int) {
    var place = number % period.count
    for index in frames.indices {
      frames[index] = period[place]
      place = place + 1 == period.count ? 0 : place + 1
    }
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}

private struct Noise: Waveform {
  /// A uniform spread of this much has the effective value 3277, 20 dB below full scale.
  private static let spread: Int64 = 5676
  let seed: UInt64

  func fill(_ frames: inout MutableSpan<Int16>, from number: Int) {
    for index in frames.indices { frames[index] = frame(number + index) }
  }

  /// SplitMix64 (Steele, Lea and Flood 2014) at its `number`th step.
  private func frame(_ number: Int) -> Int16 {
    var mixed = seed &+ UInt64(truncatingIfNeeded: number &+ 1) &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    mixed ^= mixed >> 31
    return Int16((Int64(Int32(truncatingIfNeeded: mixed >> 32)) * Self.spread) >> 31)
  }
}

private struct Silence: Waveform {
  func fill(_ frames: inout MutableSpan<Int16>, from number: Int) {
    for index in frames.indices { frames[index] = 0 }
  }
}
