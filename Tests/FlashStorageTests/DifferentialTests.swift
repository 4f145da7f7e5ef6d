import FlashStorage
import Testing

/// Random histories on ours and on the reference; `Scripts/soak` runs long ones.
@Suite(.serialized)
struct DifferentialTests {
  static let contests = [
    Contest(judge: .interpreter, kind: Littlefs(.v11, 4096, 4096, 4096, count: 50), isExact: true),
    Contest(judge: .interpreter, kind: Littlefs(.v11, 32, 32, 512, count: 120), isExact: false),
  ]

  @Test("Ours and the reference give the same answers and leave the same trees", arguments: contests)
  func agreement(contest: Contest) throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      var run = try DifferentialRun(contest, seed: seed)
      try run.run(200)
    }
  }
}
