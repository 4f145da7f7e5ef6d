/// Flash in memory. A ``fork()`` costs next to nothing: blocks are shared until one side changes them.
public final class RAMFlash: BlockDevice {
  /// What it holds; a copy is a snapshot.
  public private(set) var content: FlashContent
  private var counters: WearCounters
  private let unerasedPrograms: UnerasedPrograms

  public var geometry: FlashGeometry { content.geometry }
  public var wear: WearCounters? { counters }

  /// Makes a flash with this content, whose counters start at 0.
  public init(_ content: FlashContent, unerasedPrograms: UnerasedPrograms = .refused) {
    self.content = content
    self.unerasedPrograms = unerasedPrograms
    counters = WearCounters(blockCount: content.geometry.blockCount)
  }

  /// Makes an erased flash.
  public convenience init(
    _ geometry: FlashGeometry, unerasedPrograms: UnerasedPrograms = .refused
  ) {
    self.init(FlashContent(geometry), unerasedPrograms: unerasedPrograms)
  }

  /// Makes a flash that holds `bytes` from its start on, and is erased behind them.
  ///
  /// - Throws: ``VolumeError`` of ``VolumeError/Reason/doesNotFit`` if there are too many.
  public convenience init(
    _ bytes: [UInt8], _ geometry: FlashGeometry, unerasedPrograms: UnerasedPrograms = .refused
  ) throws(VolumeError) {
    self.init(try FlashContent(bytes, geometry), unerasedPrograms: unerasedPrograms)
  }

  private init(copying other: RAMFlash) {
    content = other.content
    counters = other.counters
    unerasedPrograms = other.unerasedPrograms
  }

  /// All of it, as an image file holds it.
  public var bytes: [UInt8] { content.bytes }

  /// Another flash with the same content and counters, from now on on its own.
  public func fork() -> RAMFlash { RAMFlash(copying: self) }

  public func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault) {
    let place = try FlashPlace(read: buffer.count, at: offset, of: block, in: geometry)
    content.read(place, into: &buffer)
    counters.blocks[block].reads += 1
  }

  public func program(_ block: Int, at offset: Int, _ bytes: Span<UInt8>) throws(FlashFault) {
    let place = try FlashPlace(program: bytes.count, at: offset, of: block, in: geometry)
    if !content.canProgram(place, bytes) {
      guard unerasedPrograms == .counted else { throw .notErased(block: block, offset: offset) }
      counters.unerasedPrograms += 1
    }
    content.program(place, bytes)
    counters.blocks[block].programs += 1
  }

  public func erase(_ block: Int) throws(FlashFault) {
    _ = try FlashPlace(erase: block, in: geometry)
    content.erase(block)
    counters.blocks[block].erases += 1
  }

  public func sync() throws(FlashFault) {}
}
