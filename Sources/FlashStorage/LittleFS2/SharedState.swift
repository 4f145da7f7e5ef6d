/// The state that the pairs of a littlefs 2 share: each holds three words, and their exclusive or is the
/// state, so that a commit to any pair can change it.
struct SharedState: Equatable {
  /// The topmost bit: the list of pairs may differ from the tree. From bit 20 on, 0x4ff if an entry is
  /// being moved; from bit 10 on, the id it is moved from.
  var tag: UInt32 = 0
  /// The pair it is moved from.
  var first: UInt32 = 0
  var second: UInt32 = 0

  static let byteCount = 12

  init() {}

  /// - Parameters:
  ///   - isListSuspect: Whether the list of pairs has to be compared with the tree.
  ///   - move: The pair and the id of an entry that exists elsewhere already.
  init(isListSuspect: Bool, move: (pair: BlockPair, id: Int)?) {
    tag = isListSuspect ? 1 << 31 : 0
    if let move {
      tag |= LogTag(.delete, id: move.id, length: 0).bits
      first = UInt32(move.pair.first)
      second = UInt32(move.pair.second)
    }
  }

  /// The reference counts reasons for suspicion in the low bits, but keeps the count off flash.
  var isListSuspect: Bool { tag >> 31 != 0 || tag & 0x1ff != 0 }

  /// The entry that exists elsewhere already, and is to be removed.
  var move: (pair: BlockPair, id: Int)? {
    guard movesSomething else { return nil }
    return (BlockPair(first: Int(first), second: Int(second)), LogTag(bits: tag).id)
  }

  private var movesSomething: Bool { tag & 0x7ff0_0000 != 0 }

  /// Whether it is a state that littlefs knows.
  var makesSense: Bool { !movesSomething || LogTag(bits: tag & 0x7fff_ffff).kind == .delete }

  static func ^ (a: Self, b: Self) -> Self {
    var result = a
    result.tag ^= b.tag
    result.first ^= b.first
    result.second ^= b.second
    return result
  }
}
