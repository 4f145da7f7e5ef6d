import FlashStorage
import Testing

/// Random histories on ours and on the reference; `Scripts/soak` runs long ones.
@Suite(.serialized)
struct DifferentialTests {
  static let contests = [
    Contest(judge: .interpreter, kind: Littlefs(.v11, 4096, 4096, 4096, count: 40)),
    Contest(judge: .interpreter, kind: Littlefs(.v11, 32, 32, 512, count: 120)),
    Contest(judge: .interpreter, kind: Littlefs(.v21, 4096, 4096, 4096, count: 40)),
    Contest(judge: .interpreter, kind: Littlefs(.v21, 32, 32, 512, count: 120)),
    Contest(judge: .library, kind: Littlefs(.v21, 16, 16, 512, count: 120)),
    Contest(judge: .library, kind: Littlefs(.v21, 256, 256, 4096, count: 40)),
    Contest(judge: .library, kind: Littlefs(.v20, 16, 64, 1024, count: 80)),
    Contest(judge: .library, kind: Littlefs(.v21, 4096, 4096, 4096, count: 40)),
  ]

  @Test(
    "Ours and the reference give the same answers and leave the same trees", arguments: contests)
  func agreement(contest: Contest) throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      var run = try DifferentialRun(contest, seed: seed)
      try run.run(1000)
      print(contest.testDescription, seed, run.tally)
    }
  }
}
