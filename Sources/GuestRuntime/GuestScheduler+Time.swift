import DeviceEmulator
import EmulatedTime

/// Virtual time, which moves in three ways, the same in every run of the same script: a device call
/// takes what the profile says; when every thread waits, the clock jumps to the next alarm; and a script that has
/// computed for longer than ``patience`` of processor time without a call is taken to wait in a loop,
/// and then time runs ``slowness`` times as fast as the processor time it uses, stopping at each
/// call-back.
extension GuestScheduler {
  private static let patience = Duration.milliseconds(4)
  /// After a call that loads code, which takes its time to be compiled.
  private static let loadingPatience = Duration.milliseconds(40)
  private static let slowness = 50
  /// How often a script that computes is looked at.
  private static let look = Duration.milliseconds(1)
  /// How often an idle device is looked at when its clock is the host's.
  private static let idleLook = Duration.milliseconds(100)

  private enum Activity {
    case over
    case waiting
    case computing
  }

  /// Moves virtual time, and the turn on from a thread that computes on and on, until the end.
  ///
  /// - Parameter processorTime: What the interpreter has used.
  func drive(processorTime: () -> Duration) {
    var loop = LoopDetector()
    while true {
      switch awaitActivity() {
      case .over: return
      case .waiting:
        if let clock = virtualClock, let next = clock.nextAlarm {
          moving { clock.advance(to: next) }
        }
        if state.withLock({ checkIdle(&$0) }) { notify() }
        awaitMovement()
      case .computing:
        compute(processorTime(), &loop)
        pause()
      }
    }
  }

  /// Since when a script has computed without a call.
  private struct LoopDetector {
    var callCount = -1
    /// The processor time from which on it counts as waiting in a loop.
    var since = Duration.zero
  }

  private func compute(_ used: Duration, _ loop: inout LoopDetector) {
    let (calls, character) = state.withLock { ($0.callCount, $0.lastCharacter) }
    guard calls > 0 else { return }  // The kernel is still being compiled.
    let patience = character.contains(.loadsCode) ? Self.loadingPatience : Self.patience
    if calls != loop.callCount { loop = LoopDetector(callCount: calls, since: used + patience) }
    guard used > loop.since else { return }
    state.withLock(thenNotify: true) { $0.holdsBack = false }
    if letOthersRun(after: calls) {
      loop.since = used + patience
    } else if let clock = virtualClock {
      let target = clock.now + (used - loop.since) * Self.slowness
      moving { clock.advance(to: target) { [device] in device.hasEvent } }
      loop.since = device.hasEvent ? used + patience : used
    }
  }

  /// Passes the turn on if somebody is ready and no call has come in meanwhile.
  private func letOthersRun(after calls: Int) -> Bool {
    state.withLock(thenNotify: true) { state in
      guard state.callCount == calls, state.turns.someAreReady else { return false }
      state.turns.letOthersRun()
      return true
    }
  }

  /// Waits until time may move, and says why it may.
  private func awaitActivity() -> Activity {
    state.wait { state in
      if state.isOver { return .done(.over) }
      if isHandingOver(state) || isTimeHeld(state) { return .waiting(until: nil) }
      return .done(state.turns.allWait ? .waiting : .computing)
    }
  }

  /// With no alarm set nothing happens by itself: waits for a thread or the host.
  private func awaitMovement() {
    let end = ContinuousClock.now + Self.idleLook
    state.wait { state in
      let canMove = !state.turns.allWait || virtualClock?.nextAlarm != nil
      if state.isOver || canMove { return .done(()) }
      // The host's clock tells nobody when the last recording has ended.
      guard virtualClock == nil, state.idling != nil else { return .waiting(until: nil) }
      return ContinuousClock.now >= end ? .done(()) : .waiting(until: end)
    }
  }

  /// Waits for a moment, or until every thread waits.
  private func pause() {
    let end = ContinuousClock.now + Self.look
    state.wait { state in
      state.isOver || state.turns.allWait || ContinuousClock.now >= end
        ? .done(()) : .waiting(until: end)
    }
  }
}
