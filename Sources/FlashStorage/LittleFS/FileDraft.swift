/// A file's content as a handle makes it: what is complete, and on top the writes since the last flush.
///
/// As in the reference, writing inside a file begins a new list of blocks there, and the flush copies
/// what follows behind it.
struct FileDraft {
  /// The content before what the writer has written; a list is loaded.
  private(set) var content: Entry.Content
  /// Whether all this differs from what is on flash under the file's name.
  var isChanged = false
  /// The old content goes on after its end.
  private var writer: BlockListWriter?
  /// The largest content that stays inline, in bytes.
  private let inlineLimit: Int

  /// - Parameters:
  ///   - content: What the file holds; a list is loaded, unless the handle starts with no content.
  ///   - isEmptied: Whether the handle starts with no content.
  init(_ content: Entry.Content, inlineLimit: Int, isEmptied: Bool) {
    isChanged = isEmptied && content.size > 0
    self.content = isChanged ? .inline([]) : content
    self.inlineLimit = inlineLimit
  }

  /// Bytes in all.
  var size: Int { max(content.size, writer?.end ?? 0) }

  /// Whether nothing of it is in memory alone, but for inline content.
  var isFlushed: Bool { writer == nil }

  /// Fills `buffer` from a position on, which has that much.
  ///
  /// - Precondition: It is flushed.
  func read(
    at position: Int, into buffer: inout MutableSpan<UInt8>, _ disk: Disk
  ) throws(FlashError) {
    switch content {
    case .inline(let bytes):
      buffer.copy(bytes.span.extracting(position..<position + buffer.count))
    case .blocks(let list): try disk.read(list, at: position, into: &buffer)
    case .directory: break
    }
  }

  /// Adds bytes to what is in memory, if that ends at the position and has the room.
  ///
  /// - Returns: Whether it did.
  mutating func append(inPlace bytes: Span<UInt8>, at position: Int) -> Bool {
    guard writer?.end == position else { return false }
    return writer?.append(inPlace: bytes) ?? false
  }

  /// Whether writing can begin or go on at a position without a flush.
  func canWrite(at position: Int) -> Bool { writer.map { $0.end == position } ?? true }

  /// Writes at a position, after zeros if that is beyond the end.
  ///
  /// - Precondition: It can be written there, or at the end if that comes first.
  mutating func write(
    _ bytes: Span<UInt8>, at position: Int, _ disk: Disk
  ) throws(FlashError) {
    try fill(upTo: position, disk)
    try put(bytes, at: position, disk)
  }

  /// Cuts it or extends it with zeros.
  ///
  /// - Precondition: It can be written at the end.
  mutating func resize(to newSize: Int, _ disk: Disk) throws(FlashError) {
    try fill(upTo: newSize, disk)
    try flush(disk)
    if newSize < size { try cut(to: newSize, disk) }
  }

  /// Brings what is in memory to flash, and what follows it in the old content behind it.
  mutating func flush(_ disk: Disk) throws(FlashError) {
    guard var writer else { return }
    if writer.end < content.size {
      var buffer = [UInt8](repeating: 0, count: disk.geometry.blockSize)
      while writer.end < content.size {
        let count = min(buffer.count, content.size - writer.end)
        var span = buffer.mutableSpan
        var part = span._mutatingExtracting(0..<count)
        try read(at: writer.end, into: &part, disk)
        try writer.append(buffer.span.extracting(first: count), disk)
      }
    }
    content = .blocks(try writer.finish(disk))
    self.writer = nil
    isChanged = true
  }

  /// Adds the blocks that it needs.
  func mark(in used: inout BlockSet) {
    if case .blocks(let list) = content { list.mark(in: &used) }
    writer?.mark(in: &used)
  }

  /// Extends it with zeros if it is shorter.
  private mutating func fill(upTo end: Int, _ disk: Disk) throws(FlashError) {
    guard size < end else { return }
    let zeros = [UInt8](repeating: 0, count: min(disk.geometry.blockSize, end - size))
    while size < end {
      try put(zeros.span.extracting(first: min(zeros.count, end - size)), at: size, disk)
    }
  }

  /// Writes at a position not beyond the end, where it can be written.
  private mutating func put(
    _ bytes: Span<UInt8>, at position: Int, _ disk: Disk
  ) throws(FlashError) {
    isChanged = true
    if case .inline(var old) = content, writer == nil,
      max(position + bytes.count, old.count) <= inlineLimit
    {
      old.overwrite(at: position, bytes)
      content = .inline(old)
      return
    }
    if writer == nil { writer = try newWriter(at: position, disk) }
    try writer?.append(bytes, disk)
  }

  private mutating func newWriter(
    at position: Int, _ disk: Disk
  ) throws(FlashError) -> BlockListWriter {
    if case .blocks(let list) = content, position > 0 {
      return try BlockListWriter(disk, after: list, at: position)
    }
    var writer = try BlockListWriter(disk)
    if case .inline(let bytes) = content {
      try writer.append(bytes.span.extracting(first: position), disk)
    }
    return writer
  }

  private mutating func cut(to newSize: Int, _ disk: Disk) throws(FlashError) {
    if newSize <= inlineLimit {
      var bytes = [UInt8](repeating: 0, count: newSize)
      var span = bytes.mutableSpan
      try read(at: 0, into: &span, disk)
      content = .inline(bytes)
    } else if case .blocks(let list) = content {
      content = .blocks(list.cut(to: newSize, disk.layout))
    }
    isChanged = true
  }
}

extension [UInt8] {
  /// Replaces bytes from a place not beyond the end on.
  fileprivate mutating func overwrite(at position: Int, _ bytes: Span<UInt8>) {
    for index in bytes.indices {
      let place = position + index
      if place < count { self[place] = bytes[index] } else { append(bytes[index]) }
    }
  }
}
