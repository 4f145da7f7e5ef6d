/// A device with its free blocks: what both formats and the files write through.
///
/// Everything programmed is read back and compared, so that a block that silently refuses is noticed
/// as one that says so.
final class Disk {
  let device: any BlockDevice
  let geometry: FlashGeometry
  /// Adds every block that is in use, by asking whoever owns blocks.
  var markUsed: (inout BlockSet) throws(FlashError) -> Void = { _ in }
  /// Handed out since the last checkpoint: in use though nothing points there yet.
  private var pending = BlockSet()
  /// What a look at everything found free, and where to go on in it.
  private var free = BlockSet()
  private var cursor = 0
  /// Blocks of the file system; grows with it, up to the device's.
  var blockCount: Int

  init(_ device: any BlockDevice, blockCount: Int, firstAllocation: Int = 0) {
    self.device = device
    self.geometry = device.geometry
    self.blockCount = blockCount
    startAllocation(at: firstAllocation)
  }

  // MARK: Blocks

  /// Bytes of a block.
  func read(_ block: Int, at offset: Int = 0, count: Int) throws(FlashError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(block, at: offset, into: &span)
    return bytes
  }

  func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) {
    guard (0..<blockCount).contains(block) else {
      throw .corrupt("block \(block) is beyond the file system")
    }
    do throws(FlashFault) {
      try device.read(block, at: offset, into: &buffer)
    } catch {
      throw FlashError(error)
    }
  }

  /// Programs whole units and checks that they took.
  ///
  /// - Returns: False if the block is bad, and another has to take its place.
  func program(
    _ block: Int, at offset: Int, _ bytes: Span<UInt8>
  ) throws(FlashError) -> Bool {
    do throws(FlashFault) {
      try device.program(block, at: offset, bytes)
      return try holds(block, at: offset, bytes)
    } catch {
      if case .wornOut = error { return false }
      throw FlashError(error)
    }
  }

  private func holds(
    _ block: Int, at offset: Int, _ bytes: Span<UInt8>
  ) throws(FlashFault) -> Bool {
    var copy = [UInt8](repeating: 0, count: bytes.count)
    var span = copy.mutableSpan
    try device.read(block, at: offset, into: &span)
    return copy.span.isEqual(to: bytes)
  }

  /// Erases a block.
  ///
  /// - Returns: False if the block is bad, and another has to take its place.
  func erase(_ block: Int) throws(FlashError) -> Bool {
    do throws(FlashFault) {
      try device.erase(block)
      return true
    } catch {
      if case .wornOut = error { return false }
      throw FlashError(error)
    }
  }

  func sync() throws(FlashError) {
    do throws(FlashFault) { try device.sync() } catch { throw FlashError(error) }
  }

  // MARK: Free blocks

  /// Lets the search for free blocks begin at a block, or at any other number's remainder.
  func startAllocation(at number: Int) { cursor = blockCount > 0 ? abs(number) % blockCount : 0 }

  /// A free block, the next one round the device; not erased.
  func allocate() throws(FlashError) -> Int {
    if let block = nextFree() { return block }
    try findFree()
    guard let block = nextFree() else { throw .noSpace }
    return block
  }

  /// What was allocated so far is now either in use or free again.
  func checkpoint() { pending = BlockSet() }

  /// How many blocks nothing uses.
  func freeCount() throws(FlashError) -> Int {
    var used = BlockSet(capacity: blockCount)
    try markUsed(&used)
    return blockCount - used.count
  }

  private func nextFree() -> Int? {
    guard let block = free.next(from: cursor) ?? free.next(from: 0) else { return nil }
    free.remove(block)
    pending.insert(block)
    cursor = (block + 1) % blockCount
    return block
  }

  private func findFree() throws(FlashError) {
    var used = BlockSet(capacity: blockCount)
    try markUsed(&used)
    used.formUnion(pending)
    free = used.complement(upTo: blockCount)
  }
}

extension FlashError {
  init(_ fault: FlashFault) {
    if case .host(let cause) = fault {
      self = .host(cause)
    } else {
      self = .fault(fault.description)
    }
  }
}
