/// A piece of a directory as one pair of blocks stores it, read into memory.
///
/// The tree of pairs, directories and entries is the file system: it is read whole when a volume is
/// mounted, every look-up is answered from it, and each change is written to flash first and made in
/// it afterwards.
final class MetadataPair {
  /// First the block that counts, then the one that the next rewrite goes to.
  var blocks: BlockPair
  /// Counts rewrites; of two valid blocks the later one counts. Wraps round.
  var revision: UInt32
  /// What it holds, in the order on flash.
  var entries: [Entry] = []
  /// The next pair on the list of all pairs.
  var tail: BlockPair?
  /// Whether the tail is more of the same directory.
  var continues = false
  /// Where another commit can be appended (littlefs 2); nil if the next change rewrites the pair.
  var log: LogEnd?
  /// What this pair adds to the state that all pairs share (littlefs 2).
  var stateDelta = SharedState()

  init(blocks: BlockPair, revision: UInt32) {
    self.blocks = blocks
    self.revision = revision
  }
}

/// The end of the commits in a metadata block of littlefs 2.
struct LogEnd {
  /// Where the next commit starts, in bytes from the start of the block.
  var offset: Int
  /// The tag that the next one is combined with.
  var tag: UInt32
}

/// A directory in memory: its pairs, and its entries by name.
final class Directory {
  /// What names it; the root's entry has an empty name and no parent.
  weak var entry: Entry?
  /// In the order of the list; at least one.
  var pairs: [MetadataPair] = []
  private(set) var entriesByName: [Name: Entry] = [:]

  /// All entries, in the order on flash. What a move has left in a pair is none: by its name it stands for
  /// the entry until that is elsewhere, and then for nothing.
  var entries: [Entry] { pairs.flatMap { $0.entries.compactMap { entriesByName[$0.name] } } }
  var isEmpty: Bool { entriesByName.isEmpty }

  subscript(name: Name) -> Entry? { entriesByName[name] }

  /// Notes that an entry stands here; the store has put it into a pair.
  func adopt(_ entry: Entry) {
    entriesByName[entry.name] = entry
    entry.parent = self
  }

  /// Notes that an entry is gone from here.
  func disown(_ entry: Entry) {
    if entriesByName[entry.name] === entry { entriesByName[entry.name] = nil }
    entry.parent = nil
  }
}

/// A file or directory under its name.
///
/// It is the same object as long as the thing exists, wherever commits, splits and renames move it, so
/// open files hold on to it.
final class Entry {
  /// What is stored under a name.
  enum Content {
    /// The bytes of a small file, kept beside its name (littlefs 2); an empty file is this too.
    case inline([UInt8])
    /// A file in blocks of its own.
    case blocks(BlockList)
    case directory(Directory)

    /// Bytes in the file; 0 for a directory.
    var size: Int {
      switch self {
      case .inline(let bytes): bytes.count
      case .blocks(let list): list.size
      case .directory: 0
      }
    }
  }

  var name: Name
  var content: Content
  /// Custom attributes by their type (littlefs 2).
  var attributes: [UInt8: [UInt8]] = [:]
  /// What littlefs 1 lets other systems keep beside a name; carried along as it was found.
  var foreignAttributes: [UInt8] = []
  /// Where it stands; nil for the root, and for what has been removed.
  fileprivate(set) weak var parent: Directory?

  init(_ name: Name, _ content: Content) {
    self.name = name
    self.content = content
  }

  var directory: Directory? {
    if case .directory(let directory) = content { directory } else { nil }
  }

  /// Bytes in the file; 0 for a directory.
  var size: Int { content.size }
}

extension Entry {
  /// The names from the root on; none for the root, and for what has been removed.
  var names: [Name] {
    var names: [Name] = []
    var entry = self
    while let parent = entry.parent {
      names.append(entry.name)
      guard let above = parent.entry else { break }
      entry = above
    }
    return names.reversed()
  }

  /// The path from the root on; of something removed, its last name.
  var path: String { path(\.string) }

  /// The path in a message.
  var printablePath: String { path(\.printable) }

  private func path(_ text: (Name) -> String) -> String {
    "/" + (parent == nil ? [name] : names).map(text).joined(separator: "/")
  }
}

extension Directory {
  /// The path in a message of what has this name here, whether or not it stands here.
  func printablePath(of name: Name) -> String {
    let path = entry?.printablePath ?? "/"
    return (path == "/" ? "" : path) + "/" + name.printable
  }

  /// What is wrong with an entry, by its path and place.
  ///
  /// - Parameter fault: Of its name; see ``Name/fault(limit:)``.
  func sentence(about name: Name, in pair: BlockPair, _ fault: String) -> String {
    "'\(printablePath(of: name))' in pair \(pair) \(fault)"
  }
}
