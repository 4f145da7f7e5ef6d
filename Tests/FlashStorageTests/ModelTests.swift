import FlashStorage
import Testing

/// A volume as a dictionary: no blocks, no handles, no order.
private struct Model {
  enum Item: Equatable {
    case file([UInt8])
    case directory
  }

  var items: [[String]: Item] = [[]: .directory]

  func children(_ path: [String]) -> Set<String> {
    Set(items.keys.filter { $0.count == path.count + 1 && $0.starts(with: path) }.map { $0.last! })
  }

  /// Why nothing can be made at `path`.
  func obstacle(_ path: [String]) -> FlashError? {
    for length in 0..<path.count {
      switch items[Array(path[..<length])] {
      case .directory: continue
      case .file: return .notDirectory
      case nil: return .notFound
      }
    }
    return nil
  }

  func find(_ path: [String]) throws(FlashError) -> Item {
    if let obstacle = obstacle(path) { throw obstacle }
    guard let item = items[path] else { throw .notFound }
    return item
  }

  mutating func write(
    _ path: [String], _ change: (inout [UInt8]) -> Void, creates: Bool
  ) throws(FlashError) {
    if let obstacle = obstacle(path) { throw obstacle }
    switch items[path] {
    case .directory: throw .isDirectory
    case .file(var bytes):
      change(&bytes)
      items[path] = .file(bytes)
    case nil:
      guard creates else { throw .notFound }
      var bytes: [UInt8] = []
      change(&bytes)
      items[path] = .file(bytes)
    }
  }

  mutating func makeDirectory(_ path: [String]) throws(FlashError) {
    if let obstacle = obstacle(path) { throw obstacle }
    guard items[path] == nil else { throw .exists }
    items[path] = .directory
  }

  mutating func remove(_ path: [String]) throws(FlashError) {
    _ = try find(path)
    guard children(path).isEmpty else { throw .notEmpty }
    items[path] = nil
  }

  mutating func rename(_ old: [String], _ new: [String]) throws(FlashError) {
    let item = try find(old)
    if let obstacle = obstacle(new) { throw obstacle }
    if old == new { return }
    switch items[new] {
    case .file? where item == .directory, .directory? where item != .directory: throw .isDirectory
    case _ where new.starts(with: old): throw .invalid
    case .directory? where !children(new).isEmpty: throw .notEmpty
    default: break
    }
    for (path, item) in items where path.starts(with: old) {
      items[path] = nil
      items[new + path.dropFirst(old.count)] = item
    }
  }
}

struct ModelTests {
  @Test(
    "Random operations do what they do to a dictionary, also across restarts",
    arguments: [1, 2, 3] as [UInt64], Backing.allCases)
  func random(seed: UInt64, backing: Backing) throws {
    var random = SeededGenerator(seed: seed)
    let bench = try Bench(backing, blockCount: 4000)
    var model = Model()
    let names = ["a", "b", "c", "d", String(repeating: "long", count: 60)]
    func path() -> [String] {
      (0..<Int.random(in: 1...3, using: &random)).map { _ in names.randomElement(using: &random)! }
    }
    for step in 0..<600 {
      let (first, second) = (path(), path())
      let size = Int.random(in: 0...20_000, using: &random)
      let offset = Int.random(in: 0...20_000, using: &random)
      let bytes = pattern(size, seed: step)
      let (ours, expected): (FlashError?, FlashError?)
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1:
        ours = failure { try bench.volume.put(bytes, at: first.text) }
        expected = failure { try model.write(first, { $0 = bytes }, creates: true) }
      case 2:
        ours = failure { try edit(bench.volume, first.text, [.write, .create, .append], 0, bytes) }
        expected = failure { try model.write(first, { $0 += bytes }, creates: true) }
      case 3:
        ours = failure { try edit(bench.volume, first.text, [.read, .write], offset, bytes) }
        expected = failure {
          try model.write(first, { $0.overwrite(at: offset, bytes) }, creates: false)
        }
      case 4:
        ours = failure {
          let handle = try bench.volume.open(first.text, .write)
          try bench.volume.truncate(handle, to: size)
          try bench.volume.close(handle)
        }
        expected = failure { try model.write(first, { $0.resize(to: size) }, creates: false) }
      case 5, 6:
        ours = failure { try bench.volume.makeDirectory(first.text) }
        expected = failure { try model.makeDirectory(first) }
      case 7:
        ours = failure { try bench.volume.remove(first.text) }
        expected = failure { try model.remove(first) }
      default:
        ours = failure { try bench.volume.rename(first.text, to: second.text) }
        expected = failure { try model.rename(first, second) }
      }
      try #require(ours == expected, "seed \(seed), step \(step): \(first) \(second)")
      if step % 100 == 99 {
        try bench.restart()
        try compare(bench.volume, model, [])
      }
    }
    for path in model.items.keys.sorted(by: { $0.count > $1.count }) where !path.isEmpty {
      try bench.volume.remove(path.text)
    }
    #expect(
      try bench.volume.freeBlockCount == 4000 - backing.emptyBlockCount, "no block leaks")
  }

  private func edit(
    _ volume: LittleFSVolume, _ path: String, _ mode: OpenMode, _ offset: Int, _ bytes: [UInt8]
  ) throws {
    let handle = try volume.open(path, mode)
    try volume.seek(handle, to: offset, from: .start)
    if mode.contains(.append) { try volume.seek(handle, to: 0, from: .start) }
    try volume.write(handle, bytes)
    try volume.close(handle)
  }

  private func compare(_ volume: LittleFSVolume, _ model: Model, _ path: [String]) throws {
    let entries = try volume.entries(of: path.text)
    try #require(Set(entries.map(\.name)) == model.children(path))
    try #require(entries.count == model.children(path).count)
    for entry in entries {
      let place = path + [entry.name]
      switch try model.find(place) {
      case .directory:
        try #require(entry.status == FileStatus(kind: .directory, size: 0))
        try compare(volume, model, place)
      case .file(let bytes):
        try #require(entry.status == FileStatus(kind: .file, size: bytes.count))
        try #require(try volume.content(of: place.text) == bytes)
      }
    }
  }
}

private func failure(_ body: () throws -> Void) -> FlashError? {
  do {
    try body()
    return nil
  } catch {
    return error as? FlashError ?? .fault("\(error)")
  }
}

extension [String] {
  fileprivate var text: String { "/" + joined(separator: "/") }
}

extension [UInt8] {
  fileprivate mutating func resize(to size: Int) {
    if size < count {
      removeLast(count - size)
    } else {
      append(contentsOf: repeatElement(0, count: size - count))
    }
  }

  fileprivate mutating func overwrite(at offset: Int, _ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    resize(to: Swift.max(count, offset + bytes.count))
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }
}
