import Testing

@testable import FlashStorage

@Suite("littlefs 1 without power, or on worn blocks")
struct LittleFS1PowerTests {
  /// A change to ``volume()``, and the states of the volume that it passes through.
  struct Change: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let perform: @Sendable (PathStore) throws -> Void

    init(_ description: String, _ perform: @escaping @Sendable (PathStore) throws -> Void) {
      testDescription = description
      self.perform = perform
    }

    static let all = [
      Change("a new file") { _ = try $0.makeFile("/new") },
      Change("a new file in a full pair") { _ = try $0.makeFile("/full/new") },
      Change("new content") { try $0.write("/b/file", oraclePattern(700, seed: 9)) },
      Change("a new directory") { try $0.makeDirectory("/b/new") },
      Change("a new directory in a full pair") { try $0.makeDirectory("/full/new") },
      Change("a file removed") { try $0.remove("/b/file") },
      Change("the last file of a pair removed") { try $0.remove("/two/9") },
      Change("a directory removed") { try $0.remove("/b/empty") },
      Change("a file renamed in its directory") { try $0.rename("/b/file", to: "/b/new") },
      Change("a file renamed into a full pair") { try $0.rename("/b/file", to: "/full/new") },
      Change("the last file of a pair renamed") { try $0.rename("/two/9", to: "/b/9") },
      Change("a file renamed over another") { try $0.rename("/b/file", to: "/two/1") },
      Change("an empty file renamed") { try $0.rename("/nothing", to: "/b/new") },
      Change("a directory renamed") { try $0.rename("/b", to: "/two/b") },
      Change("a directory renamed over another") { try $0.rename("/two", to: "/b/empty") },
    ]
  }

  /// Directories of one pair, of a full pair and of two pairs; empty files, a file of several blocks.
  static func volume() throws -> SmallFlash {
    let store = try PathStore(formatting: .small)
    for path in ["/two", "/b", "/full", "/b/empty"] { try store.makeDirectory(path) }
    for number in 1...9 { try store.write("/two/\(number)", [UInt8(number)]) }
    let name = String(repeating: "n", count: 60)
    for number in 1...3 { _ = try store.makeFile("/full/\(name)\(number)") }
    try store.write("/b/file", oraclePattern(600, seed: 5))
    _ = try store.makeFile("/nothing")
    return store.flash
  }

  @Test(
    "A cut at any program or erase leaves the old state or the new one, also in the repair",
    arguments: Change.all, SmallFlash.Cut.allCases)
  func cut(_ change: Change, _ cut: SmallFlash.Cut) throws {
    let start = try Self.volume()
    try sweep(start, change, cut) { start in SmallFlash(start.geometry, start.bytes) }
  }

  @Test(
    "So does a cut while pairs move off worn blocks",
    arguments: Change.all, SmallFlash.Cut.allCases)
  func cutOnWornBlocks(_ change: Change, _ cut: SmallFlash.Cut) throws {
    let start = try Self.volume()
    let pairs = try PathStore(mounting: start.restarted()).store.list.dropFirst()
    let worn = pairs.map(\.blocks.second)
    try sweep(start, change, cut) { start in
      let flash = SmallFlash(start.geometry, start.bytes)
      flash.badBlocks = Set(worn)
      return flash
    }
  }

  private func sweep(
    _ start: SmallFlash, _ change: Change, _ cut: SmallFlash.Cut,
    _ prepare: (SmallFlash) -> SmallFlash
  ) throws {
    let old = try PathStore(mounting: start).tree()
    let whole = try PathStore(mounting: prepare(start))
    let count = whole.flash.operationCount
    try change.perform(whole)
    let new = try PathStore(mounting: whole.flash.restarted())
    #expect(new.store.findings.isEmpty)
    let states = [old, try new.tree()]
    for point in 0..<whole.flash.operationCount - count {
      let place = Comment("cut \(point)")
      let flash = prepare(start)
      let store = try PathStore(mounting: flash)
      (flash.operationsLeft, flash.cut) = (point, cut)
      try? change.perform(store)
      let left = SmallFlash(start.geometry, flash.bytes)
      left.badBlocks = flash.badBlocks
      try check(left, states, place)
      try repairWithCuts(left, cut, states, place)
    }
  }

  /// Mounts, compares and repairs; then nothing is left to repair and the volume can be changed.
  private func check(_ flash: SmallFlash, _ states: [[String]], _ place: Comment) throws {
    let store = try PathStore(mounting: flash)
    let tree = try store.tree()
    try #require(states.contains(tree), place)
    try store.store.repair()
    let repaired = try PathStore(mounting: SmallFlash(flash.geometry, flash.bytes))
    try #require(try repaired.tree() == tree, place)
    try #require(repaired.store.findings.isEmpty, place)
    try #require(try repaired.freeCount == store.freeCount, place)
    try repaired.makeDirectory("/later")
    try #require(try PathStore(mounting: repaired.flash).tree().contains("/later/"), place)
  }

  private func repairWithCuts(
    _ left: SmallFlash, _ cut: SmallFlash.Cut, _ states: [[String]], _ place: Comment
  ) throws {
    let tree = try PathStore(mounting: SmallFlash(left.geometry, left.bytes)).tree()
    for point in 0... {
      let flash = SmallFlash(left.geometry, left.bytes)
      flash.badBlocks = left.badBlocks
      let store = try PathStore(mounting: flash)
      (flash.operationsLeft, flash.cut) = (point, cut)
      let isDone = (try? store.store.repair()) != nil
      let again = SmallFlash(left.geometry, flash.bytes)
      again.badBlocks = left.badBlocks
      try check(again, [tree], place)
      if isDone { break }
    }
  }
}
