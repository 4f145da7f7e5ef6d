import AudioEngine
import EmulatedTime

/// What plays on a module and what waits to: five priorities, ten of each, shared by `Audio` and `TTS`.
struct Loudspeaker {
  static let priorities = 0...4
  static let queueCapacity = 10

  /// Whose item it is.
  enum Player {
    case audio, speech
  }

  /// What all objects of one player share.
  struct Line {
    /// As at power-on.
    static let audio = Line(topVolume: 11, volume: 7)
    static let speech = Line(topVolume: 9, volume: 4)

    let topVolume: Int
    var volume: Int
    /// Where its events go.
    var function: Int?

    /// Full at the top, 3 dB less a step, silent at 0 (ruled; nobody says).
    var gain: Gain {
      volume == 0 ? .silence : Gain(decibels: Double(3 * (volume - topVolume)))
    }
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

  fileprivate struct Playing {
    let number: Int
    let item: Item
    let startedAt: Duration
    var alarm: Alarm
    var framesPlayed = 0
  }

  var audio = Line.audio
  var speech = Line.speech
  let voice: any Voice
  private let output: any AudioOutput
  fileprivate var current: Playing?
  fileprivate var waiting = [[Item]](repeating: [], count: priorities.count)
  fileprivate var lastNumber = 0
  /// Whether the output takes nothing any more: it has failed, or is closed.
  private var isDeaf = false

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

  subscript(player: Player) -> Line {
    switch player {
    case .audio: audio
    case .speech: speech
    }
  }

  /// Forgets what a script has set up.
  mutating func restart() { (audio, speech) = (.audio, .speech) }

  /// The power goes: nothing is heard any more.
  mutating func close() throws(AudioError) {
    guard !isDeaf else { return }
    isDeaf = true
    try output.finish()
  }

  /// The next tenth of a second at the volume of now; empty at the end.
  fileprivate func nextPiece(of item: Item) -> [Int16] {
    var frames = [Int16](repeating: 0, count: max(item.clip.frameRate / 10, 1))
    var span = frames.mutableSpan
    let count = (try? item.clip.read(into: &span)) ?? 0
    self[item.player].gain.apply(to: &span)
    frames.removeLast(frames.count - count)
    return frames
  }

  fileprivate mutating func emit(_ frames: [Int16], frameRate: Int) throws(AudioError) {
    guard !isDeaf else { return }
    do throws(AudioError) {
      try output.play(frames.span, frameRate: frameRate)
    } catch {
      isDeaf = true
      throw error
    }
  }
}

/// Playing, which takes the clock, the files and the events of the board.
extension Board {
  /// Plays an item now, cutting off what plays.
  mutating func playNow(_ item: Loudspeaker.Item) {
    cutOff()
    begin(item)
  }

  /// Plays an item when those before it have ended.
  mutating func enqueue(_ item: Loudspeaker.Item) {
    loudspeaker.waiting[item.priority].append(item)
  }

  /// Stops what plays if `player` plays it; what waits goes on.
  mutating func stopPlaying(_ player: Loudspeaker.Player) {
    guard loudspeaker.isPlaying(player) else { return }
    cutOff()
    playNext()
  }

  /// Stops what plays and forgets what waits.
  mutating func stopPlaying() {
    for priority in Loudspeaker.priorities { loudspeaker.waiting[priority] = [] }
    cutOff()
  }

  /// Plays the next piece, or ends what has been played.
  mutating func advancePlaying(_ number: Int) {
    guard var playing = loudspeaker.current, playing.number == number else { return }
    let clip = playing.item.clip
    let piece = loudspeaker.nextPiece(of: playing.item)
    guard !piece.isEmpty else {
      release(playing)
      tell(playing.item.player, of: playing.item.player.finished)
      return playNext()
    }
    do throws(AudioError) {
      try loudspeaker.emit(piece, frameRate: clip.frameRate)
    } catch {
      noteSilence(error)
    }
    playing.framesPlayed += piece.count
    let length = Duration.seconds(1) * playing.framesPlayed / clip.frameRate
    playing.alarm = alarm(playing.startedAt + length, .playing(number))
    loudspeaker.current = playing
  }

  /// Nothing is heard any more, and the power goes.
  mutating func closeLoudspeaker() {
    do throws(AudioError) { try loudspeaker.close() } catch { noteSilence(error) }
  }

  private func noteSilence(_ error: AudioError) {
    faults.noteHostFailure(
      HostFailure("what the script plays cannot be heard: \(error.message)"))
  }

  private mutating func begin(_ item: Loudspeaker.Item) {
    loudspeaker.lastNumber += 1
    if let path = item.path { files.claim(path, for: .playing) }
    let now = clock.now
    loudspeaker.current = Loudspeaker.Playing(
      number: loudspeaker.lastNumber, item: item, startedAt: now,
      alarm: alarm(now, .playing(loudspeaker.lastNumber)))
    tell(item.player, of: item.player.started)
  }

  private mutating func cutOff() {
    guard let playing = loudspeaker.current else { return }
    clock.cancel(playing.alarm)
    release(playing)
    if let row = playing.item.player.stopped { tell(playing.item.player, of: row) }
  }

  private mutating func release(_ playing: Loudspeaker.Playing) {
    if let path = playing.item.path { files.release(path, from: .playing) }
    loudspeaker.current = nil
  }

  private mutating func playNext() {
    for priority in Loudspeaker.priorities.reversed()
    where !loudspeaker.waiting[priority].isEmpty {
      return begin(loudspeaker.waiting[priority].removeFirst())
    }
  }

  private mutating func tell(_ player: Loudspeaker.Player, of row: CallbackRow) {
    tell(loudspeaker[player].function, of: row)
  }
}

/// What a player's callback hears of.
extension Loudspeaker.Player {
  /// Playing begins.
  fileprivate var started: CallbackRow { self == .audio ? .audioStarted : .speechStarted }
  /// It was cut off; `Audio` hears nothing of that.
  fileprivate var stopped: CallbackRow? { self == .audio ? nil : .speechStopped }
  /// It came to its end.
  fileprivate var finished: CallbackRow { self == .audio ? .audioFinished : .speechFinished }
}
