/// Reads PCM frames as mono 16 bit, block by block.
struct PCMReader<Bytes: ByteReading & ~Copyable>: ~Copyable {
  let layout: PCMLayout
  private let bytes: Bytes
  private var block: [UInt8]
  /// The part of the block that is not decoded yet.
  private var unread = 0..<0
  /// How many frames have gone through the block.
  private var position = 0

  init(_ bytes: consuming Bytes, layout: PCMLayout) {
    self.bytes = bytes
    self.layout = layout
    let framesPerBlock = max(1, 16_384 / layout.bytesPerFrame)
    block = [UInt8](repeating: 0, count: framesPerBlock * layout.bytesPerFrame)
  }

  /// Reads frames from where the last call ended.
  ///
  /// - Returns: How many were stored; fewer than wanted only at the end.
  mutating func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    var done = 0
    while done < frames.count {
      if unread.isEmpty { try refill() }
      let count = min(frames.count - done, unread.count / layout.bytesPerFrame)
      guard count > 0 else { break }
      layout.decode(block.span.extracting(unread), count: count, into: &frames, at: done)
      unread = unread.lowerBound + count * layout.bytesPerFrame..<unread.upperBound
      done += count
    }
    return done
  }

  /// Goes back to the first frame.
  mutating func rewind() {
    position = 0
    unread = 0..<0
  }

  private mutating func refill() throws(AudioError) {
    let wanted = min(block.count, (layout.frameCount - position) * layout.bytesPerFrame)
    guard wanted > 0 else { return }
    let offset = layout.dataOffset + position * layout.bytesPerFrame
    let frames =
      try Self.fill(&block, count: wanted, from: bytes, at: offset) / layout.bytesPerFrame
    position += frames
    unread = 0..<frames * layout.bytesPerFrame
  }

  private static func fill(
    _ block: inout [UInt8], count: Int, from bytes: borrowing Bytes, at offset: Int
  ) throws(AudioError) -> Int {
    var span = block.mutableSpan
    var target = span._mutatingExtracting(0..<count)
    return try bytes.read(at: offset, into: &target)
  }
}
