import Synchronization

/// What happened on a flash, and what a volume on it promised meanwhile: enough to tell what every loss
/// of power on the way would have left, and what must have been there.
public struct FlashRecording: Sendable {
  /// The flash before.
  public let start: FlashContent
  /// Every program and erase, in order.
  public fileprivate(set) var operations: [FlashOperation] = []
  /// After how many operations a sync came.
  fileprivate(set) var syncs: [Int] = []
  fileprivate(set) var promises: [Promise] = []

  /// The flash afterwards.
  public var end: FlashContent {
    var replay = FlashReplay(self)
    return replay.content(after: PowerCut(after: operations.count))
  }

  /// A recording in which nothing has happened yet.
  init(start: FlashContent) { self.start = start }

  /// Every loss of power that leaves something of its own, in order: before each operation, after the
  /// last, and at each in the modes that make a difference there.
  ///
  /// - Parameter seed: What chance decides follows from this.
  public func cuts(
    _ modes: some Sequence<CutMode> = CutMode.allCases, seed: UInt64 = 0
  ) -> [PowerCut] {
    let modes = Set(modes)
    var cuts: [PowerCut] = []
    var syncs = syncs[...]
    var synced = 0
    for count in 0...operations.count {
      while let next = syncs.first, next < count { synced = syncs.removeFirst() }
      for mode in CutMode.allCases where modes.contains(mode) {
        let isOwn =
          switch mode {
          case .whole: true
          case .torn: count < operations.count && operations[count].isProgram
          case .halfErased: count < operations.count && operations[count].isErase
          case .outOfOrder: synced < count
          }
        if isOwn { cuts.append(PowerCut(after: count, mode, seed: seed)) }
      }
    }
    return cuts
  }
}

/// Names and files that a volume has from one moment on.
struct Promise: Sendable {
  /// The operations of the call that made it: before the first the old promise holds, after the last
  /// this one, and in between one of them.
  let operations: Range<Int>
  let tree: FileTree
}

/// Collects a recording while a volume is in use; shared by the device and the volume on it.
public final class FlashRecorder: Sendable {
  private let state: Guarded<FlashRecording>

  /// Starts with a flash that has this content.
  public init(start: FlashContent) { state = Guarded(FlashRecording(start: start)) }

  /// What happened so far.
  public var recording: FlashRecording { state.withLock { $0 } }

  /// Programs and erases so far.
  public var operationCount: Int { state.withLock { $0.operations.count } }

  func note(_ operation: FlashOperation) {
    state.withLock { recording in
      if operation == .sync {
        recording.syncs.append(recording.operations.count)
      } else {
        recording.operations.append(operation)
      }
    }
  }

  func note(_ promise: Promise) { state.withLock { $0.promises.append(promise) } }
}

/// Flash in memory that tells a recorder what is done to it.
public final class RecordingFlash: BlockDevice {
  private let flash: RAMFlash
  private let recorder: FlashRecorder

  public var geometry: FlashGeometry { flash.geometry }
  public var wear: WearCounters? { flash.wear }

  /// Makes a flash with the content from which the recorder starts.
  public init(_ recorder: FlashRecorder) {
    self.recorder = recorder
    flash = RAMFlash(recorder.recording.start)
  }

  public func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault) {
    try flash.read(block, at: offset, into: &buffer)
  }

  public func program(_ block: Int, at offset: Int, _ bytes: Span<UInt8>) throws(FlashFault) {
    try flash.program(block, at: offset, bytes)
    recorder.note(.program(block: block, offset: offset, bytes: Array(copying: bytes)))
  }

  public func erase(_ block: Int) throws(FlashFault) {
    try flash.erase(block)
    recorder.note(.erase(block: block))
  }

  public func sync() throws(FlashFault) {
    try flash.sync()
    recorder.note(.sync)
  }
}
