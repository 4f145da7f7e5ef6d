/// Goes through a recording and shows what a loss of power would have left.
///
/// It keeps its place: cuts in their order cost only the operations between them.
public struct FlashReplay: Sendable {
  private let recording: FlashRecording
  private var position = 0
  private var content: FlashContent
  /// The same at the last sync that the power outlasted.
  private var synced: (position: Int, content: FlashContent)
  private var nextSync = 0

  /// Starts at the beginning.
  public init(_ recording: FlashRecording) {
    self.recording = recording
    content = recording.start
    synced = (0, recording.start)
  }

  /// What a cut leaves on the flash.
  public mutating func content(after cut: PowerCut) -> FlashContent {
    if cut.operation < position { self = FlashReplay(recording) }
    while position < min(cut.operation, recording.operations.count) { step() }
    return remains(of: cut)
  }

  private mutating func step() {
    // A sync right before a cut out of order has not passed: see PowerCut.
    while nextSync < recording.syncs.count, recording.syncs[nextSync] <= position {
      synced = (position, content)
      nextSync += 1
    }
    content.apply(recording.operations[position])
    position += 1
  }

  private func remains(of cut: PowerCut) -> FlashContent {
    var interruption = cut.interruption
    switch cut.mode {
    case .whole: return content
    case .torn, .halfErased:
      guard position < recording.operations.count else { return content }
      var result = content
      result.apply(recording.operations[position], cutOffIn: cut.mode, &interruption)
      return result
    case .outOfOrder:
      let unsynced = recording.operations[synced.position..<position]
      var counts = interruption.survivors(of: unsynced)
      var result = synced.content
      for operation in unsynced {
        guard let block = operation.block, let count = counts[block], count > 0 else { continue }
        result.apply(operation)
        counts[block] = count - 1
      }
      return result
    }
  }
}

extension FlashContent {
  mutating func apply(_ operation: FlashOperation) {
    switch operation {
    case .program(let block, let offset, let bytes):
      program(FlashPlace(block: block, range: offset..<offset + bytes.count), bytes.span)
    case .erase(let block): erase(block)
    case .sync: break
    }
  }

  fileprivate mutating func apply(
    _ operation: FlashOperation, cutOffIn mode: CutMode, _ interruption: inout Interruption
  ) {
    switch (mode, operation) {
    case (.torn, .program(let block, let offset, let bytes)):
      apply(.program(block: block, offset: offset, bytes: interruption.torn(bytes)))
    case (.halfErased, .erase(let block)):
      replace(block, with: interruption.halfErased(self[block]))
    default: break
    }
  }
}
