import FlashStorage
import Testing

/// Random histories on our littlefs 2 and on the two builds of the C reference.
@Suite(.serialized)
struct LittleFS2DifferentialTests {
  /// Read, program and block size, block count: bytes and words programmed alone, the modules' own, and
  /// blocks of several kilobytes that are programmed in quarters.
  static let contests =
    [
      Littlefs(.v21, 16, 16, 512, count: 128),
      Littlefs(.v21, 256, 256, 4096, count: 64),
      Littlefs(.v21, 4096, 4096, 4096, count: 25),
      Littlefs(.v21, 4096, 4096, 4096, count: 94),
      Littlefs(.v21, 1, 1, 512, count: 64),
      Littlefs(.v21, 4096, 4096, 16384, count: 32),
    ].map { Contest(judge: .library, kind: $0) } + [
      Contest(
        judge: .interpreter, kind: Littlefs(.v21, 32, 32, 512, count: 120))
    ]

  @Test(
    "Ours and the reference give the same answers and leave the same trees", arguments: contests)
  func agreement(contest: Contest) throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      var run = try DifferentialRun(contest, seed: seed)
      try run.run(200)
    }
  }
}
