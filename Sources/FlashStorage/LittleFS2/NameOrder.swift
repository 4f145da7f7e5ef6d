extension Name {
  /// Whether littlefs 2 keeps `self` before `other` in a directory.
  ///
  /// By bytes, but a name comes *after* the longer names that begin with it: "ab" before "a". That is
  /// what the reference's search does, whatever its specification calls alphabetical; it overlooks
  /// entries that stand otherwise.
  func precedes(_ other: Name) -> Bool {
    let ours = bytes.span
    let theirs = other.bytes.span
    for index in 0..<min(ours.count, theirs.count) where ours[index] != theirs[index] {
      return ours[index] < theirs[index]
    }
    return ours.count > theirs.count
  }
}

extension MetadataPair {
  /// Where a name goes among the entries.
  func position(for name: Name) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if name.precedes(entries[middle].name) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Directory {
  /// The pair where a new name goes: the first that has a later one, else the last.
  func pair(for name: Name) -> MetadataPair {
    pairs.first { $0.entries.last.map { name.precedes($0.name) } ?? false }
      ?? pairs[pairs.count - 1]
  }
}
