import Testing

@testable import FlashStorage

/// Flash as bytes, to be looked at and damaged.
struct FlashDump {
  let geometry: FlashGeometry
  var bytes: [UInt8]

  /// Changes a metadata block and makes its checksum fit again, as far as it has a place.
  mutating func patch(_ block: Int, _ change: (inout [UInt8]) -> Void) {
    let range = block * geometry.blockSize..<(block + 1) * geometry.blockSize
    var content = Array(bytes[range])
    change(&content)
    let size = Int(content.word(at: 4) & ~(1 << 31))
    if (4...content.count).contains(size) {
      var checksum = CRC32()
      checksum.update(content.span.extracting(first: size - 4))
      content.replace(at: size - 4, with: checksum.value)
    }
    bytes.replaceSubrange(range, with: content)
  }

  mutating func erase(_ blocks: ClosedRange<Int>) {
    let size = geometry.blockSize
    for index in blocks.lowerBound * size..<(blocks.upperBound + 1) * size { bytes[index] = 0xFF }
  }
}

extension FaultyFlash {
  convenience init(_ dump: FlashDump) throws {
    self.init(try RAMFlash(dump.bytes, dump.geometry))
  }

  var dump: FlashDump {
    FlashDump(geometry: geometry, bytes: (base as? RAMFlash)?.bytes ?? [])
  }

  /// Another flash with the same content, as worn as this, with the power on.
  func restarted() -> FaultyFlash {
    guard let flash = base as? RAMFlash else { return self }
    let copy = FaultyFlash(flash.fork())
    copy.endurance = endurance
    return copy
  }

  /// Lets blocks be worn out.
  func wear(out blocks: some Sequence<Int>, _ behaviour: Endurance.Behaviour = .eraseFails) {
    let limits = Dictionary(blocks.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
    endurance = Endurance(eraseLimit: .max, behaviour, except: limits)
  }
}

extension [UInt8] {
  func word(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func replace(at offset: Int, with word: UInt32) {
    for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: word >> (8 * index)) }
  }
}

extension FlashGeometry {
  static let small = try! FlashGeometry(
    readSize: 16, programSize: 16, blockSize: 256, blockCount: 64)
}

/// A store of littlefs 1 with as much of paths and files as its tests need.
final class PathStore {
  let flash: FaultyFlash
  let disk: Disk
  let store: LittleFS1Store

  init(mounting flash: FaultyFlash, tolerant: Bool = false) throws {
    self.flash = flash
    disk = Disk(flash, blockCount: flash.geometry.blockCount, firstAllocation: 0)
    store = try LittleFS1Store(mounting: disk, LittleFSOptions(), tolerant: tolerant)
    disk.markUsed = { [unowned self] used throws(FlashError) in
      store.markMetadata(in: &used)
      for (_, entry) in entries() {
        if case .blocks(let list) = entry.content {
          for block in try blocks(list) { used.insert(block) }
        }
      }
    }
  }

  convenience init(formatting geometry: FlashGeometry) throws {
    // Counted, since a worn block that is not erased is programmed all the same.
    let flash = FaultyFlash(RAMFlash(geometry, unerasedPrograms: .counted))
    try LittleFS1Store.format(flash, LittleFSOptions())
    try self.init(mounting: flash)
  }

  convenience init(mounting dump: FlashDump, tolerant: Bool = false) throws {
    try self.init(mounting: FaultyFlash(dump), tolerant: tolerant)
  }

  /// All entries under their paths, each directory before what it holds, in the order on flash.
  func entries() -> [(path: String, entry: Entry)] {
    var result: [(String, Entry)] = []
    func add(_ directory: Directory, _ path: String) {
      for entry in directory.entries {
        let place = "\(path)/\(entry.name.string)"
        result.append((place, entry))
        if let directory = entry.directory { add(directory, place) }
      }
    }
    if let directory = store.root.directory { add(directory, "") }
    return result
  }

  /// A line for each entry: a path with a slash behind it, or with the content in hexadecimal.
  func tree() throws -> [String] {
    try entries().map { path, entry in
      entry.directory == nil ? "\(path) \(hex(try content(entry)))" : "\(path)/"
    }
  }

  var freeCount: Int { get throws { try disk.freeCount() } }

  // MARK: Operations

  func makeDirectory(_ path: String) throws {
    let (directory, name, entry) = try find(path)
    guard entry == nil else { throw FlashError.exists }
    defer { disk.checkpoint() }
    _ = try store.makeDirectory(name, in: directory)
  }

  func makeFile(_ path: String) throws -> Entry {
    let (directory, name, entry) = try find(path)
    guard entry == nil else { throw FlashError.exists }
    defer { disk.checkpoint() }
    return try store.makeFile(name, in: directory)
  }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    let (directory, name, found) = try find(path)
    guard found?.directory == nil else { throw FlashError.isDirectory }
    defer { disk.checkpoint() }
    let entry = try found ?? store.makeFile(name, in: directory)
    try store.update(entry, content: try program(bytes), attributes: [:])
  }

  func remove(_ path: String) throws {
    guard let entry = try find(path).entry else { throw FlashError.notFound }
    if let directory = entry.directory, !directory.isEmpty { throw FlashError.notEmpty }
    defer { disk.checkpoint() }
    try store.remove(entry)
  }

  func rename(_ old: String, to new: String) throws {
    guard let entry = try find(old).entry else { throw FlashError.notFound }
    let (directory, name, target) = try find(new)
    guard target !== entry else { return }
    guard !"\(new)/".hasPrefix("\(old)/") else { throw FlashError.invalid }
    if let target {
      guard (target.directory == nil) == (entry.directory == nil) else {
        throw FlashError.isDirectory
      }
      if let directory = target.directory, !directory.isEmpty { throw FlashError.notEmpty }
    }
    defer { disk.checkpoint() }
    try store.move(entry, to: name, in: directory, replacing: target)
  }

  private func find(_ path: String) throws -> (directory: Directory, name: Name, entry: Entry?) {
    let names = try VolumePath(path).names
    var directory = try #require(store.root.directory)
    for name in names.dropLast() {
      guard let next = directory[name] else { throw FlashError.notFound }
      guard let inner = next.directory else { throw FlashError.notDirectory }
      directory = inner
    }
    let name = try #require(names.last)
    return (directory, name, directory[name])
  }

  // MARK: Content

  private func program(_ bytes: [UInt8]) throws -> Entry.Content {
    guard !bytes.isEmpty else { return .inline([]) }
    var blocks: [Int] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      var image: [UInt8] = []
      if !blocks.isEmpty {
        for power in 0...blocks.count.trailingZeroBitCount {
          let number = UInt32(blocks[blocks.count - 1 << power])
          image += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
      }
      let part = rest.prefix(flash.geometry.blockSize - image.count)
      rest = rest.dropFirst(part.count)
      image += part
      while image.count % flash.geometry.programSize != 0 { image.append(0xFF) }
      var block = try disk.allocate()
      while try !disk.replace(block, with: image) { block = try disk.allocate() }
      blocks.append(block)
    }
    return .blocks(BlockList(head: blocks[blocks.count - 1], size: bytes.count))
  }

  /// A file's blocks from the first on.
  private func blocks(_ list: BlockList) throws(FlashError) -> [Int] {
    var count = 1
    while capacity(count) < list.size { count += 1 }
    var blocks = [list.head]
    while blocks.count < count {
      let bytes = try disk.read(blocks[0], count: 4)
      blocks.insert(bytes.reversed().reduce(0) { $0 << 8 | Int($1) }, at: 0)
    }
    return blocks
  }

  private func capacity(_ count: Int) -> Int {
    (0..<count).reduce(0) { $0 + flash.geometry.blockSize - pointerSize($1) }
  }

  private func pointerSize(_ index: Int) -> Int {
    index == 0 ? 0 : 4 * (index.trailingZeroBitCount + 1)
  }

  private func content(_ entry: Entry) throws -> [UInt8] {
    guard case .blocks(let list) = entry.content else { return [] }
    var bytes: [UInt8] = []
    for (index, block) in try blocks(list).enumerated() {
      let all = try disk.read(block, count: flash.geometry.blockSize)
      bytes += all.dropFirst(pointerSize(index)).prefix(list.size - bytes.count)
    }
    return bytes
  }
}

func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
