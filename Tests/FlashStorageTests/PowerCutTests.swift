import FlashStorage
import Testing

struct PowerCutTests {
  @Test("smoke")
  func smoke() throws {
    for bench in [PowerCutBench(.v11, read:16, program: 16, block: 512, blocks: 94)] {
      let recording = try bench.record { volume in
        try volume.makeDirectory("/d")
        for round in 0..<30 {
          try volume.put(pattern(5000, seed: round), at: "/a")
          try volume.put(pattern(300, seed: round), at: "/d/b\(round % 5)")
          try volume.rename("/a", to: "/d/a")
          if round % 3 == 0 { try volume.rename("/d/b\(round % 5)", to: "/c") }
          if round % 3 == 1 { try volume.remove("/c") }
          if round % 3 == 2 { try volume.makeDirectory("/e"); try volume.rename("/e", to: "/d/e"); try volume.remove("/d/e") }
        }
      }
      let clock = ContinuousClock()
      var s: SweepSummary!
      let t = clock.measure { s = SweepSummary(recording, .littleFS(bench.options)) }
      print(bench.name, recording.operations.count, s.cuts, s.repairCuts, t, s.problems.count)
      for p in s.problems.prefix(5) { print(p) }
    }
  }
}
