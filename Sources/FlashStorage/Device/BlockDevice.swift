/// A partition of NOR flash, or something that behaves like one.
///
/// Erasing sets all bits of a block, programming only clears bits. A device has one user at a time and
/// no lock of its own; whoever owns it serialises the calls.
public protocol BlockDevice: AnyObject {
  /// Its sizes.
  var geometry: FlashGeometry { get }

  /// How often its blocks were read, programmed and erased; nil if it does not count.
  var wear: WearCounters? { get }

  /// Fills `buffer` from `offset` in a block on; any place and length inside the block.
  func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault)

  /// Programs whole program units inside a block that were erased before.
  func program(_ block: Int, at offset: Int, _ bytes: Span<UInt8>) throws(FlashFault)

  /// Sets every byte of a block to 0xFF.
  func erase(_ block: Int) throws(FlashFault)

  /// Returns when everything programmed and erased survives a loss of power.
  func sync() throws(FlashFault)
}

extension BlockDevice {
  public var wear: WearCounters? { nil }
}

/// Why a flash device refused.
public enum FlashFault: Error, Equatable, Sendable {
  /// The block is worn out: it cannot be read, programmed or erased any more.
  case wornOut(block: Int)
  /// A program would have set bits that are clear: the place was not erased.
  case notErased(block: Int, offset: Int)
  /// A place outside the device, or a program that is not made of whole units: a bug of the caller.
  case outOfRange(block: Int, offset: Int, count: Int)
  /// There is no power; nothing works until the device is started again.
  case powerLost
  /// The host file behind the device failed.
  case host(String)
}

extension FlashFault: CustomStringConvertible {
  /// A sentence for messages and traces.
  public var description: String {
    switch self {
    case .wornOut(let block): "block \(block) is worn out"
    case .notErased(let block, let offset):
      "block \(block) was not erased at offset \(offset) before it was programmed"
    case .outOfRange(let block, let offset, let count):
      "\(count) bytes at offset \(offset) of block \(block) are not on the device or not whole units"
    case .powerLost: "the power is lost"
    case .host(let cause): cause
    }
  }
}
