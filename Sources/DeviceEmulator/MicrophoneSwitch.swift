import AudioEngine
import EmulatedTime

/// The microphone of a module, in whose place another one may come while it is heard.
///
/// Which one is heard goes by the device time at which a sound was made, to 20 ms, and not by when it
/// is read. A microphone that has come begins with its first frame, as at each recording.
final class MicrophoneSwitch: Microphone {
  fileprivate struct Turn {
    let since: Duration
    let microphone: any Microphone
  }

  private let clock: any DeviceClock
  private let turns: Monitor<[Turn]>

  init(_ microphone: any Microphone, _ clock: any DeviceClock) {
    self.clock = clock
    turns = Monitor([Turn(since: .zero, microphone: microphone)])
  }

  /// Hears another microphone from now on.
  func change(to microphone: any Microphone) {
    let turn = Turn(since: clock.now, microphone: microphone)
    turns.withLock { $0.append(turn) }
  }

  /// Whose turn is at a device time: a number, and the microphone.
  fileprivate func turn(at time: Duration) -> (number: Int, microphone: any Microphone) {
    turns.withLock { turns in
      let number = turns.lastIndex { $0.since <= time } ?? 0
      return (number, turns[number].microphone)
    }
  }

  private var current: any Microphone { turn(at: clock.now).microphone }

  var description: String { current.description }
  var isLive: Bool { current.isLive }
  var isSilence: Bool { current.isSilence }

  func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    try SwitchedSource(self, openedAt: clock.now, frameRate: frameRate)
  }
}

private final class SwitchedSource: AudioSource {
  /// That of the first microphone; the others are converted to it.
  let frameRate: Int
  private let microphones: MicrophoneSwitch
  private let openedAt: Duration
  private var turn: Int
  private var source: any AudioSource
  private var framesHeard = 0

  init(
    _ microphones: MicrophoneSwitch, openedAt: Duration, frameRate: Int
  ) throws(AudioError) {
    (self.microphones, self.openedAt) = (microphones, openedAt)
    let first = microphones.turn(at: openedAt)
    turn = first.number
    source = try first.microphone.open(frameRate: frameRate)
    self.frameRate = source.frameRate
  }

  var health: SourceHealth { source.health }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    let due = microphones.turn(at: openedAt + .seconds(1) * framesHeard / frameRate)
    if due.number != turn {
      let next = try due.microphone.openConverted(to: frameRate)
      source.close()
      (turn, source) = (due.number, next)
    }
    let count = try source.read(into: &frames)
    framesHeard += count
    return count
  }

  func close() { source.close() }
}
