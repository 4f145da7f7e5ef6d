/// Where sound is played: a loudspeaker, a file, nowhere.
///
/// One owner, one thread at a time.
public protocol AudioOutput: AnyObject {
  /// Whether it is heard in the host's time: what comes too late is better left out. Else all of it
  /// counts, whenever it comes. False unless an output says otherwise.
  var isLive: Bool { get }

  /// Plays mono frames after all that came before them.
  ///
  /// A device may wait here until it has room; the outputs of this library return at once.
  ///
  /// - Parameter frameRate: Frames per second, 1 to 192000; it may change from call to call.
  /// - Throws: ``AudioError/lost(_:)`` once the device or file takes no more.
  func play(_ frames: Span<Int16>, frameRate: Int) throws(AudioError)

  /// Plays what is still held back and closes. Nothing may be played afterwards.
  func finish() throws(AudioError)
}

extension AudioOutput {
  public var isLive: Bool { false }
}

/// Plays nothing.
public final class NullOutput: AudioOutput {
  /// Makes it; there is nothing to choose.
  public init() {}

  public func play(_ frames: Span<Int16>, frameRate: Int) {}

  public func finish() {}
}

/// Plays into a WAV file of the host: mono, 16 bit, 16000 frames per second, one sound after the
/// other.
///
/// The header is right after every call, so the file can be heard at any time. Into a pipe it goes once, with
/// the sizes of the longest file.
public final class FileOutput: AudioOutput {
  private static let frameRate = 16_000
  private static let blockFrameCount = 1024
  private let file: HostFile
  private var converter: RateConverter
  private var audioByteCount = 0
  private var converted = [Int16](repeating: 0, count: blockFrameCount)
  private var block = [UInt8](repeating: 0, count: 2 * blockFrameCount)

  /// Creates the file, or empties the one that is there; of a named pipe waits for somebody who reads.
  ///
  /// - Throws: ``AudioError/unavailable(_:)`` naming the path.
  public init(path: String) throws(AudioError) {
    file = try HostFile.createSound(at: path)
    converter = try RateConverter(from: Self.frameRate, to: Self.frameRate)
    try writeHeader(file.isStream ? WAVHeader.audioByteLimit : 0)
  }

  public func play(_ frames: Span<Int16>, frameRate: Int) throws(AudioError) {
    if frameRate != converter.inputRate {
      try drain()
      converter = try RateConverter(from: frameRate, to: Self.frameRate)
    }
    var taken = 0
    while taken < frames.count {
      var target = converted.mutableSpan
      let counts = converter.convert(frames.extracting(taken..<frames.count), into: &target)
      taken += counts.taken
      try write(counts.stored)
    }
    try updateHeader()
  }

  public func finish() throws(AudioError) {
    try drain()
    try updateHeader()
  }

  private func drain() throws(AudioError) {
    while true {
      var target = converted.mutableSpan
      let count = converter.drain(into: &target)
      guard count > 0 else { return }
      try write(count)
    }
  }

  /// Writes the first frames of what was converted.
  private func write(_ count: Int) throws(AudioError) {
    guard audioByteCount + 2 * count <= WAVHeader.audioByteLimit else {
      throw .lost("The sound file '\(file.path)' is full: a WAV file ends at 2 GiB.")
    }
    WAVHeader.store(converted, count: count, into: &block)
    let block = block
    try file.write(block.span.extracting(0..<2 * count), at: WAVHeader.byteCount + audioByteCount)
    audioByteCount += 2 * count
  }

  private func updateHeader() throws(AudioError) {
    if !file.isStream { try writeHeader(audioByteCount) }
  }

  private func writeHeader(_ audioByteCount: Int) throws(AudioError) {
    let header = WAVHeader.bytes(frameRate: Self.frameRate, audioByteCount: audioByteCount)
    try file.write(header.span, at: 0)
  }
}
