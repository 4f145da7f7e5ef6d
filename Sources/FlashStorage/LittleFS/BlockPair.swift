/// The two blocks of a metadata pair, by number. The order has a meaning only where it says so.
struct BlockPair: Hashable {
  var first: Int
  var second: Int

  /// The same two blocks, in whichever order.
  func isSame(as other: BlockPair) -> Bool {
    self == other || (first == other.second && second == other.first)
  }
}
