/// A file's blocks: on flash a list from the last to the first, in which block n also points
/// 2, 4, 8 … blocks back, as far as n divides by that. Both littlefs store files so.
///
/// Of a list that has only been met in the metadata, just the head is known; ``Disk/load(_:)`` follows
/// it once and keeps the numbers.
struct BlockList {
  /// The last block, where reading starts.
  let head: Int
  /// Bytes in the file, at least 1.
  let size: Int
  /// Every block from the first on; nil until it is loaded.
  var blocks: [Int]?
}
