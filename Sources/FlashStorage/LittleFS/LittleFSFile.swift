/// An open file of a littlefs: what one handle sees and has not yet brought to flash.
///
/// It sees the file as it was when it was opened, plus its own writes, whatever other handles do, and
/// outlives its name. ``LittleFS/sync(_:)`` makes what it sees the content of the file.
final class LittleFSFile {
  /// What it was opened as.
  let entry: Entry
  let mode: OpenMode
  private(set) var position = 0

  private let disk: Disk
  private let sizeLimit: Int
  private var draft: FileDraft

  init(_ entry: Entry, _ mode: OpenMode, _ disk: Disk, inlineLimit: Int, sizeLimit: Int) {
    self.entry = entry
    self.mode = mode
    self.disk = disk
    self.sizeLimit = sizeLimit
    draft = FileDraft(
      entry.content, inlineLimit: inlineLimit, isEmptied: mode.contains(.truncate))
  }

  /// Bytes in the file, as the handle sees it.
  var size: Int { draft.size }

  /// Whether it sees something else than what it found or synced last.
  var isChanged: Bool { draft.isChanged }

  /// What the name is to stand for at a sync: everything that has been flushed.
  var content: Entry.Content { draft.content }

  /// Reads from the position on and moves it.
  ///
  /// - Returns: The number of bytes; 0 at the end.
  func read(into buffer: inout MutableSpan<UInt8>) throws(FlashError) -> Int {
    try check(.read)
    try flush()
    let count = max(0, min(buffer.count, size - position))
    guard count > 0 else { return 0 }
    var part = buffer._mutatingExtracting(0..<count)
    try draft.read(at: position, into: &part, disk)
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

  /// Writes at the position, or at the end in append mode; a failure leaves everything as it was.
  func write(_ bytes: Span<UInt8>) throws(FlashError) {
    try check(.write)
    let start = mode.contains(.append) ? max(position, size) : position
    guard bytes.count <= sizeLimit - start else { throw .fileTooLarge }
    guard bytes.count > 0 else { return }
    if !draft.append(inPlace: bytes, at: start) {
      try prepareWriting(at: min(start, size))
      try change { draft throws(FlashError) in try draft.write(bytes, at: start, disk) }
    }
    position = start + bytes.count
  }

  /// Cuts the file or extends it with zeros; a failure leaves everything as it was.
  func truncate(to size: Int) throws(FlashError) {
    try check(.write)
    guard (0...sizeLimit).contains(size) else { throw .invalid }
    try prepareWriting(at: self.size)
    try change { draft throws(FlashError) in try draft.resize(to: size, disk) }
  }

  /// Brings what is in memory to flash.
  func flush() throws(FlashError) {
    guard !draft.isFlushed else { return }
    try change { draft throws(FlashError) in try draft.flush(disk) }
  }

  /// Notes that the content is on flash under the file's name.
  func noteSynced() { draft.isChanged = false }

  /// Adds the blocks that the handle needs.
  func mark(in used: inout BlockSet) { draft.mark(in: &used) }

  private func check(_ need: OpenMode) throws(FlashError) {
    guard mode.isSuperset(of: need) else { throw .badHandle }
  }

  /// Flushes, unless what is in memory ends where it is to go on. This is a change of its own, which makes
  /// the blocks free that it replaces.
  private func prepareWriting(at position: Int) throws(FlashError) {
    if !draft.canWrite(at: position) { try flush() }
  }

  /// Makes a change to a copy. What it allocates is in use by then, and so is what the handle had; and
  /// a change that fails has not happened.
  private func change(
    _ body: (inout FileDraft) throws(FlashError) -> Void
  ) throws(FlashError) {
    var copy = draft
    try body(&copy)
    draft = copy
  }
}
