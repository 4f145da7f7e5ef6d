import DeviceEmulator

/// Something to play, and how it stands to what else there is.
struct PlayItem {
  /// What is heard.
  enum Source {
    /// A file, as the script names it.
    case file(String)
    case text(String)
  }

  let source: Source
  let player: Loudspeaker.Player
  /// The higher goes first.
  var priority: Int
  /// 1 if what comes later may cut it off, or take its place at the end of the queue.
  var breakin: Int

  /// Something with the first two arguments of a `play`, of which the firmware keeps a byte each.
  init(_ source: Source, for call: Call) {
    self.source = source
    player = if case .file = source { .audio } else { .speech }
    priority = Int(UInt8(truncatingIfNeeded: call.int(0)))
    breakin = Int(UInt8(truncatingIfNeeded: call.int(1)))
  }

  /// A file that the recorder plays.
  init(recorded name: String) {
    (source, player, priority, breakin) = (.file(name), .recorder, 0, 0)
  }

  /// Whether one of a priority may cut it off.
  func yields(to priority: Int) -> Bool { breakin == 1 && priority >= self.priority }
}

/// What waits to be played: ten places for each of five priorities, shared by `Audio` and `TTS`.
struct PlayQueue {
  static let priorities = 0...4
  static let capacity = 10

  private var waiting = [[PlayItem]](repeating: [], count: priorities.count)

  func isFull(_ priority: Int) -> Bool { waiting[priority].count >= Self.capacity }

  /// Whether the next one of a priority takes the place of the last.
  func replacesLast(_ priority: Int) -> Bool { (waiting[priority].last?.breakin ?? 0) != 0 }

  mutating func add(_ item: PlayItem) {
    if replacesLast(item.priority) { waiting[item.priority].removeLast() }
    waiting[item.priority].append(item)
  }

  /// Takes the oldest of the highest priority.
  mutating func next() -> PlayItem? {
    waiting.indices.last { !waiting[$0].isEmpty }.map { waiting[$0].removeFirst() }
  }

  mutating func clear() { self = PlayQueue() }
}
