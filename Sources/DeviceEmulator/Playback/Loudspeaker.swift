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
  /// Frames that a character takes at the middle speed, at 8000 a second: 70 ms (ruled).
  private static let framesPerCharacter = 560

  public init() {}

  public func speak(_ text: String, speed: Int) -> AudioClip? {
    let count = text.count * Self.framesPerCharacter * 5 / (speed + 1)
    return AudioClip(frames: [Int16](repeating: 0, count: count), frameRate: 8000)
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
  /// How much sound is handed to the output at a time.
  private static let piece = Duration.milliseconds(100)

  /// Whose item it is, and the events that its callback hears.
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
    let gain: Gain
    /// The flash file it is read from, if it is one.
    let path: String?
  }

  private struct Playing {
    let id: PlayID
    let item: Item
    let startedAt: Duration
    var alarm: Alarm
    var piecesPlayed = 0
  }

  private let output: any AudioOutput
  let voice: any Voice
  private var current: Playing?
  private var waiting = [[Item]](repeating: [], count: Self.priorities.count)
  private var lastNumber = 0
  /// Whether the output has failed; then nothing more is given to it.
  private var isDeaf = false
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

  /// The power goes: nothing is played any more.
  static func close(_ board: inout Board) {
    stopAll(&board)
    try? board.loudspeaker.output.finish()
  }

  /// Plays the next piece, or ends what has been played.
  static func advance(_ id: PlayID, _ board: inout Board) {
    guard var playing = board.loudspeaker.current, playing.id == id else { return }
    if board.loudspeaker.playPiece(of: playing.item, board.notice) {
      playing.piecesPlayed += 1
      playing.alarm = board.alarm(
        playing.startedAt + piece * playing.piecesPlayed, .playing(id))
      board.loudspeaker.current = playing
    } else {
      release(playing, &board)
      board.postPlay(playing.item.player, playing.item.player.finished)
      playNext(&board)
    }
  }

  private static func begin(_ item: Item, _ board: inout Board) {
    board.loudspeaker.lastNumber += 1
    let id = PlayID(number: board.loudspeaker.lastNumber)
    if let path = item.path { board.files.claim(path) }
    let now = board.clock.now
    board.loudspeaker.current = Playing(
      id: id, item: item, startedAt: now, alarm: board.alarm(now, .playing(id)))
    board.postPlay(item.player, item.player.started)
  }

  private static func cutOff(_ board: inout Board) {
    guard let playing = board.loudspeaker.current else { return }
    board.clock.cancel(playing.alarm)
    release(playing, &board)
    if let event = playing.item.player.stopped { board.postPlay(playing.item.player, event) }
  }

  private static func release(_ playing: Playing, _ board: inout Board) {
    if let path = playing.item.path { board.files.release(path) }
    board.loudspeaker.current = nil
  }

  private static func playNext(_ board: inout Board) {
    for priority in priorities.reversed() where !board.loudspeaker.waiting[priority].isEmpty {
      return begin(board.loudspeaker.waiting[priority].removeFirst(), &board)
    }
  }

  /// Hands one piece to the output; false when the clip is at its end.
  private mutating func playPiece(of item: Item, _ notice: (String) -> Void) -> Bool {
    let count = item.clip.frameRate / Int(.seconds(1) / Self.piece)
    var frames = [Int16](repeating: 0, count: max(count, 1))
    var span = frames.mutableSpan
    guard let read = try? item.clip.read(into: &span), read > 0 else { return false }
    var piece = span._mutatingExtracting(..<read)
    item.gain.apply(to: &piece)
    guard !isDeaf else { return true }
    do {
      try output.play(frames.span.extracting(..<read), frameRate: item.clip.frameRate)
    } catch {
      isDeaf = true
      notice("what the script plays cannot be heard: \(error.message)")
    }
    return true
  }
}

extension Board {
  fileprivate mutating func postPlay(_ player: Loudspeaker.Player, _ event: Int) {
    post(
      player == .audio ? loudspeaker.audioFunction : loudspeaker.speechFunction, .int(event))
  }
}
