import DeviceEmulator
import ModelTable
import ModuleProfiles
import Testing

@testable import Conformance

/// Models of one's own, of every size that a profile may have.
struct OddProfileTests {
  struct Oddity: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let model: String
    let change: @Sendable (inout ModuleProfile) -> Void

    init(
      _ name: String, on model: String = "EC600N",
      _ change: @escaping @Sendable (inout ModuleProfile) -> Void
    ) {
      (testDescription, self.model, self.change) = (name, model, change)
    }

    static let all = [
      flash("8 blocks", .littlefs1, 4096, 8), flash("8 of 512 bytes", .littlefs1, 512, 8),
      flash("8 of 512 bytes, littlefs 2", .littlefs2, 512, 8),
      flash("many of 512 bytes", .littlefs1, 512, 1000),
      flash("many of 512 bytes, littlefs 2", .littlefs2, 512, 1000),
      flash("large blocks, littlefs 2", .littlefs2, 65_536, 8),
      flash("the least, littlefs 1", .littlefs1, 128, 4),
      flash("the least, littlefs 2", .littlefs2, 128, 4),
      Oddity("littlefs 2 on both volumes", on: "EC600U") { profile in
        for index in profile.volumes.indices { profile.volumes[index].fileSystem = .littlefs2 }
      },
      Oddity("limits of 1", limits), Oddity("limits of 1, no earpiece", on: "EC200U", limits),
      Oddity("read-only") { $0.volumes[mount: "/usr"].readOnly = true },
      Oddity("no channel") { $0.record.channels = [] },
    ]

    private static func flash(
      _ name: String, _ kind: FileSystemKind, _ blockSize: Int, _ blockCount: Int
    ) -> Oddity {
      Oddity(name) { profile in
        profile.volumes[mount: "/usr"].fileSystem = kind
        profile.volumes[mount: "/usr"].blockSize = blockSize
        profile.volumes[mount: "/usr"].blockCount = blockCount
      }
    }

    static let limits: @Sendable (inout ModuleProfile) -> Void = { profile in
      profile.limits.scriptHeapBytes = 16_384
      profile.limits.timers = 1
      profile.limits.eventQueue = 1
      profile.limits.threads = 1
      profile.limits.openFiles = 1
    }

    func cells() throws -> [Cell] {
      var profile = try Model.named(model).profile()
      change(&profile)
      return Cell.all([profile])
    }
  }

  @Test("Whatever can come about on a model comes about as the table says", arguments: Oddity.all)
  func clean(oddity: Oddity) throws {
    let cells = try oddity.cells()
    try #require(cells.count > 10)
    let failed = try Runner(SwiftDriver(), workerCount: 2).run(cells).filter {
      $0.verdict == .failed
    }
    #expect(
      failed.isEmpty,
      "\(failed.map { "\($0.cell.id): \($0.cell.expectation), but \($0.actual)" }.joined(separator: "\n"))"
    )
  }

  @Test(
    "A small flash takes no row away but those of updates, whose files stand in folders of their own",
    arguments: [
      (.littlefs1, 4096), (.littlefs1, 512), (.littlefs2, 4096), (.littlefs2, 512),
    ] as [(FileSystemKind, Int)])
  func smallFlash(kind: FileSystemKind, blockSize: Int) throws {
    let profile = try Model.named("EC600N").profile()
    var small = profile
    small.volumes[mount: "/usr"].fileSystem = kind
    small.volumes[mount: "/usr"].blockSize = blockSize
    small.volumes[mount: "/usr"].blockCount = 8
    for policy in Policy.allCases {
      let all = Set(Cell.all([profile], [policy]).map(\.test.row))
      let left = Set(Cell.all([small], [policy]).map(\.test.row))
      #expect(all.subtracting(left).filter { $0.method.className != "app_fota_download" } == [])
    }
  }

  @Test("Limits of 1 take away only what needs two timers or two call-backs")
  func smallLimits() throws {
    let profile = try Model.named("EC600N").profile()
    var small = profile
    Oddity.limits(&small)
    let all = Set(Cell.all([profile]).map { "\($0.test.row) \($0.policy)" })
    let left = Set(Cell.all([small]).map { "\($0.test.row) \($0.policy)" })
    #expect(
      all.subtracting(left) == [
        "Record.init.again observed", "voiceCall.setCallback.held documented",
        "voiceCall.setCallback.held observed",
      ])
  }

  @Test("Another file system takes no row away", arguments: ["EC600N", "EC600U"])
  func rows(model: String) throws {
    let profile = try Model.named(model).profile()
    var other = profile
    for index in other.volumes.indices { other.volumes[index].fileSystem = .littlefs2 }
    let all = Set(Cell.all([profile]).map(\.test.row))
    #expect(Set(Cell.all([other]).map(\.test.row)) == all)
  }
}
