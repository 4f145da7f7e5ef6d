import Glibc

/// The whole process of a `run` of an empty script, against the bare interpreter's.
func startRow(_ bench: Bench) throws -> [Line] {
  try write("", to: "\(bench.folder)/empty.py")
  let ours = { try bench.emulator("empty.py", [], microphone: "tone:440").wait().elapsed }
  let reference = { try bench.bareInterpreter(["-c", "pass"]).wait().elapsed }
  // The first of each brings the programs' pages into memory.
  _ = (try ours(), try reference())
  let pairs = try Pairs(bench.often(100, quick: 20), ours: ours, reference: reference)
  return [
    Line("run of an empty script / interpreter -c pass", pairs, in: milliseconds, atMost: 6)
  ]
}
