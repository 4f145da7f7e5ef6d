/// What is to be checked, by the ids of its cells: the same for all shards of a run.
///
/// Knows nothing of what a cell is, so that any command can be sharded by it.
package struct Plan: Equatable, Sendable {
  package let ids: [String]

  package init(_ ids: [String]) { self.ids = ids }

  /// Reads a plan: an id a line; empty lines and lines that begin with `#` do not count.
  package init(_ text: String) {
    ids = text.split(separator: "\n").map(\.trimmingBlanks).filter {
      !$0.isEmpty && !$0.hasPrefix("#")
    }
  }

  /// As ``init(_:)-(String)`` reads it.
  package var text: String { ids.map { $0 + "\n" }.joined() }

  /// The ids of one shard. Neighbours go to different shards, since they take about the same time.
  package func part(_ shard: Shard) -> [String] {
    ids.enumerated().filter { $0.offset % shard.count == shard.index - 1 }.map(\.element)
  }
}

/// One of so many equal parts of a plan.
package struct Shard: Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  package let index: Int
  package let count: Int

  /// Reads `2/4`; nil for anything else, and for a part that there is not.
  package init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], index >= 1,
      index <= count
    else { return nil }
    (self.index, self.count) = (index, count)
  }

  package var description: String { "\(index)/\(count)" }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    let start = drop { $0.isWhitespace }
    return String(
      start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
  }
}
