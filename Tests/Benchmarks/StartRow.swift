import Glibc

/// The whole process of a `run` of an empty script, against the packaged interpreter's, and what the script that sets
/// up and builds adds when there is nothing to do.
func startRow(_ bench: Bench) throws -> [Line] {
  try write("", to: "\(bench.folder)/empty.py")
  let ours = { try bench.emulator("empty.py").wait().elapsed }
  let reference = { try bench.packaged(["-c", "pass"]).wait().elapsed }
  let script = {
    try bench.emulator("empty.py", by: bench.checkout("Scripts/qpyemu")).wait().elapsed
  }
  // The first of each brings the programs' pages into memory.
  _ = (try ours(), try reference(), try script())
  let pairs = try Pairs(bench.often(100, quick: 20), ours: ours, reference: reference)
  let scripts = try Pairs(bench.often(100, quick: 20), ours: script, reference: ours)
  let more = median(zip(scripts.ours, scripts.references).map { $0 - $1 })
  return [
    Line(
      "run of an empty script / packaged interpreter -c pass", pairs, in: milliseconds, atMost: 4),
    Line(
      what: "the same by ./Scripts/qpyemu / built program",
      ours: milliseconds(median(scripts.ours)),
      reference: milliseconds(median(scripts.references)),
      goal: .own("<= 5 ms more (\(milliseconds(more)))", isMet: more <= 0.005)),
  ]
}
