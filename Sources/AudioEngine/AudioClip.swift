/// A WAV or AMR-NB file being decoded to mono 16-bit frames, from its start to its end.
///
/// One owner, one thread at a time. Memory beyond the file's own bytes stays within some 64 KiB,
/// whatever the file says.
public final class AudioClip {
  /// Frames per second.
  public let frameRate: Int
  /// How many frames the clip has in all.
  public let frameCount: Int
  private var decoder: any ClipDecoder

  /// Looks at a file; which format it has is told by its first bytes, not by its name.
  ///
  /// AMR that was cut is a clip up to its last whole frame, and so is an unfinished WAV.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What an error calls it.
  /// - Throws: ``AudioError/unavailable(_:)`` for anything else.
  public init(_ bytes: [UInt8], name: String) throws(AudioError) {
    if bytes.starts(with: AMR.magic) {
      let decoder = try AMRClipDecoder(bytes)
      (frameRate, frameCount) = (AMR.frameRate, decoder.frameCount)
      self.decoder = decoder
    } else if bytes.starts(with: "RIFF".utf8) {
      let layout = try PCMLayout.wav(MemoryBytes(content: bytes), name: name)
      (frameRate, frameCount) = (layout.frameRate, layout.frameCount)
      decoder = WAVClipDecoder(PCMReader(MemoryBytes(content: bytes), layout: layout))
    } else {
      throw .unavailable(
        "'\(name)' cannot be played: it begins with \(quoted(Array(bytes.prefix(9)))), and a WAV "
          + "file begins with RIFF, an AMR-NB file with #!AMR and a line feed.")
    }
  }

  /// A clip of frames at hand.
  public init(frames: [Int16], frameRate: Int) {
    self.frameRate = frameRate
    frameCount = frames.count
    decoder = FrameClip(frames)
  }

  /// Decodes on from where the last call ended.
  ///
  /// - Returns: How many frames were stored at the start of the span; 0 at the end.
  public func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    try decoder.read(into: &frames)
  }
}

private protocol ClipDecoder: AnyObject {
  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int
}

private final class FrameClip: ClipDecoder {
  private let frames: [Int16]
  private var position = 0

  init(_ frames: [Int16]) { self.frames = frames }

  func read(into target: inout MutableSpan<Int16>) -> Int {
    let count = min(target.count, frames.count - position)
    for index in 0..<count { target[index] = frames[position + index] }
    position += count
    return count
  }
}

private final class WAVClipDecoder: ClipDecoder {
  private var reader: PCMReader<MemoryBytes>

  init(_ reader: consuming PCMReader<MemoryBytes>) { self.reader = reader }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    try reader.read(into: &frames)
  }
}

private final class AMRClipDecoder: ClipDecoder {
  let frameCount: Int
  private let bytes: [UInt8]
  private let decoder: AMRDecoder
  private var position = AMR.magic.count
  private var frame = [Int16](repeating: 0, count: AMR.framesPerFrame)
  /// The part of the decoded frame that is not read yet.
  private var unread = 0..<0

  init(_ bytes: [UInt8]) throws(AudioError) {
    self.bytes = bytes
    decoder = try AMRDecoder()
    var position = position
    var count = 0
    while let next = Self.frame(of: bytes, at: position) {
      position = next.upperBound
      count += 1
    }
    frameCount = count * AMR.framesPerFrame
  }

  func read(into frames: inout MutableSpan<Int16>) -> Int {
    var done = 0
    while done < frames.count {
      if unread.isEmpty { decodeNext() }
      let count = min(frames.count - done, unread.count)
      guard count > 0 else { break }
      for index in 0..<count { frames[done + index] = frame[unread.lowerBound + index] }
      unread = unread.lowerBound + count..<unread.upperBound
      done += count
    }
    return done
  }

  private func decodeNext() {
    guard let next = Self.frame(of: bytes, at: position) else { return }
    let bytes = bytes
    var target = frame.mutableSpan
    decoder.decode(bytes.span.extracting(next), into: &target)
    position = next.upperBound
    unread = frame.indices
  }

  /// Where the whole frame stands that begins at `position`, if there is one.
  private static func frame(of bytes: [UInt8], at position: Int) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    let end = position + AMR.storedByteCount(header: bytes[position])
    return end <= bytes.count ? position..<end : nil
  }
}
