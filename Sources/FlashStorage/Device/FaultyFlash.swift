/// Flash that fails on demand: it loses its power after so many operations, and its blocks wear out.
/// With neither it is the device it wraps.
public final class FaultyFlash: BlockDevice {
  /// The device that keeps the bytes; what it holds is what survived.
  public let base: any BlockDevice
  /// When and how the power fails next; nil for never. Setting it starts the count of operations anew.
  public var powerCut: PowerCut? {
    didSet { (operationCount, unsynced, original) = (0, [], [:]) }
  }
  /// How blocks wear out.
  public var endurance = Endurance.unlimited
  /// Programs and erases since ``powerCut`` was set.
  public private(set) var operationCount = 0
  /// Whether the device works; it does not after a cut until ``restart()``.
  public private(set) var hasPower = true

  private var eraseCounts: [Int]
  /// Operations since the last sync, and what their blocks held before, while a cut may reorder them.
  private var unsynced: [FlashOperation] = []
  private var original: [Int: [UInt8]] = [:]

  public var geometry: FlashGeometry { base.geometry }
  public var wear: WearCounters? { base.wear }

  /// Wraps a device; erases that it has counted so far count as wear.
  public init(_ base: any BlockDevice) {
    self.base = base
    eraseCounts =
      base.wear?.blocks.map(\.erases) ?? Array(repeating: 0, count: base.geometry.blockCount)
  }

  /// Brings the power back; it will not fail again unless ``powerCut`` is set.
  public func restart() {
    powerCut = nil
    hasPower = true
  }

  // MARK: Operations

  public func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault) {
    try checkPower()
    _ = try FlashPlace(read: buffer.count, at: offset, of: block, in: geometry)
    try check(block, failing: .readFails)
    try base.read(block, at: offset, into: &buffer)
  }

  public func program(_ block: Int, at offset: Int, _ bytes: Span<UInt8>) throws(FlashFault) {
    try checkPower()
    _ = try FlashPlace(program: bytes.count, at: offset, of: block, in: geometry)
    try check(block, failing: .programFails)
    guard !isWorn(block, .programDoesNothing) else { return try begin(nil) }
    var bytes = Array(copying: bytes)
    if isWorn(block, .eraseDoesNothing) {
      // What the last erase has left clear stays clear, whatever the device thinks of that.
      let old = try base.bytes(of: block, at: offset, count: bytes.count)
      var result = bytes.mutableSpan
      result.clearBits(clearIn: old.span)
    }
    try begin(.program(block: block, offset: offset, bytes: bytes))
    try base.program(block, at: offset, bytes.span)
  }

  public func erase(_ block: Int) throws(FlashFault) {
    try checkPower()
    _ = try FlashPlace(erase: block, in: geometry)
    try check(block, failing: .eraseFails)
    guard !isWorn(block, .eraseDoesNothing) else { return try begin(nil) }
    try begin(.erase(block: block))
    try base.erase(block)
    eraseCounts[block] += 1
  }

  public func sync() throws(FlashFault) {
    try checkPower()
    if let powerCut, powerCut.mode == .outOfOrder, operationCount >= powerCut.operation {
      try lose(.sync, powerCut)
    }
    try base.sync()
    (unsynced, original) = ([], [:])
  }

  // MARK: Wear

  private func isWorn(_ block: Int, _ behaviour: Endurance.Behaviour) -> Bool {
    endurance.behaviour == behaviour
      && eraseCounts[block] >= endurance.eraseLimits[block] ?? endurance.eraseLimit
  }

  private func check(
    _ block: Int, failing behaviour: Endurance.Behaviour
  ) throws(FlashFault) {
    if isWorn(block, behaviour) { throw .wornOut(block: block) }
  }

  // MARK: Power

  private func checkPower() throws(FlashFault) {
    guard hasPower else { throw .powerLost }
  }

  /// Counts an operation, unless the power fails at it.
  ///
  /// - Parameter operation: Nil if a worn block makes it do nothing.
  private func begin(_ operation: FlashOperation?) throws(FlashFault) {
    if let powerCut, operationCount >= powerCut.operation {
      try lose(operation, powerCut)
    }
    operationCount += 1
    guard powerCut?.mode == .outOfOrder, let operation, let block = operation.block else { return }
    if original[block] == nil { original[block] = try base.bytes(of: block) }
    unsynced.append(operation)
  }

  private func lose(_ operation: FlashOperation?, _ cut: PowerCut) throws(FlashFault) {
    hasPower = false
    try leave(operation, cut)
    throw .powerLost
  }

  /// Leaves flash as the cut at `operation` leaves it.
  private func leave(_ operation: FlashOperation?, _ cut: PowerCut) throws(FlashFault) {
    var interruption = cut.interruption
    switch (cut.mode, operation) {
    case (.torn, .program(let block, let offset, let bytes)?):
      try base.program(block, at: offset, interruption.torn(bytes).span)
    case (.halfErased, .erase(let block)?):
      try base.replace(block, with: interruption.halfErased(base.bytes(of: block)))
    case (.outOfOrder, _):
      for (block, count) in interruption.survivors(of: unsynced) {
        var bytes = original[block] ?? []
        for operation in unsynced.lazy.filter({ $0.block == block }).prefix(count) {
          operation.apply(to: &bytes)
        }
        try base.replace(block, with: bytes)
      }
    default: break
    }
  }
}

/// How long the blocks of a flash last, and what becomes of them then.
public struct Endurance: Equatable, Sendable {
  /// What a worn block does.
  public enum Behaviour: Sendable, CaseIterable {
    /// A program fails with ``FlashFault/wornOut(block:)``.
    case programFails
    /// So does an erase.
    case eraseFails
    /// So does a read.
    case readFails
    /// A program seems to succeed but changes nothing.
    case programDoesNothing
    /// An erase seems to succeed but changes nothing.
    case eraseDoesNothing
  }

  /// How many erases a block takes; after the last it is worn.
  public var eraseLimit: Int
  /// What holds for some blocks instead, by block number.
  public var eraseLimits: [Int: Int]
  /// What worn blocks do.
  public var behaviour: Behaviour

  /// Blocks that last for ever.
  public static let unlimited = Endurance(eraseLimit: .max, .programFails)

  /// Says how long blocks last.
  public init(eraseLimit: Int, _ behaviour: Behaviour, except eraseLimits: [Int: Int] = [:]) {
    self.eraseLimit = eraseLimit
    self.eraseLimits = eraseLimits
    self.behaviour = behaviour
  }
}

extension FlashOperation {
  /// Does it to the bytes of its block.
  func apply(to block: inout [UInt8]) {
    switch self {
    case .program(_, let offset, let bytes):
      var all = block.mutableSpan
      var target = all._mutatingExtracting(offset..<offset + bytes.count)
      target.clearBits(clearIn: bytes.span)
    case .erase: block = Array(repeating: 0xFF, count: block.count)
    case .sync: break
    }
  }
}

extension BlockDevice {
  /// The bytes of a block, or of a part of it.
  fileprivate func bytes(
    of block: Int, at offset: Int = 0, count: Int? = nil
  ) throws(FlashFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count ?? geometry.blockSize)
    var span = bytes.mutableSpan
    try read(block, at: offset, into: &span)
    return bytes
  }

  /// Makes a block hold these bytes.
  fileprivate func replace(_ block: Int, with bytes: [UInt8]) throws(FlashFault) {
    try erase(block)
    try program(block, at: 0, bytes.span)
  }
}
