/// A loop that computes, in our interpreter of each width, against the packaged one's.
func computeRow(_ bench: Bench) throws -> [Line] {
  // A script that takes 20 million steps without a call is ended.
  let perIteration = try bench.perIteration(bench.often(2_000_000, quick: 1_000_000)) { count in
    """
    def work(count):
        total = 0
        items = [3, 1, 4, 1, 5, 9, 2, 6]
        for index in range(count):
            total = (total + items[index & 7] * index) & 0xFFFFFF
            if total & 1:
                total ^= 0x5A5A
        return total

    print(work(\(count)))

    """
  }
  return try [("64", 1.0), ("32", 1.2)].map { bits, limit in
    let interpreter = bench.checkout(".build/port\(bits)/interpreter")
    let pairs = try Pairs(bench.often(9, quick: 3)) {
      try perIteration { try bench.emulator($0, interpreter: interpreter) }
    } reference: {
      try perIteration { try bench.packaged(["\(bench.folder)/\($0)"]) }
    }
    return Line(
      "an iteration that computes, \(bits) bits / packaged interpreter", pairs, in: microseconds,
      atMost: limit)
  }
}
