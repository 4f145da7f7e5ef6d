import CRoundTrip

/// A device call of a script, against a round trip of 64 bytes between two processes in C over the same kind of
/// socket. The emulator keeps its interpreter on one processor, a different one from run to run; so is one of the two
/// in C kept. The other of each pair is free.
func callRow(_ bench: Bench) throws -> [Line] {
  let calls = bench.often(100_000, quick: 20_000)
  let perCall = try bench.perIteration(calls) { count in
    "import audio\nrecord = audio.Record()\nfor _ in range(\(count)):\n    record.isBusy()\n"
  }
  var processor = 0
  let pairs = try Pairs(bench.often(9, quick: 3)) {
    try perCall { try bench.emulator($0) }
  } reference: {
    processor = (processor + 1) % bench.processorCount
    let taken = round_trips(Int32(calls), Int32(processor))
    guard taken > 0 else { throw CannotMeasure("the host refuses a process or a socket") }
    return taken / Double(calls)
  }
  return [
    Line(
      "record.isBusy() from a script / 64-byte round trip in C", pairs, in: microseconds,
      atMost: 1.4)
  ]
}

extension Bench {
  /// Writes a script twice, as one of many iterations and one of few, and gives what measures an iteration: the
  /// difference of the two by their number. So the start does not count.
  func perIteration(
    _ count: Int, _ script: (Int) -> String
  ) throws -> ((String) throws -> Child) throws -> Double {
    let few = count / 20
    for count in [count, few] { try write(script(count), to: "\(folder)/loop-\(count).py") }
    return { start in
      let times = try [count, few].map { try start("loop-\($0).py").wait().elapsed }
      return (times[0] - times[1]) / Double(count - few)
    }
  }
}
