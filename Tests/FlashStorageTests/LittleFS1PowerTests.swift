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
  static func volume() throws -> FaultyFlash {
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
    arguments: Change.all, CutMode.allCases)
  func cut(_ change: Change, _ mode: CutMode) throws {
    try sweep(Self.volume(), change, mode)
  }

  @Test(
    "So does a cut while pairs move off worn blocks",
    arguments: Change.all, Endurance.Behaviour.allCases)
  func cutOnWornBlocks(_ change: Change, _ behaviour: Endurance.Behaviour) throws {
    let start = try Self.volume()
    let pairs = try PathStore(mounting: start.restarted()).store.list.dropFirst()
    start.wear(out: pairs.map(\.blocks.second), behaviour)
    try sweep(start, change, .torn, cutsRepair: behaviour == .eraseFails)
  }

  private func sweep(
    _ start: FaultyFlash, _ change: Change, _ mode: CutMode, cutsRepair: Bool = true
  ) throws {
    let old = try PathStore(mounting: start.restarted()).tree()
    let whole = try PathStore(mounting: start.restarted())
    try change.perform(whole)
    let new = try PathStore(mounting: whole.flash.restarted())
    #expect(new.store.findings.isEmpty)
    let states = [old, try new.tree()]
    for point in 0..<whole.flash.operationCount {
      let place = Comment("cut \(point)")
      let store = try PathStore(mounting: start.restarted())
      store.flash.powerCut = PowerCut(after: point, mode)
      try? change.perform(store)
      try check(store.flash, states, place)
      if cutsRepair { try repairWithCuts(store.flash, mode, place) }
    }
  }

  /// Mounts, compares and repairs; then nothing is left to repair and the volume can be changed.
  private func check(_ flash: FaultyFlash, _ states: [[String]], _ place: Comment) throws {
    let store = try PathStore(mounting: flash.restarted())
    let tree = try store.tree()
    try #require(states.contains(tree), place)
    try store.store.repair()
    let repaired = try PathStore(mounting: store.flash.restarted())
    try #require(try repaired.tree() == tree, place)
    try #require(repaired.store.findings.isEmpty, place)
    try #require(try repaired.freeCount == store.freeCount, place)
    try repaired.makeDirectory("/later")
    let later = try PathStore(mounting: repaired.flash.restarted())
    try #require(try later.tree().contains("/later/"), place)
  }

  private func repairWithCuts(_ flash: FaultyFlash, _ mode: CutMode, _ place: Comment) throws {
    let tree = try PathStore(mounting: flash.restarted()).tree()
    for point in 0... {
      let store = try PathStore(mounting: flash.restarted())
      store.flash.powerCut = PowerCut(after: point, mode)
      let isDone = (try? store.store.repair()) != nil
      try check(store.flash, [tree], place)
      if isDone { break }
    }
  }
}
