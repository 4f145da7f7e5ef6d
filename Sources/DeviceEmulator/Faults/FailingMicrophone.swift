import AudioEngine

/// A microphone that goes away or falls silent when the ledger says so.
struct FailingMicrophone: Microphone {
  private let base: any Microphone
  private let faults: FaultLedger

  init(_ base: any Microphone, _ faults: FaultLedger) { (self.base, self.faults) = (base, faults) }

  var description: String { base.description }
  var isLive: Bool { base.isLive }
  var isSilence: Bool { base.isSilence }

  func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    FailingSource(try base.open(frameRate: frameRate), faults)
  }
}

private final class FailingSource: AudioSource {
  private let base: any AudioSource
  private let faults: FaultLedger
  private var framesHeard = 0
  private var isSilent = false

  init(_ base: any AudioSource, _ faults: FaultLedger) { (self.base, self.faults) = (base, faults) }

  var frameRate: Int { base.frameRate }
  var health: SourceHealth { base.health }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    let heard = Duration.seconds(1) * framesHeard / frameRate
    if faults.strikes(.microphoneLost, .heard(heard)) {
      throw .lost("the microphone is lost: the fault what=microphone-lost was injected")
    }
    // One strike is one recording that goes silent.
    isSilent = isSilent || faults.strikes(.microphoneSilent, .heard(heard))
    let count = try base.read(into: &frames)
    if isSilent { for index in 0..<count { frames[index] = 0 } }
    framesHeard += count
    return count
  }

  func close() { base.close() }
}
