import FlashStorage
import Testing

/// Together with ``PowerCutExhaustiveTests`` more than 200,000 losses of power.
struct PowerCutSweepTests {
  @Test(
    "Every cut of a workload keeps what was promised",
    arguments: PowerCutBench.modules + PowerCutBench.small, PowerCutWorkload.all)
  func workload(bench: PowerCutBench, workload: PowerCutWorkload) throws {
    let summary = try bench.sweep(workload.run)
    #expect(summary.problems.prefix(3) == [])
    #expect(summary.cuts > 300)
  }

  @Test(
    "Every cut on a flash with worn blocks keeps what was promised",
    arguments: PowerCutBench.worn, PowerCutWorkload.all.prefix(3))
  func worn(bench: PowerCutBench, workload: PowerCutWorkload) throws {
    let summary = try bench.sweep(workload.run)
    #expect(summary.problems.prefix(3) == [])
    #expect(summary.cuts > 300)
  }
}
