public import AudioEngine
import EmulatedTime

/// Who speaks the texts of TTS.
public protocol Voice: Sendable {
  /// Speaks `text` at a speed from 0 to 9.
  ///
  /// - Returns: The sound, or nil if it cannot be had; then ``TimedSilence`` stands in.
  func speak(_ text: String, speed: Int) -> AudioClip?
}

/// Speaks nothing, for about as long as the text would take.
public struct TimedSilence: Voice {
  /// A character takes about this long at the middle speed (ruled).
  private static let character = Duration.milliseconds(70)
  private static let frameRate = 8000

  public init() {}

  public func speak(_ text: String, speed: Int) -> AudioClip? {
    let frames = text.count * Self.frameRate * Int(Self.character / .milliseconds(1)) / 1000
    return AudioClip(
      frames: [Int16](repeating: 0, count: frames * 5 / (speed + 1)), frameRate: Self.frameRate)
  }
}

/// Names one thing that was given to play.
struct PlayID: Equatable, Sendable {
  let number: Int
}

/// What plays on a module and what waits to: five priorities, ten of each, shared by `Audio` and `TTS`.
struct Loudspeaker {
  static let priorities = 0...4
  static let queueCapacity = 10

  /// The events that a player's callback hears.
  enum Player {
    case audio, speech

    /// Playing begins.
    var started: Int { self == .audio ? 0 : 2 }
    /// It was cut off; `Audio` hears nothing of that.
    var stopped: Int? { self == .audio ? nil : 3 }
    /// It came to its end.
    var finished: Int { self == .audio ? 7 : 4 }
  }

  /// Something to play.
  struct Item {
    let player: Player
    let priority: Int
    /// Whether an item of the same or a higher priority may cut it off.
    let canBeInterrupted: Bool
    let clip: AudioClip
    /// The flash file it is read from, if it is one.
    let path: String?
  }

  private struct Playing {
    let id: PlayID
    let item: Item
    let startedAt: Duration
    let alarm: Alarm
  }

  private let output: any AudioOutput
  let voice: any Voice
  private var current: Playing?
  private var waiting = [[Item]](repeating: [], count: Self.priorities.count)
  private var lastNumber = 0
  /// The function each player's events go to.
  var audioFunction: Int?
  var speechFunction: Int?

  init(output: any AudioOutput, voice: any Voice) {
    self.output = output
    self.voice = voice
  }

  var isPlaying: Bool { current != nil }

  func isPlaying(_ player: Player) -> Bool { current?.item.player == player }

  /// Whether an item of `priority` would have to wait.
  func mustWait(_ priority: Int) -> Bool {
    guard let current else { return false }
    return !(current.item.canBeInterrupted && priority >= current.item.priority)
  }

  func isFull(_ priority: Int) -> Bool { waiting[priority].count >= Self.queueCapacity }

  // The functions below change the board that holds this loudspeaker, so they are given the board.

  /// Plays an item now, cutting off what plays.
  static func playNow(_ item: Item, _ board: inout Board) {
    cutOff(&board)
    begin(item, &board)
  }

  static func enqueue(_ item: Item, _ board: inout Board) {
    board.loudspeaker.waiting[item.priority].append(item)
  }

  /// Stops what plays if `player` plays it; what waits goes on.
  static func stop(_ player: Player, _ board: inout Board) {
    guard board.loudspeaker.isPlaying(player) else { return }
    cutOff(&board)
    playNext(&board)
  }

  static func stopAll(_ board: inout Board) {
    for priority in priorities { board.loudspeaker.waiting[priority] = [] }
    cutOff(&board)
  }

  /// What plays has come to its end.
  static func ended(_ id: PlayID, _ board: inout Board) {
    guard let current = board.loudspeaker.current, current.id == id else { return }
    close(current, &board)
    board.postPlay(current.item.player, current.item.player.finished)
    playNext(&board)
  }

  private static func begin(_ item: Item, _ board: inout Board) {
    board.loudspeaker.lastNumber += 1
    let id = PlayID(number: board.loudspeaker.lastNumber)
    if let path = item.path { board.files.claim(path) }
    do {
      try board.loudspeaker.output.start(item.clip)
    } catch {
      board.notice("what the script plays cannot be heard: \(error.message)")
    }
    let now = board.clock.now
    board.loudspeaker.current = Playing(
      id: id, item: item, startedAt: now,
      alarm: board.alarm(now + item.clip.duration, .played(id)))
    board.postPlay(item.player, item.player.started)
  }

  private static func cutOff(_ board: inout Board) {
    guard let current = board.loudspeaker.current else { return }
    board.clock.cancel(current.alarm)
    close(current, &board)
    if let event = current.item.player.stopped { board.postPlay(current.item.player, event) }
  }

  private static func close(_ playing: Playing, _ board: inout Board) {
    board.loudspeaker.output.stop(after: board.clock.now - playing.startedAt)
    if let path = playing.item.path { board.files.release(path) }
    board.loudspeaker.current = nil
  }

  private static func playNext(_ board: inout Board) {
    for priority in priorities.reversed() where !board.loudspeaker.waiting[priority].isEmpty {
      return begin(board.loudspeaker.waiting[priority].removeFirst(), &board)
    }
  }
}

extension Board {
  fileprivate mutating func postPlay(_ player: Loudspeaker.Player, _ event: Int) {
    post(
      player == .audio ? loudspeaker.audioFunction : loudspeaker.speechFunction, .int(event))
  }
}
