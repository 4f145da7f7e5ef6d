/// The first blocks of a device, as a device of their own.
///
/// Modules mount one block less than the partition has, whatever the superblock says, so the dump of a
/// partition is longer than the file system in it.
public final class FirstBlocks: BlockDevice {
  /// The sizes of the device, with fewer blocks.
  public let geometry: FlashGeometry
  private let device: any BlockDevice

  /// Shows `count` blocks of a device, or all that it has.
  public init(of device: any BlockDevice, count: Int) throws(VolumeError) {
    let whole = device.geometry
    geometry = try FlashGeometry(
      readSize: whole.readSize, programSize: whole.programSize, blockSize: whole.blockSize,
      blockCount: min(count, whole.blockCount))
    self.device = device
  }

  /// Of the whole device.
  public var wear: WearCounters? { device.wear }

  public func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault) {
    try check(block, offset, buffer.count)
    try device.read(block, at: offset, into: &buffer)
  }

  public func program(
    _ block: Int, at offset: Int, _ bytes: Span<UInt8>
  ) throws(FlashFault) {
    try check(block, offset, bytes.count)
    try device.program(block, at: offset, bytes)
  }

  public func erase(_ block: Int) throws(FlashFault) {
    try check(block, 0, geometry.blockSize)
    try device.erase(block)
  }

  public func sync() throws(FlashFault) { try device.sync() }

  private func check(_ block: Int, _ offset: Int, _ count: Int) throws(FlashFault) {
    guard block < geometry.blockCount else {
      throw .outOfRange(block: block, offset: offset, count: count)
    }
  }
}
