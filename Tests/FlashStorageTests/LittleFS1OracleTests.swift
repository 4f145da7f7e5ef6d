import Testing

@testable import FlashStorage

@Suite("littlefs 1 and the C library")
struct LittleFS1OracleTests {
  struct Case: CustomTestStringConvertible {
    let readSize, programSize, blockSize, blockCount: Int

    var testDescription: String {
      "\(readSize)/\(programSize)/\(blockSize) × \(blockCount)"
    }

    var geometry: FlashGeometry {
      get throws {
        try FlashGeometry(
          readSize: readSize, programSize: programSize, blockSize: blockSize,
          blockCount: blockCount)
      }
    }

    static let all = [
      Case(readSize: 4096, programSize: 4096, blockSize: 4096, blockCount: 25),
      Case(readSize: 4096, programSize: 4096, blockSize: 4096, blockCount: 93),
      Case(readSize: 16, programSize: 64, blockSize: 512, blockCount: 128),
      Case(readSize: 256, programSize: 256, blockSize: 256, blockCount: 50),
      Case(readSize: 1, programSize: 1, blockSize: 128, blockCount: 200),
    ]
  }

  @Test("An empty volume is the same byte for byte", arguments: Case.all)
  func format(_ sizes: Case) throws {
    let ours = try PathStore(formatting: sizes.geometry).flash.dump
    #expect(try LittleFS1Oracle.run([], on: nil, sizes.geometry).image == ours.bytes)
  }

  @Test(
    "A history gives the same answers, the same free blocks and the same tree, each on the other's flash",
    arguments: Case.all, [1, 2, 3] as [UInt64])
  func history(_ sizes: Case, seed: UInt64) throws {
    let geometry = try sizes.geometry
    var random = SeededGenerator(seed: seed)
    var ours = try PathStore(formatting: geometry)
    var image: [UInt8]?
    for round in 0..<4 {
      var history = History(ours, &random)
      for _ in 0..<60 { try history.step() }
      let theirs = try LittleFS1Oracle.run(
        history.operations + ["remount", "free", "tree"], on: image, geometry)
      let place = "seed \(seed), round \(round)"
      for (index, answer) in history.answers.enumerated() {
        try #require(
          index < theirs.answers.count && theirs.answers[index] == answer,
          "\(place): \(history.operations[max(0, index - 8)...index])")
      }
      let tree = Array(theirs.answers.dropFirst(history.answers.count + 2).dropLast())
      try #require(try ours.tree() == tree, "\(place)")
      // Each goes on with what the other wrote.
      image = ours.flash.dump.bytes
      ours = try PathStore(mounting: FlashDump(geometry: geometry, bytes: theirs.image))
      #expect(ours.store.findings.isEmpty, "\(place)")
      try #require(try ours.tree() == tree, "\(place)")
      #expect(
        try LittleFS1Oracle.run(["tree"], on: image, geometry).answers.dropLast() == tree[...])
    }
  }

  @Test(
    "The C library sees what a cut leaves as we do, and mends it to the same",
    arguments: LittleFS1PowerTests.Change.all)
  func cut(_ change: LittleFS1PowerTests.Change) throws {
    let start = try LittleFS1PowerTests.volume()
    let whole = try PathStore(mounting: start.restarted())
    try change.perform(whole)
    for point in 0..<whole.flash.operationCount {
      let store = try PathStore(mounting: start.restarted())
      store.flash.powerCut = PowerCut(after: point)
      try? change.perform(store)
      let image = store.flash.dump.bytes
      let ours = try PathStore(mounting: FlashDump(geometry: start.geometry, bytes: image))
      let tree = try ours.tree()
      let seen = try LittleFS1Oracle.run(["tree"], on: image, start.geometry)
      try #require(Array(seen.answers.dropLast()) == tree, "cut \(point)")
      let mended = try LittleFS1Oracle.run(["mkdir /later"], on: image, start.geometry)
      let theirs = try PathStore(mounting: FlashDump(geometry: start.geometry, bytes: mended.image))
      try ours.makeDirectory("/later")
      try #require(try theirs.tree() == ours.tree(), "cut \(point)")
      try #require(try theirs.freeCount == ours.freeCount, "cut \(point)")
    }
  }

  @Test("The mark that a failed rename of the C library leaves goes with the next change")
  func failedRename() throws {
    let theirs = try LittleFS1Oracle.run(
      ["mkdir /d", "write /a 3 0", "rename /a /d"], on: nil, .small)
    #expect(theirs.answers == ["ok", "ok", "21"])
    let ours = try PathStore(mounting: FlashDump(geometry: .small, bytes: theirs.image))
    #expect(
      ours.store.findings.map(\.description) == [
        "a rename of 'a' in directory '/' was interrupted before the new name was written"
      ])
    #expect(try ours.tree() == ["/d/", "/a 00070e"])
    try ours.makeDirectory("/e")
    let again = try PathStore(mounting: ours.flash.restarted())
    #expect(again.store.findings.isEmpty)
    #expect(try again.tree() == ["/d/", "/a 00070e", "/e/"])
  }
}

/// Random operations on a store, with what it answered.
private struct History {
  let store: PathStore
  private(set) var operations: [String] = []
  private(set) var answers: [String] = []
  private var random: SeededGenerator

  init(_ store: PathStore, _ random: inout SeededGenerator) {
    self.store = store
    self.random = SeededGenerator(seed: random.next())
  }

  mutating func step() throws {
    let (store, first, second) = (store, path(), path())
    switch Int.random(in: 0..<10, using: &random) {
    case 0...3:
      let size = Int.random(in: 1...store.flash.geometry.blockSize * 4, using: &random)
      let seed = Int.random(in: 0..<256, using: &random)
      try perform("write \(first) \(size) \(seed)") {
        try store.write(first, oraclePattern(size, seed: seed))
      }
    case 4, 5: try perform("mkdir \(first)") { try store.makeDirectory(first) }
    case 6, 7: try perform("remove \(first)") { try store.remove(first) }
    default:
      // A rename that fails for its names leaves a mark in the C library, and one to the same name
      // removes the file.
      guard first != second else { return }
      try perform("rename \(first) \(second)", noting: ["ok", "28"]) {
        try store.rename(first, to: second)
      }
    }
  }

  private mutating func perform(
    _ operation: String, noting noted: Set<String>? = nil,
    _ body: () throws -> Void
  ) throws {
    var answer = "ok"
    do { try body() } catch let error as FlashError { answer = "\(error.errno)" }
    guard noted?.contains(answer) ?? true else { return }
    operations += [operation, "free"]
    answers += [answer, "\(try store.freeCount)"]
  }

  private mutating func path() -> String {
    let names = ["a", "b", "c", "d", "e", String(repeating: "long", count: 15)]
    let depth = Int.random(in: 1...3, using: &random)
    return (0..<depth).map { _ in "/" + names[Int.random(in: 0..<6, using: &random)] }.joined()
  }
}
