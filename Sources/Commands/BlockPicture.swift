import FlashStorage
import JSONText

/// What each block of a flash holds and how often it was erased, as plain values ready to be drawn.
struct BlockPicture {
  /// Somebody who owns blocks, as the legend names them.
  struct Owner: Equatable {
    let symbol: Character
    let name: String
    /// Bytes in a file; nil for what is none.
    let byteCount: Int?
    let blockCount: Int
  }

  /// One square: a block, or a few that follow each other.
  struct Cell: Equatable {
    /// Of several the one with the most blocks; nil if all are free.
    let owner: Int?
    /// Of several the highest count.
    let eraseCount: Int
  }

  /// What a block is for, before files have got their symbols.
  enum Use: Hashable {
    case free, superblock, directory, leftOver, damaged
    case file(path: String)
  }

  /// Files that get a symbol of their own; the smaller ones share one.
  private static let symbols = Array("abcdefghijklmnopqrstuvwxyz")
  /// What is no file.
  private static let others: [(use: Use, symbol: Character, name: String)] = [
    (.superblock, "S", "superblock"), (.directory, "D", "directories"),
    (.leftOver, "L", "left over"), (.damaged, "X", "contested"),
  ]

  let title: String
  let owners: [Owner]
  /// Who has the block, by its number; nil for free.
  let blocks: [Int?]
  /// How often each block was erased; nil if nobody has counted.
  let eraseCounts: [Int]?

  /// - Parameters:
  ///   - uses: By block number.
  ///   - sizes: The bytes of each file by its path, also of those without blocks.
  init(title: String, uses: [Use], sizes: [String: Int], eraseCounts: [Int]?) {
    self.title = title
    self.eraseCounts = eraseCounts
    var counts: [Use: Int] = [:]
    for use in uses { counts[use, default: 0] += 1 }
    var owners: [Owner] = []
    var numbers: [Use: Int] = [:]
    func add(_ symbol: Character, _ name: String, _ byteCount: Int?, _ uses: [Use]) {
      for use in uses { numbers[use] = owners.count }
      owners.append(
        Owner(
          symbol: symbol, name: name, byteCount: byteCount,
          blockCount: uses.reduce(0) { $0 + (counts[$1] ?? 0) }))
    }
    for (use, symbol, name) in Self.others where counts[use] != nil {
      add(symbol, name, nil, [use])
    }
    let files = sizes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    for (symbol, (path, size)) in zip(Self.symbols, files) {
      add(symbol, path.printable, size, [.file(path: path)])
    }
    let rest = files.dropFirst(Self.symbols.count)
    if !rest.isEmpty {
      add(
        "+", count(rest.count, "more file"), rest.reduce(0) { $0 + $1.value },
        rest.map { .file(path: $0.key) })
    }
    self.owners = owners
    blocks = uses.map { numbers[$0] }
  }

  var freeCount: Int { blocks.count { $0 == nil } }

  /// The most erases of a block.
  var highestEraseCount: Int { eraseCounts?.max() ?? 0 }

  /// The blocks as at most so many cells, and how many blocks each cell stands for: a power of two.
  func cells(atMost limit: Int) -> (cells: [Cell], blocksPerCell: Int) {
    var step = 1
    while (blocks.count + step - 1) / step > limit { step *= 2 }
    let cells = stride(from: 0, to: blocks.count, by: step).map { start in
      let range = start..<min(start + step, blocks.count)
      return Cell(
        owner: mainOwner(of: range), eraseCount: eraseCounts?[range].max() ?? 0)
    }
    return (cells, step)
  }

  private func mainOwner(of range: Range<Int>) -> Int? {
    var counts: [Int: Int] = [:]
    for case let owner? in blocks[range] { counts[owner, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

/// How a level of wear is shown: the count itself as long as one digit holds it, else a tenth of the
/// highest count each.
struct WearScale {
  let highest: Int

  /// 0 for never, to 9 for the most.
  func level(of count: Int) -> Int {
    guard highest > 9, count > 0 else { return count }
    return max(1, (9 * count + highest - 1) / highest)
  }

  /// What the levels mean, for a legend.
  var legend: String {
    highest > 9
      ? "1 is up to \(count(highest / 9, "erase")), 9 up to \(highest)"
      : "the digit is the number of erases"
  }
}
