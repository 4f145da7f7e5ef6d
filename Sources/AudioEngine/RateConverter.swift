import CSpeexDSP

/// Converts a stream of mono frames from one rate to another.
///
/// The filter (speexdsp at quality 5) is centred: output frame `n` is the input at time `n / to`, and
/// `count` input frames become exactly those output frames whose time lies within them,
/// `count × to / from` rounded up. Equal rates pass the frames through untouched.
public struct RateConverter: ~Copyable {
  /// Frames per second that go in.
  public let inputRate: Int
  /// Frames per second that come out.
  public let outputRate: Int
  private let resampler: Resampler?
  private var taken = 0
  private var given = 0

  /// Makes a converter with an empty filter.
  ///
  /// - Throws: ``AudioError/codec(_:)`` if a rate is not within 1...192000 frames per second.
  public init(from inputRate: Int, to outputRate: Int) throws(AudioError) {
    for rate in [inputRate, outputRate] where !(1...192_000).contains(rate) {
      throw .codec("Sound of \(rate) frames per second cannot be converted; 1 to 192000 can.")
    }
    let resampler =
      inputRate == outputRate ? nil : try Resampler(from: inputRate, to: outputRate)
    (self.inputRate, self.outputRate, self.resampler) = (inputRate, outputRate, resampler)
  }

  /// Converts until the input is used up or the output is full.
  ///
  /// The last few milliseconds of the input stay in the filter until more comes, or ``drain(into:)``.
  ///
  /// - Returns: How many frames were taken from the start of `input` and stored at the start of
  ///   `output`.
  public mutating func convert(
    _ input: Span<Int16>, into output: inout MutableSpan<Int16>
  ) -> (taken: Int, stored: Int) {
    let counts = run(input, into: &output)
    taken += counts.taken
    given += counts.stored
    return counts
  }

  /// Gives the frames that still belong to the input so far.
  ///
  /// Call it until it returns 0; afterwards the converter is used up.
  ///
  /// - Returns: How many frames were stored at the start of `output`.
  public mutating func drain(into output: inout MutableSpan<Int16>) -> Int {
    let due = (taken * outputRate + inputRate - 1) / inputRate - given
    var stored = 0
    while stored < min(due, output.count) {
      var rest = output._mutatingExtracting(stored..<min(due, output.count))
      let silence: InlineArray<64, Int16> = .init(repeating: 0)
      stored += run(silence.span, into: &rest).stored
    }
    given += stored
    return stored
  }

  private func run(
    _ input: Span<Int16>, into output: inout MutableSpan<Int16>
  ) -> (taken: Int, stored: Int) {
    if let resampler { return resampler.run(input, into: &output) }
    let count = min(input.count, output.count)
    for index in 0..<count { output[index] = input[index] }
    return (count, count)
  }
}

/// Owns a speexdsp resampler of one channel.
@safe private final class Resampler {
  private static let quality: CInt = 5
  private let handle: OpaquePointer

  init(from inputRate: Int, to outputRate: Int) throws(AudioError) {
    var status: CInt = 0
    guard
      let handle = unsafe speex_resampler_init(
        1, UInt32(inputRate), UInt32(outputRate), Self.quality, &status)
    else {
      let reason = unsafe String(cString: speex_resampler_strerror(status))
      throw .codec(
        "No converter from \(inputRate) to \(outputRate) frames per second can be made: "
          + "\(reason).")
    }
    unsafe self.handle = handle
    // Without the zeros that fill the filter at first, output frame 0 is input frame 0.
    unsafe _ = speex_resampler_skip_zeros(handle)
  }

  deinit { unsafe speex_resampler_destroy(handle) }

  func run(
    _ input: Span<Int16>, into output: inout MutableSpan<Int16>
  ) -> (taken: Int, stored: Int) {
    var taken = UInt32(input.count)
    var stored = UInt32(output.count)
    unsafe input.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        // It fails only for a null handle or overlapping buffers, which these are not.
        unsafe _ = speex_resampler_process_int(
          handle, 0, input.baseAddress, &taken, output.baseAddress, &stored)
      }
    }
    return (Int(taken), Int(stored))
  }
}
