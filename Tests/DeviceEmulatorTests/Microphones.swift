import AudioEngine

/// A live microphone that plays a script: how many frames each read finds, and its end.
struct ScriptedMicrophone: Microphone {
  /// Frames that have arrived at each read; after the last, nothing more arrives.
  var arrivals: [Int]
  /// Whether the device is gone after the last arrival.
  var isLost = false
  let isLive = true
  let description = "scripted"

  func open(frameRate: Int) -> any AudioSource { Source(self, frameRate: frameRate) }

  private final class Source: AudioSource {
    let frameRate: Int
    let health = SourceHealth()
    private let isLost: Bool
    private var arrivals: [Int]

    init(_ script: ScriptedMicrophone, frameRate: Int) {
      self.frameRate = frameRate
      isLost = script.isLost
      arrivals = script.arrivals.reversed()
    }

    func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
      guard let arrived = arrivals.popLast() else {
        if isLost { throw .lost("The scripted microphone is gone.") }
        return 0
      }
      let count = min(arrived, frames.count)
      if arrived > count { arrivals.append(arrived - count) }
      for index in 0..<count { frames[index] = 1000 }
      return count
    }

    func close() {}
  }
}

/// A microphone that hears a square wave: two levels, 500 Hz.
struct SquareMicrophone: Microphone {
  let level: Int16
  let isLive = false
  let description = "square"

  func open(frameRate: Int) -> any AudioSource { Source(level, frameRate: frameRate) }

  private final class Source: AudioSource {
    let frameRate: Int
    let health = SourceHealth()
    private let level: Int16
    private var position = 0

    init(_ level: Int16, frameRate: Int) { (self.level, self.frameRate) = (level, frameRate) }

    func read(into frames: inout MutableSpan<Int16>) -> Int {
      for index in frames.indices {
        frames[index] = position * 1000 / frameRate % 2 == 0 ? level : -level
        position += 1
      }
      return frames.count
    }

    func close() {}
  }
}

/// A microphone that is not there.
struct AbsentMicrophone: Microphone {
  let isLive = false
  let description = "absent"

  func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    throw .unavailable("There is no microphone; use tone:440.")
  }
}
