/// The candidate that is spelt most like the word, or nil if none is close: at most a third of
/// the letters may be wrong (one in a short word). Case does not count; among equals the first wins. The
/// word itself is no suggestion: who has written it is told otherwise what is wrong.
///
/// A wrong, missing, extra or swapped letter counts one (optimal string alignment).
public func nearest(_ word: String, in candidates: some Sequence<String>) -> String? {
  let letters = lowercased(word)
  guard letters.count <= 64 else { return nil }
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    guard candidate != word else { return nil }
    let other = lowercased(candidate)
    let limit = min(max(1, max(letters.count, other.count) / 3), (best?.distance ?? .max) - 1)
    guard abs(letters.count - other.count) <= limit else { continue }
    let distance = editDistance(letters, other)
    if distance <= limit { best = (candidate, distance) }
  }
  return best?.candidate
}

/// `; did you mean X?`, or nothing if no candidate is close.
func suggestion(for word: String, in candidates: some Sequence<String>) -> String {
  nearest(word, in: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
}

private func lowercased(_ word: String) -> [UInt8] { Array(word.lowercased().utf8) }

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        distance = min(distance, beforeLast[j - 1] + 1)
      }
      row.append(distance)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
