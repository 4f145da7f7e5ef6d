import Glibc

/// A change of level, applied in fixed point with rounding and saturation.
public struct Gain: Equatable, Sendable {
  /// The change in decibels, within -96...60, or minus infinity for silence; 0 leaves every sample as it is.
  public let decibels: Double
  /// The factor in units of 2^-20.
  private let factor: Int64

  /// Leaves the level as it is.
  public static let none = Gain(decibels: 0)

  /// Leaves nothing.
  public static let silence = Gain()

  private init() { (decibels, factor) = (-.infinity, 0) }

  /// Makes a gain; values beyond -96...60 dB become the nearer end, and no number becomes 0 dB.
  public init(decibels: Double) {
    self.decibels = decibels.isNaN ? 0 : max(-96, min(60, decibels))
    factor = Int64((pow(10, self.decibels / 20) * 1_048_576).rounded())
  }

  /// Changes the level of `frames`.
  public func apply(to frames: inout MutableSpan<Int16>) {
    guard factor != 1_048_576 else { return }
    for index in frames.indices {
      frames[index] = Int16(clamping: (Int64(frames[index]) * factor + 524_288) >> 20)
    }
  }
}
