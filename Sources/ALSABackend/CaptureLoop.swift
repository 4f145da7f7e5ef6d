import AudioEngine
import Glibc
import Synchronization

/// What the capture thread tells the reader.
///
/// `@unchecked Sendable`: `failure` is written before `ended` is set and read only after it.
final class CaptureLink: @unchecked Sendable {
  /// When the capture thread has not looked at the device for so long, the process was stopped, or the
  /// host was very busy. It waits for less at a time.
  private static let absence = Duration.milliseconds(500)

  let ring: CaptureRing
  let overruns = Atomic<Int>(0)
  let lostFrames = Atomic<Int>(0)
  let suspends = Atomic<Int>(0)
  let turns = Atomic<Int>(0)
  /// Frames of silence that stand for lost ones, after what the ring holds; the capture thread appends
  /// nothing before they are taken.
  private let owedSilence = Atomic<Int>(0)
  /// When the capture thread last knew of all that had come or been lost, after ``begin``.
  private let lookedAt = Atomic<Int64>(0)
  private let begin = SuspendingClock.now
  private let ended = Atomic<Bool>(false)
  private var failure: AudioError?

  init(ring: CaptureRing) { self.ring = ring }

  /// How many frames the capture thread can append now.
  var room: Int { owedSilence.load(ordering: .acquiring) > 0 ? 0 : ring.room }

  /// Has the reader get silence for frames that were lost.
  func oweSilence(for lost: Int) {
    lostFrames.wrappingAdd(lost, ordering: .relaxed)
    owedSilence.wrappingAdd(lost, ordering: .releasing)
  }

  /// The capture thread knows of all that has come or been lost until now.
  func noteLook() {
    lookedAt.store((SuspendingClock.now - begin).milliseconds, ordering: .releasing)
  }

  /// After the process was stopped, gives the capture thread a second to find out what was lost.
  func awaitLook() {
    for _ in 0..<100 {
      let lookedAt = begin + .milliseconds(lookedAt.load(ordering: .acquiring))
      guard SuspendingClock.now - lookedAt > Self.absence, !ended.load(ordering: .acquiring) else {
        return
      }
      usleep(10_000)
    }
  }

  /// The last word of the capture thread.
  func end(_ failure: AudioError) {
    self.failure = failure
    ended.store(true, ordering: .releasing)
  }

  /// Takes what has arrived; throws once the device is gone and nothing is left.
  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    // Asked first, so that nothing can come in between.
    let isLast = ended.load(ordering: .acquiring)
    let silence = owedSilence.load(ordering: .acquiring)
    var count = ring.read(into: &frames)
    if count == 0, silence > 0 { count = takeSilence(silence, into: &frames) }
    if count == 0, isLast, !frames.isEmpty, let failure { throw failure }
    return count
  }

  private func takeSilence(_ owed: Int, into frames: inout MutableSpan<Int16>) -> Int {
    let count = min(owed, frames.count)
    for index in 0..<count { frames[index] = 0 }
    owedSilence.wrappingSubtract(count, ordering: .releasing)
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
  /// The longest wait at a time.
  private static let longestWait = Duration.milliseconds(250)
  private var timeline: CaptureTimeline
  /// How long the device has been waited for in vain. Only time that was waited for counts: a process
  /// that was stopped has not waited, and no device is lost by that.
  private var waitedInVain: Duration
  private var wasInterrupted = false

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
    waitedInVain = .zero - stallLimit
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
    defer { if !wasInterrupted { link.noteLook() } }
    guard link.room >= device.periodFrames else {
      waitedInVain = .zero  // It is the reader that stalls.
      return nap()
    }
    guard waitedInVain < stallLimit else {
      throw .lost(
        "the ALSA device \"\(name)\" has delivered nothing for \(stallLimit); "
          + "look whether its sound server still runs")
    }
    let begin = SuspendingClock.now
    let longest = min(Self.longestWait, stallLimit - waitedInVain)
    switch waiter.wait(for: device, milliseconds: Int32(max(1, longest.milliseconds))) {
    case .stopped: return false
    case .ready:
      let taken = try takeFrames()
      if taken > 0 { waitedInVain = .zero }
      if taken >= device.periodFrames { return true }
    case .nothing: break
    }
    // A device that wakes us for next to nothing must not keep us busy.
    let goesOn = nap()
    waitedInVain += min(SuspendingClock.now - begin, longest + .milliseconds(Int(period)))
    return goesOn
  }

  /// Milliseconds.
  private var period: Int32 { Int32(max(1, 1000 * device.periodFrames / device.frameRate)) }

  /// Waits a period: whether to go on.
  private func nap() -> Bool { waiter.nap(milliseconds: period) }

  /// Moves what the device holds to the ring: how many frames.
  private mutating func takeFrames() throws(AudioError) -> Int {
    var taken = 0
    do throws(ALSAError) {
      let (available, time) = try device.status()
      noteStatus(available: available, at: time)
      while case let wanted = min(available - taken, link.room), wanted > 0 {
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
    link.oweSilence(for: timeline.bridge(available: available, at: time))
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
    for _ in 0..<max(1, stallLimit.milliseconds / Int64(period)) {
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
