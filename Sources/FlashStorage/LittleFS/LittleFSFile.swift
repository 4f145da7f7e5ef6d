/// An open file of a littlefs: what one handle sees and has not yet brought to flash.
///
/// It sees the file as it was when it was opened, plus its own writes, whatever other handles do, and
/// outlives its name. ``LittleFS/sync(_:)`` makes what it sees the content of the file.
final class LittleFSFile {
  /// What it was opened as.
  let entry: Entry
  let mode: OpenMode
  private(set) var position = 0
  /// Whether it sees something else than what it found or synced last.
  var isChanged: Bool { state.isChanged || state.writer != nil }

  private let disk: Disk
  private let inlineLimit: Int
  private let sizeLimit: Int
  private var state: State

  /// What a call that fails puts back.
  private struct State {
    /// The content before what the writer has written.
    var content: Entry.Content
    /// Whether the content is not what is on flash under the file's name.
    var isChanged = false
    /// Writes since the last flush; the old content goes on after its end.
    var writer: BlockListWriter?
  }

  init(_ entry: Entry, _ mode: OpenMode, _ disk: Disk, inlineLimit: Int, sizeLimit: Int) {
    self.entry = entry
    self.mode = mode
    self.disk = disk
    self.inlineLimit = inlineLimit
    self.sizeLimit = sizeLimit
    state = State(content: entry.content)
    if mode.contains(.truncate), entry.size > 0 {
      state = State(content: .inline([]), isChanged: true)
    }
  }

  /// Bytes in the file, as the handle sees it.
  var size: Int { max(state.content.size, state.writer?.end ?? 0) }

  // MARK: Reading and positions

  /// Reads from the position on and moves it.
  ///
  /// - Returns: The number of bytes; 0 at the end.
  func read(into buffer: inout MutableSpan<UInt8>) throws(FlashError) -> Int {
    try check(.read)
    try flush()
    let count = max(0, min(buffer.count, size - position))
    guard count > 0 else { return 0 }
    var part = buffer._mutatingExtracting(0..<count)
    try read(at: position, into: &part)
    position += count
    return count
  }

  /// Moves the position, also past the end.
  func seek(to offset: Int, from origin: SeekOrigin) throws(FlashError) -> Int {
    let base =
      switch origin {
      case .start: 0
      case .position: position
      case .end: size
      }
    let (target, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, (0...sizeLimit).contains(target) else { throw .invalid }
    if target != position {
      try flush()
      position = target
    }
    return position
  }

  // MARK: Writing

  /// Writes at the position, or at the end in append mode; a failure leaves everything as it was.
  func write(_ bytes: Span<UInt8>) throws(FlashError) {
    try check(.write)
    let start = mode.contains(.append) ? max(position, size) : position
    guard bytes.count <= sizeLimit - start else { throw .fileTooLarge }
    guard bytes.count > 0 else { return }
    if state.writer?.end != start || state.writer?.append(inPlace: bytes) != true {
      try attempt { () throws(FlashError) in
        try fill(upTo: start)
        try put(bytes, at: start)
      }
    }
    position = start + bytes.count
  }

  /// Cuts the file or extends it with zeros; a failure leaves everything as it was.
  func truncate(to size: Int) throws(FlashError) {
    try check(.write)
    guard (0...sizeLimit).contains(size) else { throw .invalid }
    try attempt { () throws(FlashError) in
      try fill(upTo: size)
      try flush()
      if size < self.size { try cut(to: size) }
    }
  }

  /// Brings what is in memory to flash, and what follows it in the old content behind it.
  func flush() throws(FlashError) {
    guard var writer = state.writer else { return }
    var buffer = [UInt8](repeating: 0, count: disk.geometry.blockSize)
    while writer.end < state.content.size {
      let count = min(buffer.count, state.content.size - writer.end)
      var span = buffer.mutableSpan
      var part = span._mutatingExtracting(0..<count)
      try read(at: writer.end, into: &part)
      try writer.append(buffer.span.extracting(first: count), disk)
    }
    state = State(content: .blocks(try writer.finish(disk)), isChanged: true)
  }

  /// What the name is to stand for at a sync: everything that has been flushed.
  var content: Entry.Content { state.content }

  /// Notes that the content is on flash under the file's name.
  func noteSynced() { state.isChanged = false }

  /// Adds the blocks that the handle needs.
  func mark(in used: inout BlockSet) throws(FlashError) {
    if case .blocks(let list) = state.content { try disk.load(list).mark(in: &used) }
    state.writer?.mark(in: &used)
  }

  // MARK: Steps

  private func check(_ need: OpenMode) throws(FlashError) {
    guard mode.isSuperset(of: need) else { throw .badHandle }
  }

  private func attempt(_ body: () throws(FlashError) -> Void) throws(FlashError) {
    let saved = state
    do throws(FlashError) {
      try body()
    } catch {
      state = saved
      throw error
    }
  }

  private func read(
    at position: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) {
    switch state.content {
    case .inline(let bytes):
      for index in buffer.indices { buffer[index] = bytes[position + index] }
    case .blocks(let list):
      let list = try disk.load(list)
      state.content = .blocks(list)
      try disk.read(list, at: position, into: &buffer)
    case .directory: break
    }
  }

  /// Extends the file with zeros if it is shorter.
  private func fill(upTo end: Int) throws(FlashError) {
    let zeros = [UInt8](repeating: 0, count: min(disk.geometry.blockSize, max(end - size, 0)))
    while size < end {
      try put(zeros.span.extracting(first: min(zeros.count, end - size)), at: size)
    }
  }

  /// Writes at a position not beyond the end.
  private func put(_ bytes: Span<UInt8>, at position: Int) throws(FlashError) {
    if case .inline(let old) = state.content, state.writer == nil,
      max(position + bytes.count, old.count) <= inlineLimit
    {
      state = State(content: .inline(old.overwritten(at: position, bytes)), isChanged: true)
      return
    }
    if state.writer?.end != position {
      try flush()
      state.writer = try writer(at: position)
    }
    // On a copy: the allocator looks at this file's blocks meanwhile.
    guard var writer = state.writer else { return }
    try writer.append(bytes, disk)
    state.writer = writer
  }

  private func writer(at position: Int) throws(FlashError) -> BlockListWriter {
    if case .blocks(let list) = state.content, position > 0 {
      let list = try disk.load(list)
      state.content = .blocks(list)
      return try BlockListWriter(disk, after: list, at: position)
    }
    var writer = try BlockListWriter(disk)
    if case .inline(let bytes) = state.content {
      try writer.append(bytes.span.extracting(first: position), disk)
    }
    return writer
  }

  private func cut(to size: Int) throws(FlashError) {
    if size <= inlineLimit {
      var bytes = [UInt8](repeating: 0, count: size)
      var span = bytes.mutableSpan
      try read(at: 0, into: &span)
      state.content = .inline(bytes)
    } else if case .blocks(let list) = state.content {
      state.content = .blocks(try disk.load(list).cut(to: size, disk.layout))
    }
    state.isChanged = true
  }
}

extension [UInt8] {
  /// A copy with other bytes from a place not beyond the end on.
  fileprivate func overwritten(at position: Int, _ bytes: Span<UInt8>) -> [UInt8] {
    var copy = self
    for index in bytes.indices {
      let place = position + index
      if place < copy.count { copy[place] = bytes[index] } else { copy.append(bytes[index]) }
    }
    return copy
  }
}
