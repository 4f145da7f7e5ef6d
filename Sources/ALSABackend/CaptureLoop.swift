import AudioEngine
import Glibc
import Synchronization

/// What the capture thread tells the reader.
///
/// `@unchecked Sendable`: `failure` is written before `ended` is set and read only after it.
final class CaptureLink: @unchecked Sendable {
  let ring: CaptureRing
  let overruns = Atomic<Int>(0)
  let lostFrames = Atomic<Int>(0)
  let suspends = Atomic<Int>(0)
  let turns = Atomic<Int>(0)
  private let ended = Atomic<Bool>(false)
  private var failure: AudioError?

  init(ring: CaptureRing) { self.ring = ring }

  /// The last word of the capture thread.
  func end(_ failure: AudioError) {
    self.failure = failure
    ended.store(true, ordering: .releasing)
  }

  /// Takes what has arrived; throws once the device is gone and nothing is left.
  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    // Asked first, so that nothing can come in between.
    let isLast = ended.load(ordering: .acquiring)
    let count = ring.read(into: &frames)
    if count == 0, isLast, !frames.isEmpty, let failure { throw failure }
    return count
  }
}

/// What the capture thread does: moves frames from the device to the ring, mends interruptions, and
/// owes silence for frames that they lost.
///
/// It reads only while the ring has room. If the reader is slow, a device with a pace of its own
/// overruns and says so, and one without, such as ALSA's `file` plugin, waits: there is no second way
/// to lose a frame.
struct CaptureLoop: ~Copyable {
  private let name: String
  private let device: CapturePCM
  private let waiter: CaptureWaiter
  private let link: CaptureLink
  private let stallLimit: Duration
  private var timeline: CaptureTimeline
  private var lastArrival: SuspendingClock.Instant
  private var wasInterrupted = false
  private var owedSilence = 0

  init(
    name: String, device: CapturePCM, startedAt time: Int, waiter: CaptureWaiter, link: CaptureLink,
    stallLimit: Duration
  ) {
    self.name = name
    self.device = device
    self.waiter = waiter
    self.link = link
    self.stallLimit = stallLimit
    // A sound server may take as long again for the first frames.
    lastArrival = .now + stallLimit
    timeline = CaptureTimeline(frameRate: device.frameRate, startedAt: time)
  }

  /// Captures until told to stop or until the device is lost.
  mutating func run() {
    do throws(AudioError) {
      while try turn() {}
    } catch {
      link.end(error)
    }
  }

  /// Waits once and hands on what has come: whether to go on.
  private mutating func turn() throws(AudioError) -> Bool {
    link.turns.wrappingAdd(1, ordering: .relaxed)
    handOnSilence()
    guard owedSilence == 0, link.ring.room >= device.periodFrames else {
      lastArrival = .now  // It is the reader that stalls.
      return nap()
    }
    switch waiter.wait(for: device, milliseconds: millisecondsUntilStalled) {
    case .stopped: return false
    case .ready:
      let taken = try takeFrames()
      if taken > 0 { lastArrival = .now }
      if taken >= device.periodFrames { return true }
    case .nothing: break
    }
    guard SuspendingClock.now - lastArrival < stallLimit else {
      throw .lost(
        "the ALSA device \"\(name)\" has delivered nothing for \(stallLimit); "
          + "look whether its sound server still runs")
    }
    return nap()  // A device that wakes us for next to nothing must not keep us busy.
  }

  private var millisecondsUntilStalled: Int32 {
    let left = lastArrival + stallLimit - SuspendingClock.now
    return Int32(max(1, min(1000, left.milliseconds)))
  }

  /// Waits a period: whether to go on.
  private func nap() -> Bool {
    waiter.nap(milliseconds: Int32(max(1, 1000 * device.periodFrames / device.frameRate)))
  }

  /// Moves what the device holds to the ring: how many frames.
  private mutating func takeFrames() throws(AudioError) -> Int {
    var taken = 0
    do throws(ALSAError) {
      let (available, time) = try device.status()
      noteStatus(available: available, at: time)
      while owedSilence == 0, case let wanted = min(available - taken, link.ring.room), wanted > 0 {
        let count = try device.read(wanted)
        guard count > 0 else { break }
        link.ring.append(count, frame: device.frame)
        timeline.deliver(count)
        taken += count
      }
    } catch {
      try recover(from: error)
    }
    return taken
  }

  private mutating func noteStatus(available: Int, at time: Int) {
    guard wasInterrupted else { return timeline.look(available: available, at: time) }
    wasInterrupted = false
    let lost = timeline.bridge(available: available, at: time)
    link.lostFrames.wrappingAdd(lost, ordering: .relaxed)
    owedSilence += lost
    handOnSilence()
  }

  private mutating func handOnSilence() {
    let count = min(owedSilence, link.ring.room)
    guard count > 0 else { return }
    link.ring.append(count) { _ in 0 }
    owedSilence -= count
  }

  /// Gets an interrupted device going again; the next status tells what it lost.
  private mutating func recover(from error: ALSAError) throws(AudioError) {
    do throws(ALSAError) {
      switch error.code {
      case -EPIPE:
        try device.restart()
        link.overruns.wrappingAdd(1, ordering: .relaxed)
      case -ESTRPIPE:
        if !resumed() { try device.restart() }
        link.suspends.wrappingAdd(1, ordering: .relaxed)
      default: throw error
      }
      wasInterrupted = true
    } catch {
      throw .lost("the ALSA device \"\(name)\" is gone: \(error.reason)")
    }
  }

  /// Asks a suspended device to go on, while it is not ready to answer.
  private func resumed() -> Bool {
    let deadline = SuspendingClock.now + stallLimit
    while SuspendingClock.now < deadline {
      if let answer = device.resume() { return answer }
      guard nap() else { break }
    }
    return false
  }
}

extension Duration {
  /// Whole milliseconds, cut off.
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
