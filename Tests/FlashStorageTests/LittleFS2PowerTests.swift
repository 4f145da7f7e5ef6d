import Testing

@testable import FlashStorage

/// What power cuts and worn blocks leave of a littlefs 2.
@Suite("littlefs 2 without power, or on worn blocks")
struct LittleFS2PowerTests {
  static let seeds = Array(1...6 as ClosedRange<UInt64>)

  @Test(
    "A cut at any program or erase of a random history leaves the old state or the new one",
    arguments: PowerHistory.kinds, seeds)
  func history(kind: PowerHistory.Kind, seed: UInt64) throws {
    var history = try PowerHistory(kind, seed: seed)
    try history.run(25)
  }
}

extension LittleFS2PowerTests {
  @Test(
    "The reference finds and repairs the same after a cut", arguments: PowerHistory.kinds.prefix(1))
  func peer(kind: PowerHistory.Kind) throws {
    var history = try PowerHistory(kind, seed: 9)
    history.judge = try ReferenceSide(.library, kind.littlefs)
    try history.run(25)
  }
}

/// A random history of changes, each of which is cut at every step, from its state before.
struct PowerHistory {
  struct Kind: CustomTestStringConvertible, Sendable {
    let geometry: FlashGeometry
    let cycles: Int?
    /// Of a thousand blocks, how many take no program.
    let worn: Int

    init(
      _ read: Int, _ program: Int, _ block: Int, count: Int, cycles: Int?, worn: Int = 0
    ) {
      geometry = try! FlashGeometry(
        readSize: read, programSize: program, blockSize: block, blockCount: count)
      self.cycles = cycles
      self.worn = worn
    }

    var littlefs: Littlefs {
      let sizes = geometry
      return Littlefs(
        .v21, sizes.readSize, sizes.programSize, sizes.blockSize, count: sizes.blockCount)
    }

    var options: LittleFSOptions {
      var options = LittleFSOptions()
      options.version = .v21
      options.blockCycles = cycles
      options.minimumBlockCycles = 1
      return options
    }

    var testDescription: String {
      """
      \(geometry.readSize)/\(geometry.programSize)/\(geometry.blockSize) x \(geometry.blockCount), \
      moving after \(cycles.map(String.init) ?? "no") cycles, \(worn) of 1000 blocks worn
      """
    }
  }

  static let kinds = [
    Kind(16, 16, 256, count: 128, cycles: nil),
    Kind(16, 16, 256, count: 128, cycles: 1),
    Kind(16, 16, 256, count: 128, cycles: 5, worn: 100),
    Kind(1, 1, 128, count: 256, cycles: 2, worn: 150),
    Kind(4096, 4096, 4096, count: 64, cycles: 3, worn: 100),
    Kind(256, 256, 4096, count: 48, cycles: 16),
  ]

  /// Something went wrong, and how to get there again.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let kind: Kind
  let seed: UInt64
  var random: SeededGenerator
  var content: FlashContent
  var worn: Endurance
  var log: [String] = []
  /// How many cuts were made.
  var cuts = 0
  var paths: [String] = []
  /// Has to find the same after each cut.
  var judge: ReferenceSide?

  init(_ kind: Kind, seed: UInt64) throws {
    self.kind = kind
    self.seed = seed
    random = SeededGenerator(seed: seed)
    let flash = RAMFlash(kind.geometry)
    try LittleFSVolume.format(flash, kind.options)
    content = flash.content
    worn = Endurance(eraseLimit: .max, .programFails)
    for block in 2..<kind.geometry.blockCount
    where Int.random(in: 0..<1000, using: &random) < kind.worn {
      worn.eraseLimits[block] = 0
    }
    worn.behaviour =
      [.programFails, .eraseFails, .programDoesNothing].randomElement(using: &random)!
  }

  mutating func run(_ count: Int) throws {
    for _ in 0..<count {
      do {
        try step()
      } catch {
        throw Failure(
          description: """
            \(kind.testDescription), seed \(seed): \(error)
            after
            \(log.suffix(60).joined(separator: "\n"))
            """)
      }
    }
  }

  // MARK: One change

  private mutating func step() throws {
    let change = nextChange()
    log.append("\(change)")
    let (flash, fileSystem) = try mount(content)
    let old = fileSystem.tree()
    flash.powerCut = PowerCut(after: .max)
    do {
      try change.perform(fileSystem)
    } catch let error as FlashError {
      log[log.count - 1] += " -> \(error)"
      if case .fault = error { throw error }
      if case .corrupt = error { throw error }
    }
    let count = flash.operationCount
    let next = flash.content
    let new = try check(next, [fileSystem.tree()])
    for cut in 0..<count {
      let mode = CutMode.allCases.randomElement(using: &random)!
      try self.cut(PowerCut(after: cut, mode, seed: random.next()), change, [old, new])
    }
    content = next
    paths = new.map { String($0.split(separator: " ")[0]) }
  }

  /// Cuts a change, and the repair after it at each of its steps.
  private mutating func cut(_ cut: PowerCut, _ change: Change, _ states: [[String]]) throws {
    let (flash, fileSystem) = try mount(content)
    flash.powerCut = cut
    try? change.perform(fileSystem)
    cuts += 1
    let left = flash.content
    do {
      let state = try check(left, states)
      try compareWithJudge(left)
      for point in 0... {
        let (flash, fileSystem) = try mount(left)
        flash.powerCut = PowerCut(after: point, cut.mode, seed: cut.seed)
        let isDone = (try? fileSystem.repair()) != nil
        cuts += 1
        do { try check(flash.content, [state]) } catch {
          throw Failure(description: "repair \(point): \(error)")
        }
        if isDone { break }
      }
    } catch {
      throw Failure(description: "cut \(cut): \(error)")
    }
  }

  /// Mounts what a cut has left, compares it with the states it may have, and repairs it.
  @discardableResult
  private func check(_ content: FlashContent, _ states: [[String]]) throws -> [String] {
    let tolerant = try LittleFS(mounting: RAMFlash(content), kind.options, tolerant: true)
    let damage = (tolerant.store.findings + tolerant.census().findings).filter {
      $0.severity == .damage
    }
    guard damage.isEmpty else { throw Failure(description: "\(damage.map(\.description))") }
    let (flash, fileSystem) = try mount(content)
    let tree = fileSystem.tree()
    guard states.contains(tree) else {
      throw Failure(
        description: "the tree is\n\(tree)\nand should be one of\n\(states.map(\.description))")
    }
    do {
      try fileSystem.repair()
    } catch {
      guard error == .noSpace else { throw error }
      return tree
    }
    let repaired = try LittleFS(mounting: RAMFlash(flash.content), kind.options, tolerant: true)
    let census = repaired.census()
    let findings = (repaired.store.findings + census.findings).filter {
      $0.severity == .damage || !$0.description.contains("commit")
    }
    guard findings.isEmpty else { throw Failure(description: "\(findings.map(\.description))") }
    guard !census.uses.contains(.leftOver) else { throw Failure(description: "blocks leak") }
    guard repaired.tree() == tree else { throw Failure(description: "repair changed the tree") }
    return tree
  }

  private func compareWithJudge(_ content: FlashContent) throws {
    guard let judge else { return }
    try judge.mount(RAMFlash(content))
    try judge.require("repair")
    var ours = try OurSide(kind.littlefs)
    try ours.mount(RAMFlash(content))
    let (mine, theirs) = (try ours.tree(), try judge.tree())
    guard mine == theirs else {
      throw Failure(description: "ours:\n\(mine)\nthe reference's:\n\(theirs)")
    }
  }

  private func mount(_ content: FlashContent) throws -> (FaultyFlash, LittleFS) {
    let flash = FaultyFlash(RAMFlash(content))
    flash.endurance = worn
    return (flash, try LittleFS(mounting: flash, kind.options))
  }

  // MARK: Changes

  enum Change: CustomStringConvertible {
    case makeFile(String)
    case write(String, [UInt8])
    case makeDirectory(String)
    case remove(String)
    case rename(String, String)
    case attribute(String, UInt8, [UInt8]?)

    var description: String {
      switch self {
      case .makeFile(let path): "make \(path)"
      case .write(let path, let bytes): "write \(bytes.count) bytes to \(path)"
      case .makeDirectory(let path): "make \(path)/"
      case .remove(let path): "remove \(path)"
      case .rename(let old, let new): "rename \(old) to \(new)"
      case .attribute(let path, let type, let bytes):
        "set attribute \(type) of \(path) to \(bytes.map { "\($0.count) bytes" } ?? "nothing")"
      }
    }

    func perform(_ fileSystem: LittleFS) throws {
      switch self {
      case .write(let path, let bytes):
        let file = try fileSystem.open(VolumePath(path), .write)
        try fileSystem.truncate(file, to: 0)
        try fileSystem.write(file, bytes.span)
        try fileSystem.close(file)
      case .makeFile(let path):
        try fileSystem.close(fileSystem.open(VolumePath(path), [.write, .create]))
      case .makeDirectory(let path): try fileSystem.makeDirectory(VolumePath(path))
      case .remove(let path): try fileSystem.remove(VolumePath(path))
      case .rename(let old, let new):
        try fileSystem.rename(VolumePath(old), to: VolumePath(new))
      case .attribute(let path, let type, let bytes):
        try fileSystem.setAttribute(type, of: VolumePath(path), to: bytes)
      }
    }
  }

  private mutating func nextChange() -> Change {
    let old = paths.randomElement(using: &random) ?? "/"
    switch Int.random(in: 0..<20, using: &random) {
    case 0...2: return .makeFile(newPath())
    case 3...5:
      let sizes = [0, 5, 14, 40, 300]
      let size = sizes.randomElement(using: &random)!
      return .write(old, pattern(size, seed: log.count))
    case 6...10: return .makeDirectory(newPath())
    case 11...12: return .remove(old)
    case 13...17:
      return .rename(
        old, Bool.random(using: &random) ? newPath() : paths.randomElement(using: &random) ?? "/a")
    default:
      let bytes = pattern(Int.random(in: 0...20, using: &random), seed: log.count)
      return .attribute(old, 1, Bool.random(using: &random) ? bytes : nil)
    }
  }

  private mutating func newPath() -> String {
    let directories = paths.filter { $0.hasSuffix("/") } + ["/"]
    let name = ["a", "ab", "abc", "b", "name", "longer-name"].randomElement(using: &random)!
    return directories.randomElement(using: &random)! + name
      + "\(Int.random(in: 0..<3, using: &random))"
  }
}

extension FaultyFlash {
  var content: FlashContent { (base as! RAMFlash).content }
}

extension LittleFS {
  /// Everything, a line each: paths of directories end in a slash; files and their content; attributes.
  func tree() -> [String] {
    var lines: [String] = []
    store.root.visit { path, entry in
      let attributes = entry.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      switch entry.content {
      case .directory:
        lines.append(([path == "/" ? "/" : path + "/"] + attributes).joined(separator: " "))
      case .inline(let bytes):
        lines.append(([path, "\(bytes)"] + attributes).joined(separator: " "))
      case .blocks(let list):
        var bytes = [UInt8](repeating: 0, count: list.size)
        var span = bytes.mutableSpan
        try! disk.read(disk.load(list), at: 0, into: &span)
        lines.append(([path, "\(bytes)"] + attributes).joined(separator: " "))
      }
    }
    return lines
  }
}
