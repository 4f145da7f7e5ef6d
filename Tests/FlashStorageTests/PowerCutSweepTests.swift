import FlashStorage
import Testing

struct PowerCutSweepTests {
  @Test(
    "Every cut of a workload keeps what was promised",
    arguments: PowerCutBench.modules + PowerCutBench.small, PowerCutWorkload.all)
  func workload(bench: PowerCutBench, workload: PowerCutWorkload) throws {
    let summary = try bench.sweep(workload.run)
    print(
      "SUMMARY", bench.testDescription, workload.testDescription, summary.cuts, summary.repairCuts,
      summary.problems.count)
    #expect(summary.problems.prefix(3) == [])
    #expect(summary.cuts > 100)
  }

  @Test(
    "Every cut on a flash with worn blocks keeps what was promised",
    arguments: PowerCutBench.worn)
  func worn(bench: PowerCutBench) throws {
    for workload in PowerCutWorkload.all.prefix(3) {
      let summary = try bench.sweep(workload.run)
      print(
        "SUMMARY", bench.testDescription, workload.testDescription, summary.cuts,
        summary.repairCuts, summary.problems.count)
      #expect(summary.problems.prefix(3) == [])
    }
  }
}
