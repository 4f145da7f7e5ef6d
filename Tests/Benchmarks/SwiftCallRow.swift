import CAllocations
import DeviceEmulator
import Glibc
import ModuleProfiles
import QuecPython

/// A device call of a Swift program: time and allocations.
func swiftCallRow(_ bench: Bench) throws -> [Line] {
  let record = try DeviceEmulator(profile: .named("EC600N")).makeRecord()
  let calls = bench.often(200_000, quick: 20_000)
  var rounds: [Double] = []
  let allocated = allocation_count()
  guard allocated > 0 else { throw CannotMeasure("allocations are not counted in this build") }
  for _ in 0..<10 {
    rounds.append(
      try seconds(of: CLOCK_MONOTONIC) { for _ in 0..<calls { _ = try record.isBusy() } })
  }
  let allocations = Double(allocation_count() - allocated) / Double(10 * calls)
  return [
    Line(
      what: "record.isBusy() from Swift",
      ours:
        "\(rounded(median(rounds) / Double(calls) * 1e9)) ns, \(rounded(allocations)) allocations",
      goal: .none)
  ]
}
