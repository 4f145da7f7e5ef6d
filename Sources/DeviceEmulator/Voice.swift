public import AudioEngine

/// Who speaks the texts that a script gives.
public protocol Voice: Sendable {
  /// Speaks `text` at a speed from 0 to 9.
  ///
  /// - Returns: The sound, or nil if it cannot be had; then ``TimedSilence`` stands in.
  func speak(_ text: String, speed: Int) -> AudioClip?
}

/// Speaks nothing, for about as long as the text would take.
public struct TimedSilence: Voice {
  /// Frames that a character takes at the middle speed, at 8000 a second: 70 ms (ruled).
  private static let framesPerCharacter = 560

  /// Makes it; there is nothing to choose.
  public init() {}

  public func speak(_ text: String, speed: Int) -> AudioClip? { Self.clip(for: text, speed: speed) }

  package static func clip(for text: String, speed: Int) -> AudioClip {
    let count = text.count * framesPerCharacter * 5 / (speed + 1)
    return AudioClip(frames: [Int16](repeating: 0, count: count), frameRate: 8000)
  }
}
