import Conformance
import EmulatedTime
import Glibc
import GuestRuntime
import ModuleProfiles

/// `conform` of all cells: as calls from Swift, and each as a script in an interpreter of its own, against
/// as many bare starts of the interpreter, as many at a time.
func conformRow(_ bench: Bench) throws -> [Line] {
  let library = try ProfileLibrary()
  let names = bench.isQuick ? ["EC600N"] : try library.modelNames()
  let cells = Cell.all(try names.map { try library.profile(named: $0) })
  let driver = GuestDriver(interpreter: bench.interpreter)
  let scripted = cells.filter { driver.obstacle(to: $0) == nil }
  let check = { (via: String) in
    let options = names.flatMap { ["--profile", $0] } + ["--via", via]
    return try Child(
      ["\(bench.products)/qpyemu", "conform"] + options, complaints: "\(bench.folder)/conform.err"
    ).wait().elapsed
  }
  let fromSwift = median(try (0..<bench.often(5, quick: 3)).map { _ in try check("swift") })
  try write("", to: "\(bench.folder)/empty.py")
  let pairs = try Pairs(bench.often(3, quick: 3)) {
    try check("guest")
  } reference: {
    try startAll(scripted.count, bench)
  }
  let scripts = "conform of \(scripted.count) cases as scripts"
  return [
    Line(
      what: "conform of \(cells.count) cases from Swift", ours: wholeSeconds(fromSwift),
      goal: .own("< 2 s", isMet: fromSwift < 2)),
    Line(
      what: "\(scripts), \(bench.processorCount) at a time", ours: wholeSeconds(median(pairs.ours)),
      goal: .own("< 60 s", isMet: median(pairs.ours) < 60)),
    Line("\(scripts) / as many bare starts", pairs, in: wholeSeconds, atMost: 3),
  ]
}

/// Seconds until the interpreter has run an empty script so often on the smallest device, as many at a time as `conform` runs.
private func startAll(_ count: Int, _ bench: Bench) throws -> Double {
  let starts = Monitor(Starts(left: count))
  let workerCount = bench.processorCount
  let elapsed = seconds(of: CLOCK_MONOTONIC) {
    for _ in 0..<workerCount { HostThread.start { run(starts, bench) } }
    starts.wait { $0.idleCount == workerCount ? .done(()) : .waiting(until: nil) }
  }
  if let failure = starts.withLock({ $0.failure }) { throw failure }
  return elapsed
}

private struct Starts {
  var left: Int
  var idleCount = 0
  var failure: (any Error)?

  mutating func takeOne() -> Bool {
    left -= 1
    return left >= 0
  }
}

private func run(_ starts: Monitor<Starts>, _ bench: Bench) {
  while starts.withLock({ $0.takeOne() }) {
    do {
      _ = try bench.bareGuest("empty.py").wait()
    } catch {
      starts.withLock { $0.failure = error }
    }
  }
  starts.withLock(thenNotify: true) { $0.idleCount += 1 }
}

private func wholeSeconds(_ seconds: Double) -> String { "\(rounded(seconds)) s" }
