import Glibc
import TestSupport

/// A file of 100 KB to a module and back by mpremote, against the same at a bare pseudoterminal that answers
/// the tool's protocol from CPython. The interpreter in use has no raw mode of its own to compare with.
func serialRow(_ bench: Bench) throws -> [Line] {
  guard let python = Oracles.python, Oracles.tool("mpremote") != nil else {
    throw CannotMeasure("there is no mpremote: run ./Scripts/test once")
  }
  let link = "\(bench.folder)/module"
  let module = try Child(
    [
      "\(bench.products)/qpyemu", "repl", "--profile", "EC600N", "--audio-in", "silence",
      "--link", link,
    ], complaints: "\(bench.folder)/repl.err")
  defer { kill(module.pid, SIGTERM) }
  for _ in 0..<500 where access(link, F_OK) != 0 { usleep(10_000) }
  let clock = try LineServer(python + [bench.source("serial_bench.py"), bench.folder])
  let measure = { (port: String) in
    let answer = try clock.ask(port)
    guard let seconds = Double(answer) else { throw CannotMeasure("mpremote: \(answer)") }
    return seconds
  }
  // The tool waits 10 ms at a time for what comes, unless a port's name shows that it is a pseudoterminal.
  guard let device = realpath(link, nil) else { throw CannotMeasure("the module has no port") }
  defer { free(device) }
  return try [("by its device", String(cString: device), "-"), ("by a link", link, "-link")].map {
    what, ours, bare in
    let pairs = try Pairs(
      bench.often(5, quick: 2), ours: { try measure(ours) }, reference: { try measure(bare) })
    return Line(
      "100 KB to a module and back by mpremote, \(what) / at a bare pty", pairs,
      in: { "\(rounded($0)) s" }, atMost: 2)
  }
}
