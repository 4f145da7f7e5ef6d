/// What precedes each piece of data in a log of littlefs 2: its kind, whose it is and how long it is.
///
/// On flash a tag is big-endian, and combined by exclusive or with the tag before it. The topmost bit of
/// a tag is clear; where nothing has been written yet, it reads as set.
struct LogTag: Equatable {
  var bits: UInt32

  /// What the first tag of a block is combined with.
  static let beforeFirst = LogTag(bits: .max)
  /// The id of what belongs to the pair rather than to an entry.
  static let noID = 0x3ff
  /// Data is at most this long.
  static let maximumLength = 0x3fe
  /// Bytes of a tag itself.
  static let byteCount = 4
  /// Flipped in the tag that the next commit starts from, if erased flash reads as zeros there.
  static let unwrittenBit: UInt32 = 1 << 31

  init(bits: UInt32) { self.bits = bits }

  /// - Parameter length: Bytes of data; nil says that the thing is gone, where a kind has that.
  init(_ kind: TagKind, id: Int = LogTag.noID, length: Int?) {
    bits = kind.code << 20 | UInt32(id) << 10 | UInt32(length ?? 0x3ff)
  }

  var isWritten: Bool { bits & Self.unwrittenBit == 0 }
  var kind: TagKind { TagKind(code: bits >> 20 & 0x7ff) }
  var id: Int { Int(bits >> 10 & 0x3ff) }
  /// Whether it says that the thing is gone.
  var isGone: Bool { bits & 0x3ff == 0x3ff }
  /// Bytes of data after the tag.
  var length: Int { isGone ? 0 : Int(bits & 0x3ff) }
  /// Bytes of the tag and its data.
  var totalByteCount: Int { Self.byteCount + length }
}

/// The kinds of tags, by the names that `SPEC.md` of littlefs 2 gives their numbers.
enum TagKind: Equatable {
  /// 0x0xx: an entry begins; its type and its name.
  case name(EntryType)
  /// 0x200: the first pair of a directory.
  case directoryStructure
  /// 0x201: the bytes of a small file, or of the superblock.
  case inlineStructure
  /// 0x202: last block and size of a file in blocks.
  case blocksStructure
  /// 0x3xx: a custom attribute.
  case attribute(UInt8)
  /// 0x401: room for an entry at this id; those from there on move up.
  case create
  /// 0x4ff: the entry goes; those after it move down.
  case delete
  /// 0x500: the end of a commit; the flag says what the topmost bit of the next tag will be.
  case checksum(unwrittenReadsZero: Bool)
  /// 0x5ff: a checksum of what follows the commit, while it was erased.
  case erasedChecksum
  /// 0x600 or, where the directory goes on there, 0x601: the next pair.
  case tail(continues: Bool)
  /// 0x7ff: what the pair adds to the state that all share.
  case sharedState
  /// Not in the specification.
  case unknown(UInt32)

  init(code: UInt32) {
    let low = UInt8(truncatingIfNeeded: code)
    self =
      switch code {
      case 0x000...0x0ff: .name(EntryType(code: low))
      case 0x200: .directoryStructure
      case 0x201: .inlineStructure
      case 0x202: .blocksStructure
      case 0x300...0x3ff: .attribute(low)
      case 0x401: .create
      case 0x4ff: .delete
      case 0x500...0x57f: .checksum(unwrittenReadsZero: code & 1 == 1)
      case 0x5ff: .erasedChecksum
      case 0x600...0x6ff: .tail(continues: code & 1 == 1)
      case 0x7ff: .sharedState
      default: .unknown(code)
      }
  }

  var code: UInt32 {
    switch self {
    case .name(let type): UInt32(type.code)
    case .directoryStructure: 0x200
    case .inlineStructure: 0x201
    case .blocksStructure: 0x202
    case .attribute(let type): 0x300 | UInt32(type)
    case .create: 0x401
    case .delete: 0x4ff
    case .checksum(let unwrittenReadsZero): unwrittenReadsZero ? 0x501 : 0x500
    case .erasedChecksum: 0x5ff
    case .tail(let continues): continues ? 0x601 : 0x600
    case .sharedState: 0x7ff
    case .unknown(let code): code
    }
  }

  /// Whether it ends a commit.
  var isChecksum: Bool { if case .checksum = self { true } else { false } }
}

/// What a name tag says an entry is.
enum EntryType: Equatable {
  case file
  case directory
  /// Not an entry of the tree: the first of a pair that tells about the file system.
  case superblock
  case unknown(UInt8)

  init(code: UInt8) {
    self =
      switch code {
      case 0x01: .file
      case 0x02: .directory
      case 0xff: .superblock
      default: .unknown(code)
      }
  }

  var code: UInt8 {
    switch self {
    case .file: 0x01
    case .directory: 0x02
    case .superblock: 0xff
    case .unknown(let code): code
    }
  }
}
