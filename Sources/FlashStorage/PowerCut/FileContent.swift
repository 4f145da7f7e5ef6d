/// The bytes of a file, in chunks that copies share.
///
/// Copying is O(1). The first write after it duplicates the chunk it touches and the two short lists
/// that lead there, never the file: a recorder may sync an hour of audio twice a second.
struct FileContent {
  static let chunkSize = 4096
  private static let chunksPerSegment = 256

  /// All chunks are full but the last, all segments but the last.
  private var segments: [[[UInt8]]] = []
  private(set) var size = 0

  /// Replaces what is at `position` and extends what is past the end; `position` is at most `size`.
  mutating func write(_ bytes: Span<UInt8>, at position: Int) {
    var done = 0
    while done < bytes.count {
      let start = (position + done) % Self.chunkSize
      let count = min(Self.chunkSize - start, bytes.count - done)
      let piece = bytes.extracting(done..<done + count)
      withChunk(at: position + done) { chunk in
        let missing = max(0, start + count - chunk.count)
        chunk.append(contentsOf: repeatElement(0, count: missing))
        var target = chunk.mutableSpan
        for offset in piece.indices { target[start + offset] = piece[offset] }
      }
      done += count
    }
    size = max(size, position + bytes.count)
  }

  /// Cuts off, or appends zeros.
  mutating func resize(to newSize: Int) {
    while size < newSize {
      let count = min(Self.chunkSize - size % Self.chunkSize, newSize - size)
      withChunk(at: size) { $0.append(contentsOf: repeatElement(0, count: count)) }
      size += count
    }
    guard newSize < size else { return }
    size = newSize
    let chunkCount = (size + Self.chunkSize - 1) / Self.chunkSize
    let segmentCount = (chunkCount + Self.chunksPerSegment - 1) / Self.chunksPerSegment
    segments.removeLast(segments.count - segmentCount)
    guard size > 0 else { return }
    let (segment, index) = (chunkCount - 1).quotientAndRemainder(dividingBy: Self.chunksPerSegment)
    segments[segment].removeLast(segments[segment].count - index - 1)
    let lastCount = size - (chunkCount - 1) * Self.chunkSize
    segments[segment][index].removeLast(segments[segment][index].count - lastCount)
  }

  /// Copies bytes from `position` on into `buffer`, as many as there are and fit.
  func read(at position: Int, into buffer: inout MutableSpan<UInt8>) -> Int {
    let count = max(0, min(buffer.count, size - position))
    var done = 0
    while done < count {
      let chunk = chunk(at: position + done)
      let start = (position + done) % Self.chunkSize
      let length = min(chunk.count - start, count - done)
      for offset in 0..<length { buffer[done + offset] = chunk[start + offset] }
      done += length
    }
    return count
  }

  /// The chunks that overlap `range`, each with its part inside and where that part is in the file.
  func chunks(in range: Range<Int>) -> [(chunk: [UInt8], part: Range<Int>, offset: Int)] {
    var chunks: [(chunk: [UInt8], part: Range<Int>, offset: Int)] = []
    var position = range.lowerBound
    while position < range.upperBound {
      let start = position % Self.chunkSize
      let count = min(Self.chunkSize - start, range.upperBound - position)
      chunks.append((chunk(at: position), start..<start + count, position))
      position += count
    }
    return chunks
  }

  private func chunk(at position: Int) -> [UInt8] {
    let number = position / Self.chunkSize
    return segments[number / Self.chunksPerSegment][number % Self.chunksPerSegment]
  }

  /// Changes the chunk at `position`, which may be the one after the last.
  private mutating func withChunk(at position: Int, _ body: (inout [UInt8]) -> Void) {
    let number = position / Self.chunkSize
    let (segment, index) = number.quotientAndRemainder(dividingBy: Self.chunksPerSegment)
    if segment == segments.count { segments.append([]) }
    if index == segments[segment].count { segments[segment].append([]) }
    body(&segments[segment][index])
  }
}
