import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// What plays on a module and what waits to, of `Audio` and `TTS` together.
struct Loudspeaker {
  /// Whose item it is.
  enum Player {
    case audio, speech
    /// `Record.play` of the observed firmware: at the volume of `Audio`, and nobody hears of it.
    case recorder
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

  /// Where something goes that is to be played.
  enum Place {
    case atOnce, interrupting, waiting
    /// Its priority has no room left.
    case nowhere
  }

  fileprivate struct Playing {
    let number: Int
    var item: PlayItem
    /// Nil for a text that the firmware takes for spoken and never speaks.
    var sound: Sound?
  }

  fileprivate struct Sound {
    let clip: AudioClip
    let startedAt: Duration
    var alarm: Alarm
    var framesPlayed = 0
    /// Whether its player was told to stop, and has not yet reported its end.
    var isStopping = false
    /// Frames whose time had passed when they could have been played.
    var framesMissed = 0

    /// When the next frame is to be heard.
    var due: Duration {
      startedAt + Duration.seconds(1) * (framesPlayed + framesMissed) / clip.frameRate
    }
  }

  /// The speed of speech, as at power-on.
  static let usualSpeed = 4
  /// A live output that is so late leaves out what should have been heard by then.
  private static let patience = Duration.milliseconds(500)

  var audio = Line.audio
  var speech = Line.speech
  /// How fast texts are spoken, from 0 to 9.
  var speed = Self.usualSpeed
  /// Where it goes that the amplifier is switched on or off.
  var amplifierFunction: Int?
  private let voice: any Voice
  private let output: any AudioOutput
  fileprivate var current: Playing?
  fileprivate var queue = PlayQueue()
  fileprivate var lastNumber = 0
  fileprivate var isAmplified = false
  /// Whether the output takes nothing any more: it has failed, or is closed.
  private var isDeaf = false

  init(output: any AudioOutput, voice: any Voice) {
    self.output = output
    self.voice = voice
  }

  /// Whether something is heard that will end.
  var isPlaying: Bool { current?.sound != nil }

  /// Whether something of a player is heard.
  func isPlaying(_ player: Player) -> Bool { isPlaying && current?.item.player == player }

  /// Where something of a priority goes. The page has it interrupt at once, and counts who waits; the
  /// firmware puts all into its queue that does not find silence.
  func place(for priority: Int, under policy: Policy) -> Place {
    guard let current else { return .atOnce }
    let interrupts = current.item.yields(to: priority)
    switch policy {
    case .documented where interrupts: return .interrupting
    case .documented:
      return queue.isFull(priority) && !queue.replacesLast(priority) ? .nowhere : .waiting
    case .observed where queue.isFull(priority): return .nowhere
    case .observed: return interrupts ? .interrupting : .waiting
    }
  }

  /// Whether the firmware goes wrong over something of a priority: it writes beyond its queues, or
  /// finds a `breakin` that is neither 0 nor 1, and never unlocks them.
  func goesWrong(_ priority: Int) -> Bool {
    guard let item = current?.item else { return false }
    return !PlayQueue.priorities.contains(priority)
      || (item.breakin > 1 && priority >= item.priority)
  }

  subscript(player: Player) -> Line {
    switch player {
    case .audio, .recorder: audio
    case .speech: speech
    }
  }

  /// The power goes: nothing is heard any more.
  mutating func close() throws(AudioError) {
    guard !isDeaf else { return }
    isDeaf = true
    try output.finish()
  }

  /// What the voice makes of a text; of an empty one nothing.
  fileprivate func speak(_ text: String) -> AudioClip {
    let spoken = text.isEmpty ? nil : voice.speak(text, speed: speed)
    return spoken ?? TimedSilence.clip(for: text, speed: speed)
  }

  /// The next tenth of a second at the volume of now; empty at the end.
  fileprivate func nextPiece(of clip: AudioClip, by player: Player) -> [Int16] {
    var frames = [Int16](repeating: 0, count: max(clip.frameRate / 10, 1))
    var span = frames.mutableSpan
    let count = (try? clip.read(into: &span)) ?? 0
    self[player].gain.apply(to: &span)
    frames.removeLast(frames.count - count)
    return frames
  }

  /// Leaves out what a live output is too late for, because the emulator was stopped or the host is slow.
  fileprivate func catchUp(_ sound: inout Sound, by player: Player, at now: Duration) {
    guard output.isLive, now - sound.due > Self.patience else { return }
    while sound.due < now {
      let count = nextPiece(of: sound.clip, by: player).count
      guard count > 0 else { return }
      sound.framesMissed += count
    }
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
extension AudioModule {
  /// How long a player of the firmware takes to report its end when it is told to stop (ruled).
  private static let stoppingTime = Duration.milliseconds(20)

  /// Where something of a priority goes.
  func place(for priority: Int, on board: Board) -> Loudspeaker.Place {
    loudspeaker.place(for: priority, under: board.policy)
  }

  /// Plays an item, or puts it where it has to wait.
  ///
  /// - Returns: Whether that could be done.
  mutating func play(_ item: PlayItem, on board: inout Board) -> Bool {
    switch place(for: item.priority, on: board) {
    case .atOnce: return begin(item, on: &board)
    case .interrupting where board.policy == .documented: return begin(item, on: &board)
    case .interrupting:
      loudspeaker.queue.add(item)
      if !loudspeaker.isPlaying(.speech) || board.profile.tts.queue { halt(on: &board) }
    case .waiting, .nowhere: loudspeaker.queue.add(item)
    }
    return true
  }

  /// Stops what plays if `player` plays it; what waits goes on.
  mutating func stopPlaying(_ player: Loudspeaker.Player, on board: inout Board) {
    guard loudspeaker.isPlaying(player) else { return }
    switch board.policy {
    case .documented:
      cutOff(on: &board)
      playNext(on: &board)
      switchAmplifier(on: &board)
    case .observed: halt(on: &board)
    }
  }

  /// Forgets what waits and stops what plays: by the page whoever plays it, in the firmware only if
  /// `player` does.
  mutating func stopAll(_ player: Loudspeaker.Player, on board: inout Board) {
    switch board.policy {
    case .documented: quieten(on: &board)
    case .observed:
      loudspeaker.queue.clear()
      loudspeaker.current?.item.priority = 0
      loudspeaker.current?.item.breakin = 0
      stopPlaying(player, on: &board)
    }
  }

  /// Ends what plays and forgets what waits.
  mutating func quieten(on board: inout Board) {
    loudspeaker.queue.clear()
    cutOff(on: &board)
    switchAmplifier(on: &board)
  }

  /// Plays the next piece, or ends what has been played.
  private mutating func advancePlaying(_ number: Int, on board: inout Board) {
    guard var playing = loudspeaker.current, playing.number == number, var sound = playing.sound
    else { return }
    let player = playing.item.player
    guard !sound.isStopping else { return finish(playing, player.reportsStopped, on: &board) }
    loudspeaker.catchUp(&sound, by: player, at: board.clock.now)
    playing.sound = sound
    let piece = loudspeaker.nextPiece(of: sound.clip, by: player)
    guard !piece.isEmpty else { return finish(playing, player.finished, on: &board) }
    do throws(AudioError) {
      try loudspeaker.emit(piece, frameRate: sound.clip.frameRate)
    } catch {
      noteSilence(error, on: board)
    }
    sound.framesPlayed += piece.count
    sound.alarm = nextPiece(number, at: sound.due, on: board)
    playing.sound = sound
    loudspeaker.current = playing
  }

  /// Nothing is heard any more, and the power goes.
  mutating func closeLoudspeaker(on board: Board) {
    do throws(AudioError) { try loudspeaker.close() } catch { noteSilence(error, on: board) }
  }

  private func noteSilence(_ error: AudioError, on board: Board) {
    board.faults.noteHostFailure(
      HostFailure("what the script plays cannot be heard: \(error.message)"))
  }

  /// The sound of what is to be played; nil for a file that cannot be.
  func clip(of source: PlayItem.Source, on board: Board) -> AudioClip? {
    switch source {
    case .text(let text): return loudspeaker.speak(text)
    case .file(let name):
      return board.playable(name).flatMap { bytes, path in try? AudioClip(bytes, name: path) }
    }
  }

  /// Plays an item now, cutting off what plays; false if it cannot be played.
  private mutating func begin(_ item: PlayItem, on board: inout Board) -> Bool {
    guard let clip = clip(of: item.source, on: board) else { return false }
    cutOff(on: &board)
    loudspeaker.lastNumber += 1
    if let path = path(of: item, on: board) { board.files.claim(path, for: .playing) }
    let now = board.clock.now
    let number = loudspeaker.lastNumber
    loudspeaker.current = Loudspeaker.Playing(
      number: number, item: item,
      sound: Loudspeaker.Sound(
        clip: clip, startedAt: now, alarm: nextPiece(number, at: now, on: board)))
    switchAmplifier(on: &board)
    tell(item.player, of: item.player.started, on: &board)
    return true
  }

  /// Tells the firmware's player to stop. It reports its end a little later, and only then the next
  /// one begins.
  private mutating func halt(on board: inout Board) {
    guard var playing = loudspeaker.current, var sound = playing.sound, !sound.isStopping else {
      return
    }
    board.clock.cancel(sound.alarm)
    sound.isStopping = true
    sound.alarm = nextPiece(
      playing.number, at: board.clock.now + Self.stoppingTime, on: board)
    playing.sound = sound
    loudspeaker.current = playing
    if playing.item.player == .speech {
      tell(.speech, of: Loudspeaker.Player.speech.stopped, on: &board)
    }
  }

  private mutating func cutOff(on board: inout Board) {
    guard let playing = loudspeaker.current else { return }
    if let sound = playing.sound { board.clock.cancel(sound.alarm) }
    release(playing, on: &board)
    tell(playing.item.player, of: playing.item.player.stopped, on: &board)
  }

  private mutating func finish(
    _ playing: Loudspeaker.Playing, _ row: CallbackRow?, on board: inout Board
  ) {
    release(playing, on: &board)
    tell(playing.item.player, of: row, on: &board)
    playNext(on: &board)
    switchAmplifier(on: &board)
  }

  private mutating func release(_ playing: Loudspeaker.Playing, on board: inout Board) {
    let path = path(of: playing.item, on: board)
    if let path { board.files.release(path, from: .playing) }
    if let missed = playing.sound?.framesMissed, missed > 0 {
      board.notices.append(
        "\(path ?? "speech"): \(missed) frames were not heard, because the emulator was stopped or the "
          + "host is slow")
    }
    loudspeaker.current = nil
  }

  /// Plays the first of those that wait and can be played.
  private mutating func playNext(on board: inout Board) {
    while let item = loudspeaker.queue.next() {
      if item.player == .speech, board.policy == .observed, !board.profile.tts.queue {
        loudspeaker.current = Loudspeaker.Playing(number: 0, item: item)
        return
      }
      if begin(item, on: &board) { return }
    }
  }

  /// The amplifier is on while something is heard.
  private mutating func switchAmplifier(on board: inout Board) {
    guard loudspeaker.isAmplified != loudspeaker.isPlaying else { return }
    loudspeaker.isAmplified.toggle()
    board.tell(
      loudspeaker.amplifierFunction,
      of: loudspeaker.isAmplified
        ? "Audio.setSpeakerpaCallback.on" : "Audio.setSpeakerpaCallback.off")
  }

  private func path(of item: PlayItem, on board: Board) -> String? {
    guard case .file(let name) = item.source else { return nil }
    return RecordedFile(name: name, files: board.files).flashPath
  }

  private func tell(
    _ player: Loudspeaker.Player, of row: CallbackRow?, on board: inout Board
  ) {
    if let row { board.tell(loudspeaker[player].function, of: row) }
  }

  private func nextPiece(_ number: Int, at due: Duration, on board: Board) -> Alarm {
    board.alarm(at: due) { (audio: inout AudioModule, board) in
      audio.advancePlaying(number, on: &board)
    }
  }
}

extension Board {
  /// The bytes of a file that is to be played, and how the module names it; nil if it is missing or still
  /// being written.
  func playable(_ name: String) -> (bytes: [UInt8], path: String)? {
    let file = RecordedFile(name: name, files: files)
    guard !file.isBeingWritten, let bytes = try? files.contents(of: file.flashPath) else {
      return nil
    }
    return (bytes, file.path)
  }
}

/// What a player's callback hears of.
extension Loudspeaker.Player {
  /// Playing begins.
  fileprivate var started: CallbackRow? {
    switch self {
    case .audio: "Audio.setCallback.started"
    case .speech: "TTS.setCallback.started"
    case .recorder: nil
    }
  }

  /// It was cut off.
  fileprivate var stopped: CallbackRow? {
    switch self {
    case .audio: "Audio.setCallback.stopped"
    case .speech: "TTS.setCallback.stopped"
    case .recorder: nil
    }
  }

  /// The firmware's player, told to stop, has come to its end: `TTS` has heard of the stop before.
  fileprivate var reportsStopped: CallbackRow? { self == .speech ? finished : stopped }

  /// It came to its end.
  fileprivate var finished: CallbackRow? {
    switch self {
    case .audio: "Audio.setCallback.finished"
    case .speech: "TTS.setCallback.finished"
    case .recorder: nil
    }
  }
}
