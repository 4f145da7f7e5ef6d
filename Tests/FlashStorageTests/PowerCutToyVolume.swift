import FlashStorage

/// About the simplest file system that survives a loss of power, and versions of it that do not: they
/// prove that a sweep notices.
///
/// Everything is in memory and is written, after each change, as a whole into one half of the flash, the
/// next time into the other. The last block is empty but for a note while a rename is on its way.
final class ToyVolume: Volume, @unchecked Sendable {  // Used by one thread.
  enum Flaw: CaseIterable {
    /// The new state is written over the only old one.
    case keepsOneCopy
    /// A half counts by its number, whatever it holds.
    case checksNothing
    /// Nothing is synced.
    case neverSyncs
    /// A half that makes no sense is an error, not a reason to take the other.
    case givesUp
    /// The note of a rename stays.
    case leaks
    /// A rename makes the new name, then removes the old one.
    case renamesInTwoSteps
    /// A close keeps the content in memory.
    case closesLater
    /// The repair writes over the half that counts.
    case repairsInPlace
    /// After a cut in the middle of a half, nothing can be made.
    case refusesToWrite
  }

  private let flash: any BlockDevice
  private let flaw: Flaw?
  private let memory: LittleFSVolume
  private var revision: UInt32 = 0
  private var isTorn = false
  private var writers: Set<FlashHandle> = []

  private var halfBlockCount: Int { (flash.geometry.blockCount - 1) / 2 }
  private var noteBlock: Int { flash.geometry.blockCount - 1 }

  static func fileSystem(_ flaw: Flaw?) -> FlashFileSystem {
    FlashFileSystem(
      mount: { device throws(FlashError) in try ToyVolume(device, flaw) },
      repair: { volume throws(FlashError) in try (volume as? ToyVolume)?.repair() },
      check: { volume throws(FlashError) in try (volume as? ToyVolume)?.check() ?? [] })
  }

  static func format(_ flash: RAMFlash) throws(FlashError) {
    try ToyVolume(flash, nil, isNew: true).save()
  }

  init(_ flash: any BlockDevice, _ flaw: Flaw?, isNew: Bool = false) throws(FlashError) {
    self.flash = flash
    self.flaw = flaw
    memory = try! Littlefs(.v11, 4096, 4096, 4096, count: 1000).volume()
    guard !isNew else { return }
    let halves = [try load(0), try load(1)].compactMap(\.self)
    guard let newest = halves.max(by: { $0.revision < $1.revision }) else {
      throw .corrupt("neither half makes sense")
    }
    revision = newest.revision
    try unpack(newest.bytes)
  }

  func repair() throws(FlashError) {
    guard try !check().isEmpty else { return }
    if flaw == .repairsInPlace { try write(half: Int(revision % 2)) }
    if flaw != .leaks { try onFlash { () throws(FlashFault) in try flash.erase(noteBlock) } }
  }

  func check() throws(FlashError) -> [String] {
    try read(noteBlock).contains { $0 != 0xFF } ? ["the note of a rename is left"] : []
  }

  // MARK: On flash

  private func save() throws(FlashError) {
    revision += 1
    try write(half: flaw == .keepsOneCopy ? 0 : Int(revision % 2))
  }

  private func write(half: Int) throws(FlashError) {
    let content = try pack()
    let bytes =
      revision.bytes + UInt32(content.count).bytes + Self.checksum(content, revision).bytes
      + content
    let size = flash.geometry.blockSize
    try onFlash { () throws(FlashFault) in
      for start in stride(from: 0, to: bytes.count, by: size) {
        var block = Array(bytes[start..<min(start + size, bytes.count)])
        block += Array(repeating: 0xFF, count: size - block.count)
        try flash.erase(half * halfBlockCount + start / size)
        try flash.program(half * halfBlockCount + start / size, at: 0, block.span)
      }
      if flaw != .neverSyncs { try flash.sync() }
    }
  }

  private func load(_ half: Int) throws(FlashError) -> (revision: UInt32, bytes: [UInt8])? {
    var bytes: [UInt8] = []
    for block in 0..<halfBlockCount { bytes += try read(half * halfBlockCount + block) }
    let (revision, count) = (UInt32(bytes, at: 0), Int(UInt32(bytes, at: 4)))
    if revision == .max { return nil }
    let content = Array(bytes.dropFirst(12).prefix(count))
    if Self.checksum(content, revision) == UInt32(bytes, at: 8) { return (revision, content) }
    if flaw == .checksNothing, count < bytes.count { return (revision, content) }
    if flaw == .givesUp { throw .corrupt("half \(half) makes no sense") }
    isTorn = true
    return nil
  }

  private func read(_ block: Int) throws(FlashError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: flash.geometry.blockSize)
    try onFlash { () throws(FlashFault) in
      var span = bytes.mutableSpan
      try flash.read(block, at: 0, into: &span)
    }
    return bytes
  }

  private func onFlash(_ body: () throws(FlashFault) -> Void) throws(FlashError) {
    do throws(FlashFault) { try body() } catch { throw .fault(error.description) }
  }

  private static func checksum(_ bytes: [UInt8], _ revision: UInt32) -> UInt32 {
    bytes.reduce(revision ^ 2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  // MARK: As bytes

  private func pack(_ path: String = "") throws(FlashError) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in try memory.entries(of: path + "/") {
      let place = "\(path)/\(entry.name)"
      bytes += UInt32(place.utf8.count).bytes + Array(place.utf8)
      switch entry.status.kind {
      case .directory:
        bytes += UInt32.max.bytes
        bytes += try pack(place)
      case .file:
        bytes += UInt32(entry.status.size).bytes
        let handle = try memory.open(place, .read)
        var content = [UInt8](repeating: 0, count: entry.status.size)
        var span = content.mutableSpan
        _ = try memory.read(handle, into: &span)
        try memory.close(handle)
        bytes += content
      }
    }
    return bytes
  }

  private func unpack(_ bytes: [UInt8]) throws(FlashError) {
    var rest = bytes[...]
    func take(_ count: UInt32) throws(FlashError) -> [UInt8] {
      guard rest.count >= count else { throw .corrupt("the state ends too early") }
      defer { rest = rest.dropFirst(Int(count)) }
      return Array(rest.prefix(Int(count)))
    }
    while !rest.isEmpty {
      let length = UInt32(try take(4), at: 0)
      let path = String(decoding: try take(length), as: UTF8.self)
      let size = UInt32(try take(4), at: 0)
      if size == .max {
        try memory.makeDirectory(path)
      } else {
        let content = try take(size)
        let handle = try memory.open(path, [.write, .create])
        try memory.write(handle, content.span)
        try memory.close(handle)
      }
    }
  }

  // MARK: What changes flash

  func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    if flaw == .refusesToWrite, isTorn, mode.contains(.create) { throw .fault("half is torn") }
    let isNew = (try? memory.status(of: path)) == nil
    let handle = try memory.open(path, mode)
    if mode.contains(.write) { writers.insert(handle) }
    if isNew { try save() }
    return handle
  }

  func sync(_ handle: FlashHandle) throws(FlashError) {
    try memory.sync(handle)
    try save()
  }

  func close(_ handle: FlashHandle) throws(FlashError) {
    try memory.close(handle)
    if writers.remove(handle) != nil, flaw != .closesLater { try save() }
  }

  func makeDirectory(_ path: String) throws(FlashError) {
    try memory.makeDirectory(path)
    try save()
  }

  func remove(_ path: String) throws(FlashError) {
    try memory.remove(path)
    try save()
  }

  func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    try onFlash { () throws(FlashFault) in
      let unit = [UInt8](repeating: 0, count: flash.geometry.programSize)
      try flash.program(noteBlock, at: 0, unit.span)
      try flash.sync()
    }
    if flaw == .renamesInTwoSteps {
      let handle = try memory.open(newPath, [.write, .create])
      try memory.close(handle)
      try save()
    }
    try memory.rename(oldPath, to: newPath)
    try save()
    try onFlash { () throws(FlashFault) in try flash.erase(noteBlock) }
  }

  // MARK: What does not

  var capacity: Int { memory.capacity }
  func statistics() throws(FlashError) -> VolumeStatistics { try memory.statistics() }
  func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try memory.write(handle, bytes)
  }
  func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try memory.seek(handle, to: offset, from: origin)
  }
  func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try memory.position(of: handle)
  }
  func size(of handle: FlashHandle) throws(FlashError) -> Int { try memory.size(of: handle) }
  func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try memory.truncate(handle, to: size)
  }
  func read(
    _ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Int {
    try memory.read(handle, into: &buffer)
  }
  func status(of path: String) throws(FlashError) -> FileStatus { try memory.status(of: path) }
  func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    try memory.entries(of: path)
  }
}

extension UInt32 {
  fileprivate var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) } }

  fileprivate init(_ bytes: [UInt8], at offset: Int) {
    self = (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
  }
}
