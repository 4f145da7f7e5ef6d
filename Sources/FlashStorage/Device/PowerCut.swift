/// How a loss of power leaves flash behind.
public enum CutMode: String, CaseIterable, Hashable, Sendable {
  /// Every operation was done as a whole or not at all, in their order.
  case whole
  /// A program was cut off: of its bytes the first were written, those in the middle partly.
  case torn
  /// An erase was cut off: the block holds neither what it held nor all ones.
  case halfErased = "half-erased"
  /// What was not synced reached flash in another order: each block is as old as it likes, back to the
  /// last sync that was done. Inside one block the order holds. A sync that directly follows the
  /// operations before the cut has not been done.
  case outOfOrder = "out-of-order"
}

/// A loss of power, by when and how.
public struct PowerCut: Hashable, Sendable {
  /// How many programs and erases were done before; the next one is cut off, or not done at all.
  public var operation: Int
  /// What becomes of that one, and of those before it.
  public var mode: CutMode
  /// What chance decides follows from this: where a program tears, what a half erase leaves, which
  /// operations overtake others.
  public var seed: UInt64

  /// Names a loss of power.
  public init(after operation: Int, _ mode: CutMode = .whole, seed: UInt64 = 0) {
    self.operation = operation
    self.mode = mode
    self.seed = seed
  }

  var interruption: Interruption {
    Interruption(seed: seed ^ UInt64(truncatingIfNeeded: operation) &* 0xD6E8_FEB8_6659_FD93)
  }
}

/// Something that changes flash, or waits until it is changed.
public enum FlashOperation: Equatable, Sendable {
  /// A program of whole units.
  case program(block: Int, offset: Int, bytes: [UInt8])
  /// An erase.
  case erase(block: Int)
  /// What came before survives a loss of power.
  case sync

  var isProgram: Bool { if case .program = self { true } else { false } }
  var isErase: Bool { if case .erase = self { true } else { false } }

  /// The block that is changed; nil for a sync.
  public var block: Int? {
    switch self {
    case .program(let block, _, _), .erase(let block): block
    case .sync: nil
    }
  }
}

/// What chance makes of operations that a loss of power cuts off.
struct Interruption {
  /// A NOR chip programs such a page at a time; all its bits are on their way together.
  private static let pageSize = 256
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// What a torn program of `bytes` comes to: pages before the tear are as wanted, those behind it are
  /// not touched, in the page at the tear the bits are cleared from its start on or here and there.
  mutating func torn(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    let tear = Int.random(in: 0..<bytes.count, using: &random)
    var result = bytes
    result.replaceSubrange(tear..., with: repeatElement(0xFF, count: bytes.count - tear))
    let isScattered = Bool.random(using: &random)
    let page = isScattered ? tear / Self.pageSize * Self.pageSize : tear
    let end = isScattered ? min(page + Self.pageSize, bytes.count) : tear + 1
    for index in page..<end { result[index] = bytes[index] | randomByte() }
    return result
  }

  /// What half an erase makes of a block.
  mutating func halfErased(_ block: [UInt8]) -> [UInt8] {
    var result = block
    let middle = Int.random(in: 1..<block.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0:  // Sector by sector.
      result.replaceSubrange(..<middle, with: repeatElement(0xFF, count: middle))
    case 1:  // Everywhere, some bits faster than others.
      for index in result.indices { result[index] |= randomByte() }
    default:  // Chips clear the block before they erase it.
      result.replaceSubrange(..<middle, with: repeatElement(0, count: middle))
    }
    return result
  }

  /// How many of each block's operations since the last sync reached flash.
  ///
  /// A third of the time the first block stays as it was while all others changed, a third of the time
  /// only the last block changed, and else every block stopped anywhere.
  mutating func survivors(of operations: some BidirectionalCollection<FlashOperation>) -> [Int: Int]
  {
    var counts: [Int: Int] = [:]
    var order: [Int] = []
    for case let block? in operations.lazy.map(\.block) {
      if counts[block] == nil { order.append(block) }
      counts[block, default: 0] += 1
    }
    guard let first = order.first, let last = operations.last(where: { $0.block != nil })?.block
    else { return [:] }
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      counts[first] = 0
    case 1:
      for block in order where block != last { counts[block] = 0 }
    default:
      for block in order { counts[block] = Int.random(in: 0...counts[block]!, using: &random) }
    }
    return counts
  }

  private mutating func randomByte() -> UInt8 { UInt8(truncatingIfNeeded: random.next()) }
}
