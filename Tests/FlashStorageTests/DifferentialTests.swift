import FlashStorage
import Glibc
import Testing

/// Random histories on ours and on the reference; `Scripts/soak` runs long ones.
@Suite(.serialized)
struct DifferentialTests {
  /// Flash so small that it fills and empties: as the modules have it, as chips are, and unusual.
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
    var run = try DifferentialRun(contest, seed: 1)
    try run.run(250)
  }
}

/// Histories without end, when `Scripts/soak` asks for them.
@Suite(.enabled(if: Soak.limit != nil))
struct DifferentialSoak {
  @Test("Ours and the reference agree for as long as one likes")
  func agreement() throws {
    let limit = try #require(Soak.limit)
    // Reading single bytes, the library finds its own programs failed now and then: it moves 12 bytes of
    // inline content to a block of their own, or calls a sync corrupt.
    let contests =
      DifferentialTests.contests
      + LittleFS2DifferentialTests.contests.filter { $0.kind.geometry.readSize > 1 }
      + [
        Contest(judge: .interpreter, kind: Littlefs(.v11, 4096, 4096, 4096, count: 94)),
        Contest(judge: .interpreter, kind: Littlefs(.v11, 16, 64, 256, count: 300)),
        Contest(judge: .library, kind: Littlefs(.v21, 4096, 4096, 4096, count: 24, cycles: 16)),
        Contest(judge: .library, kind: Littlefs(.v21, 16, 16, 512, count: 90, cycles: 16)),
        Contest(judge: .library, kind: Littlefs(.v21, 64, 128, 1024, count: 60, cycles: nil)),
      ]
    var total = DifferentialRun.Tally()
    var seed = Soak.firstSeed
    while !limit.isReached(total.operations) {
      for contest in contests where !limit.isReached(total.operations) {
        var run = try DifferentialRun(contest, seed: seed)
        try run.run(1000)
        total = total + run.tally
      }
      print("seed \(seed) done: \(total)")
      seed += 1
    }
  }
}

/// What `Scripts/soak` asks for, in the environment.
enum Soak {
  enum Limit {
    case operations(Int)
    case seconds(since: Int, Int)

    func isReached(_ operations: Int) -> Bool {
      switch self {
      case .operations(let count): operations >= count
      case .seconds(let start, let count): time(nil) - start >= count
      }
    }
  }

  /// `QPYEMU_SOAK`: a number of operations, or of seconds with an `s` behind it.
  static let limit: Limit? = {
    guard let text = variable("QPYEMU_SOAK") else { return nil }
    if text.hasSuffix("s"), let count = Int(text.dropLast()) {
      return .seconds(since: time(nil), count)
    }
    return Int(text).map(Limit.operations)
  }()

  /// `QPYEMU_SOAK_SEED`: where to begin, to see a run again.
  static let firstSeed = variable("QPYEMU_SOAK_SEED").flatMap { UInt64($0) } ?? 1

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
