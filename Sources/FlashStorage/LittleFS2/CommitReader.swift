/// What the commits in one block of a pair add up to; names and data as places in the block.
///
/// A block is a revision count and a log of commits. A commit is a run of tags with their data, and a
/// checksum over them; what comes after the last whole commit does not count. Each commit changes what
/// the ones before it say.
struct PairLog {
  /// An entry by its places in the block.
  struct LoggedEntry {
    var type: EntryType?
    var name = 0..<0
    /// Which of the three structures it has, and where.
    var structure: (kind: TagKind, data: Range<Int>)?
    var attributes: [UInt8: Range<Int>] = [:]
  }

  /// Why the log ends where it does.
  enum Ending: Equatable {
    /// Nothing was written after it; nil as the offset if it fills the block.
    case unwritten
    /// A commit was begun there, and its checksum is missing.
    case unfinished(offset: Int)
    /// A commit stands there with a checksum that its bytes do not have.
    case mismatch(offset: Int, expected: UInt32, found: UInt32)
  }

  let revision: UInt32
  var entries: [LoggedEntry] = []
  var tail: BlockPair?
  var continues = false
  var state = SharedState()
  /// Where the log goes on; nil if nothing can be added.
  var end: LogEnd?
  var ending = Ending.unwritten
  /// What makes no sense in whole commits, as sentences about the block.
  var contradictions: [String] = []
  /// The checksums of all commits folded together.
  var digest = CRC32()
}

/// Reads the log in a block.
///
/// Nothing in a block can make it stop, loop or allocate more than the block's size allows.
struct CommitReader: ~Copyable {
  private let programSize: Int
  private var log: PairLog
  /// The checksum of the erased flash after the last commit, and of how many bytes.
  private var erased: (count: Int, checksum: UInt32)?

  /// - Parameters:
  ///   - bytes: The whole block.
  ///   - programSize: What a commit starts at a multiple of, to be added to.
  /// - Returns: Nil if there is no whole commit.
  static func read(_ bytes: Span<UInt8>, programSize: Int) -> PairLog? {
    var reader = CommitReader(
      programSize: programSize, log: PairLog(revision: bytes.littleEndian(at: 0)), erased: nil)
    return reader.readCommits(bytes) ? reader.log : nil
  }

  private mutating func readCommits(_ bytes: Span<UInt8>) -> Bool {
    var begin = 0
    var offset = 4
    var start = LogTag.beforeFirst
    var last = start
    while offset + LogTag.byteCount <= bytes.count {
      let tag = LogTag(bits: bytes.bigEndian(at: offset) ^ last.bits)
      guard tag.isWritten else { break }
      guard offset + tag.totalByteCount <= bytes.count else {
        log.ending = .unfinished(offset: begin)
        break
      }
      guard case .checksum(let unwrittenReadsZero) = tag.kind else {
        offset += tag.totalByteCount
        last = tag
        continue
      }
      guard tag.length >= 4 else { break }
      let expected = bytes.littleEndian(at: offset + 4)
      let found = CRC32(of: bytes.extracting(begin..<offset + 4)).value
      guard found == expected else {
        log.ending = .mismatch(offset: begin, expected: expected, found: found)
        break
      }
      apply(bytes, from: begin == 0 ? 4 : begin, to: offset, after: start)
      fold(found)
      offset += tag.totalByteCount
      start = LogTag(bits: tag.bits ^ (unwrittenReadsZero ? LogTag.unwrittenBit : 0))
      last = start
      begin = offset
    }
    guard begin > 0 else { return false }
    guard log.ending == .unwritten else { return true }
    if offset == begin {
      findEnd(bytes, LogEnd(offset: begin, tag: start.bits))
    } else {
      log.ending = .unfinished(offset: begin)
    }
    return true
  }

  private mutating func fold(_ checksum: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      log.digest.update(UInt8(truncatingIfNeeded: checksum >> shift))
    }
  }

  /// The log can be added to if what follows is as it was when it was erased: after a program that was
  /// cut short, its first bytes may look erased and still not take another.
  private mutating func findEnd(_ bytes: Span<UInt8>, _ end: LogEnd) {
    guard let erased, erased.count <= bytes.count - end.offset else { return }
    let rest = bytes.extracting(end.offset..<end.offset + erased.count)
    guard CRC32(of: rest).value == erased.checksum else {
      log.ending = .unfinished(offset: end.offset)
      return
    }
    if end.offset % programSize == 0 { log.end = end }
  }

  /// Takes over what a whole commit says.
  private mutating func apply(
    _ bytes: Span<UInt8>, from begin: Int, to end: Int, after start: LogTag
  ) {
    erased = nil
    var offset = begin
    var last = start
    while offset < end {
      let tag = LogTag(bits: bytes.bigEndian(at: offset) ^ last.bits)
      apply(tag, bytes, offset + LogTag.byteCount)
      offset += tag.totalByteCount
      last = tag
    }
  }

  private mutating func apply(_ tag: LogTag, _ bytes: Span<UInt8>, _ offset: Int) {
    let data = offset..<offset + tag.length
    switch tag.kind {
    case .name(let type): name(tag, type, data)
    case .directoryStructure, .inlineStructure, .blocksStructure:
      change(tag) { $0.structure = tag.isGone ? nil : (tag.kind, data) }
    case .attribute(let type):
      change(tag) { $0.attributes[type] = tag.isGone ? nil : data }
    case .create: create(tag)
    case .delete: delete(tag)
    case .tail(let continues): tail(tag, continues, bytes, offset)
    case .sharedState: state(tag, bytes, offset)
    case .erasedChecksum:
      guard tag.length == 8 else { return }
      erased = (Int(bytes.littleEndian(at: offset)), bytes.littleEndian(at: offset + 4))
    case .checksum, .unknown: break
    }
  }

  /// A name may come without room made for it: a rewritten log just counts up.
  private mutating func name(_ tag: LogTag, _ type: EntryType, _ data: Range<Int>) {
    guard tag.id != LogTag.noID else { return contradict("a name belongs to no entry") }
    while log.entries.count <= tag.id { log.entries.append(PairLog.LoggedEntry()) }
    log.entries[tag.id].type = type
    log.entries[tag.id].name = data
  }

  private mutating func create(_ tag: LogTag) {
    guard tag.id <= log.entries.count, tag.id != LogTag.noID else {
      return contradict("an entry is created at \(tag.id) where \(log.entries.count) exist")
    }
    log.entries.insert(PairLog.LoggedEntry(), at: tag.id)
  }

  private mutating func delete(_ tag: LogTag) {
    guard log.entries.indices.contains(tag.id) else {
      return contradict("entry \(tag.id) is deleted where \(log.entries.count) exist")
    }
    log.entries.remove(at: tag.id)
  }

  private mutating func change(_ tag: LogTag, _ body: (inout PairLog.LoggedEntry) -> Void) {
    guard log.entries.indices.contains(tag.id) else {
      return contradict("data belongs to entry \(tag.id) where \(log.entries.count) exist")
    }
    body(&log.entries[tag.id])
  }

  private mutating func tail(
    _ tag: LogTag, _ continues: Bool, _ bytes: Span<UInt8>, _ offset: Int
  ) {
    guard tag.length == 8 else {
      return contradict("the pointer to the next pair has \(tag.length) bytes, not 8")
    }
    log.tail = bytes.blockPair(at: offset)
    log.continues = continues && log.tail != nil
  }

  private mutating func state(_ tag: LogTag, _ bytes: Span<UInt8>, _ offset: Int) {
    guard !tag.isGone else {
      log.state = SharedState()
      return
    }
    guard tag.length == SharedState.byteCount else {
      return contradict(
        "the shared state has \(tag.length) bytes, not \(SharedState.byteCount)")
    }
    log.state.tag = bytes.littleEndian(at: offset)
    log.state.first = bytes.littleEndian(at: offset + 4)
    log.state.second = bytes.littleEndian(at: offset + 8)
  }

  private mutating func contradict(_ sentence: String) { log.contradictions.append(sentence) }
}
