/// An entry of the open-file table: the file as one handle sees it.
struct OpenFile {
  let file: NodeID
  let mode: OpenMode
  private(set) var content: FileContent
  private(set) var changes: PendingChanges
  var position = 0

  init(_ id: NodeID, _ file: File, _ mode: OpenMode) {
    self.file = id
    self.mode = mode
    content = file.content
    changes = PendingChanges(base: file)
    if mode.contains(.truncate) { resize(to: 0) }
  }

  /// Where the next write goes.
  var writePosition: Int { mode.contains(.append) ? max(position, content.size) : position }

  func size(afterWriting count: Int) -> Int { max(content.size, writePosition + count) }

  mutating func write(_ bytes: Span<UInt8>) {
    let start = writePosition
    if start > content.size { resize(to: start) }
    changes.note(start..<start + bytes.count)
    content.write(bytes, at: start)
    position = start + bytes.count
  }

  mutating func resize(to size: Int) {
    guard size != content.size else { return }
    changes.note(resizeFrom: content.size, to: size)
    content.resize(to: size)
  }

  /// Starts over from what was just synced.
  mutating func rebase(on file: File) { changes = PendingChanges(base: file) }
}

/// How a handle's content differs from what was on flash when it last looked.
struct PendingChanges {
  let baseVersion: Int
  let baseSize: Int
  private(set) var isEmpty = true
  /// The one block below the old end that was overwritten.
  private(set) var overwrittenBlock: Int?
  /// More has changed than one old block and what follows the old end.
  private(set) var isRewrite: Bool

  init(base: File) {
    baseVersion = base.version
    baseSize = base.content.size
    isRewrite = baseSize == 0
  }

  mutating func note(_ range: Range<Int>) {
    isEmpty = false
    let old = range.clamped(to: 0..<baseSize)
    guard !old.isEmpty else { return }
    let first = old.lowerBound / FileContent.chunkSize
    let last = (old.upperBound - 1) / FileContent.chunkSize
    if first != last || first != overwrittenBlock ?? first { isRewrite = true }
    overwrittenBlock = first
  }

  mutating func note(resizeFrom oldSize: Int, to newSize: Int) {
    isEmpty = false
    if newSize < baseSize { isRewrite = true }
  }
}
