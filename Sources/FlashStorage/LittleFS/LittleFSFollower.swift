/// Something that keeps up with a littlefs: it hears of each change as soon as that is on flash.
///
/// If it fails, so does the change, and flash goes back to what it was.
protocol LittleFSFollower: AnyObject {
  /// Whether a new name can be followed; asked before anything changes.
  func check(_ name: Name, in directory: Directory) throws(FlashError)

  /// A file or directory has been made.
  func made(_ entry: Entry) throws(FlashError)

  /// A file or an empty directory is gone.
  func removed(_ path: [Name], isDirectory: Bool) throws(FlashError)

  /// An entry has a new path, and what stood there is gone.
  func moved(_ entry: Entry, from path: [Name]) throws(FlashError)

  /// A file has new content.
  func stored(_ entry: Entry, _ change: ContentChange, on disk: Disk) throws(FlashError)
}

/// How the new content of a file differs from the old.
struct ContentChange {
  let oldSize: Int
  let newSize: Int
  /// From the first to the last byte of the old content that is another now, as far as the new one goes.
  let overwritten: Range<Int>
}

extension Disk {
  /// Compares two contents; what shares its blocks is not read.
  func change(
    from old: Entry.Content, to new: Entry.Content
  ) throws(FlashError) -> ContentChange {
    let end = min(old.size, new.size)
    var first = end
    var last = 0
    var position = try sharedSize(old, new)
    while position < end {
      let count = min(geometry.blockSize, end - position)
      let (before, after) = (try read(old, position, count), try read(new, position, count))
      if before != after {
        for index in 0..<count where before[index] != after[index] {
          first = min(first, position + index)
          last = position + index + 1
        }
      }
      position += count
    }
    return ContentChange(
      oldSize: old.size, newSize: new.size, overwritten: min(first, last)..<last)
  }

  /// Bytes of a content, which has that many.
  func read(
    _ content: Entry.Content, _ position: Int, _ count: Int
  ) throws(FlashError) -> [UInt8] {
    switch content {
    case .inline(let bytes): return Array(bytes[position..<position + count])
    case .blocks(let list):
      var bytes = [UInt8](repeating: 0, count: count)
      var span = bytes.mutableSpan
      try read(try load(list), at: position, into: &span)
      return bytes
    case .directory: return []
    }
  }

  /// How many bytes two contents have in the same blocks from the start on.
  private func sharedSize(
    _ old: Entry.Content, _ new: Entry.Content
  ) throws(FlashError) -> Int {
    guard case .blocks(let old) = old, case .blocks(let new) = new else { return 0 }
    let (before, after) = (try load(old), try load(new))
    let count = layout.index(of: min(old.size, new.size) - 1)
    let shared = (0..<count).first { before[$0] != after[$0] } ?? count
    return layout.start(of: shared)
  }
}
