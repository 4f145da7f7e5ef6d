/// What a pair holds, as a value: a commit changes it, and a rewrite stores the whole of it.
struct PairContents {
  /// What a pair stores about an entry. The entry in memory follows when the commit has succeeded.
  struct Record {
    let entry: Entry
    var name: Name
    var content: Entry.Content
    var attributes: [UInt8: [UInt8]]

    init(_ entry: Entry, name: Name? = nil) {
      self.entry = entry
      self.name = name ?? entry.name
      content = entry.content
      attributes = entry.attributes
    }
  }

  /// What the first entry of the first pair, and of those it has expanded to, says.
  struct SuperblockRecord {
    var superblock: Superblock
    /// The root's, beside the superblock of the root directory.
    var attributes: [UInt8: [UInt8]] = [:]
  }

  /// One step of a commit. Places count the pair's entries as the steps before have left them.
  enum Change {
    case insert(Record, at: Int)
    case remove(at: Int)
    /// Other content; a directory's is where its first pair is now.
    case content(Entry.Content, at: Int)
    /// An attribute, or none any more, of the entry there; of the root if nil.
    case attribute(UInt8, [UInt8]?, at: Int?)
    case superblock(Superblock)
    case tail(BlockPair?, continues: Bool)
  }

  /// Stands before the records.
  var superblock: SuperblockRecord?
  var records: [Record] = []
  var tail: BlockPair?
  var continues = false

  mutating func apply(_ change: Change) {
    switch change {
    case .insert(let record, let index): records.insert(record, at: index)
    case .remove(let index): records.remove(at: index)
    case .content(let content, let index): records[index].content = content
    case .attribute(let type, let bytes, let index?): records[index].attributes[type] = bytes
    case .attribute(let type, let bytes, nil): superblock?.attributes[type] = bytes
    case .superblock(let value): superblock?.superblock = value
    case .tail(let blocks, let continues): (tail, self.continues) = (blocks, continues)
    }
  }

  /// From which record on a new pair is needed; nil if one will do.
  ///
  /// A rewritten pair is at most half full, so that commits can be added to it. Like the reference, the
  /// upper part is halved until it is that small.
  func splitPoint(_ geometry: FlashGeometry) -> Int? {
    let sizes = (superblock.map { [$0.byteCount] } ?? []) + records.map(\.byteCount)
    let half = (geometry.blockSize / 2 + geometry.programSize - 1) / geometry.programSize
    let limit = min(geometry.blockSize - Self.reserve, half * geometry.programSize)
    var split = 0
    while sizes.count - split > 1 {
      let count = sizes.count - split
      if count < Self.maximumCount, sizes[split...].reduce(0, +) <= limit { break }
      split += count / 2
    }
    return split == 0 ? nil : split - (superblock == nil ? 0 : 1)
  }

  /// Cuts off the records from `index` on, with the tail.
  mutating func cut(from index: Int) -> PairContents {
    var upper = PairContents()
    upper.records = Array(records[index...])
    (upper.tail, upper.continues) = (tail, continues)
    records.removeSubrange(index...)
    return upper
  }

  /// Room for a tail, a shared state, a deletion and a checksum.
  private static let reserve = 40
  /// Entries in a rewritten pair.
  private static let maximumCount = 0xff
  /// Entries in any pair, by the width of their ids.
  static let idLimit = LogTag.noID
}

// MARK: As tags

extension PairContents {
  /// Writes the whole of it.
  func encode(into writer: inout CommitWriter) {
    superblock?.encode(into: &writer)
    let first = superblock == nil ? 0 : 1
    for (index, record) in records.enumerated() { record.encode(id: first + index, into: &writer) }
    if let tail { writer.append(LogTag(.tail(continues: continues), length: 8), [UInt8](tail)) }
  }
}

extension PairContents.Change {
  /// Writes what the step changes.
  ///
  /// - Parameter first: The id of the first record: 1 after a superblock.
  func encode(first: Int, into writer: inout CommitWriter) {
    switch self {
    case .insert(let record, let index):
      writer.append(LogTag(.create, id: first + index, length: 0))
      record.encode(id: first + index, into: &writer)
    case .remove(let index): writer.append(LogTag(.delete, id: first + index, length: 0))
    case .content(let content, let index): content.encode(id: first + index, into: &writer)
    case .attribute(let type, let bytes, let index):
      let id = index.map { first + $0 } ?? 0
      writer.append(LogTag(.attribute(type), id: id, length: bytes?.count), bytes ?? [])
    case .superblock(let superblock): superblock.encode(into: &writer)
    case .tail(let blocks, let continues):
      writer.append(LogTag(.tail(continues: continues), length: 8), [UInt8](blocks))
    }
  }
}

extension PairContents.Record {
  fileprivate var byteCount: Int {
    2 * LogTag.byteCount + name.byteCount + content.byteCount + attributes.byteCount
  }

  fileprivate func encode(id: Int, into writer: inout CommitWriter) {
    let type = content.isDirectory ? EntryType.directory : .file
    writer.append(LogTag(.name(type), id: id, length: name.byteCount), name.bytes)
    content.encode(id: id, into: &writer)
    attributes.encode(id: id, into: &writer)
  }
}

extension PairContents.SuperblockRecord {
  fileprivate var byteCount: Int {
    2 * LogTag.byteCount + Superblock.magic.count + Superblock.byteCount + attributes.byteCount
  }

  fileprivate func encode(into writer: inout CommitWriter) {
    writer.append(LogTag(.name(.superblock), id: 0, length: 8), Superblock.magic)
    superblock.encode(into: &writer)
    attributes.encode(id: 0, into: &writer)
  }
}

extension Superblock {
  /// The name of a superblock entry: "littlefs".
  static let magic = Array("littlefs".utf8)
  static let byteCount = 24

  fileprivate func encode(into writer: inout CommitWriter) {
    let data = [UInt8](
      littleEndian: UInt32(version.major << 16 | version.minor), UInt32(blockSize),
      UInt32(blockCount), UInt32(nameLimit), UInt32(fileSizeLimit), UInt32(attributeLimit))
    writer.append(LogTag(.inlineStructure, id: 0, length: data.count), data)
  }
}

extension Entry.Content {
  var isDirectory: Bool { if case .directory = self { true } else { false } }

  fileprivate var byteCount: Int { if case .inline(let bytes) = self { bytes.count } else { 8 } }

  fileprivate func encode(id: Int, into writer: inout CommitWriter) {
    switch self {
    case .inline(let bytes):
      writer.append(LogTag(.inlineStructure, id: id, length: bytes.count), bytes)
    case .blocks(let list):
      writer.append(
        LogTag(.blocksStructure, id: id, length: 8),
        [UInt8](littleEndian: UInt32(list.head), UInt32(list.size)))
    case .directory(let directory):
      writer.append(
        LogTag(.directoryStructure, id: id, length: 8), [UInt8](directory.pairs[0].blocks))
    }
  }
}

extension [UInt8: [UInt8]] {
  fileprivate var byteCount: Int { values.reduce(0) { $0 + LogTag.byteCount + $1.count } }

  fileprivate func encode(id: Int, into writer: inout CommitWriter) {
    for (type, bytes) in sorted(by: { $0.key < $1.key }) {
      writer.append(LogTag(.attribute(type), id: id, length: bytes.count), bytes)
    }
  }
}
