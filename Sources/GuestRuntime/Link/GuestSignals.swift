import EmulatedTime
import Glibc

/// What other threads tell the one that serves a guest: that the world has something for it, Ctrl-C, the end.
final class GuestSignals: Sendable {
  private struct State {
    var ending: GuestEnding?
    var isInterrupted = false
    /// How often anybody has told anything.
    var changes = 0
    /// Whether a callback of the script runs.
    var runsCallback = false
    /// Whether the guest takes signals: before hello one would end it.
    var takesSignals = false
    /// The guest's process, until its number may be another's.
    var guest: ChildProcess?
  }

  private let state = Monitor(State())

  /// The guest's process has been started; an end that was wished before comes now.
  func attach(_ guest: ChildProcess) {
    state.withLock { state in
      state.guest = guest
      if state.ending != nil { guest.signal(SIGKILL) }
    }
  }

  /// Ends the guest's process if it is still there, and gives how it ended.
  func reap() -> ChildProcess.Ending? {
    guard let guest = state.withLock({ $0.guest }) else { return nil }
    guest.signal(SIGKILL)
    guest.awaitEnd()
    return state.withLock { state in
      state.guest = nil
      return guest.reap()
    }
  }

  /// The guest has said hello.
  func greet() { state.withLock { $0.takesSignals = true } }

  /// Whether a callback of the script runs.
  var runsCallback: Bool {
    get { state.withLock { $0.runsCallback } }
    set { state.withLock { $0.runsCallback = newValue } }
  }

  /// How the run is to end, if anybody has said so.
  var ending: GuestEnding? { state.withLock { $0.ending } }

  /// Has the run end so, unless it ends already.
  func end(_ ending: GuestEnding) {
    state.withLock(thenNotify: true) { state in
      state.ending = state.ending ?? ending
      state.changes += 1
      state.guest?.signal(SIGKILL)
    }
  }

  /// Sends Ctrl-C.
  func interrupt() {
    state.withLock(thenNotify: true) { state in
      state.isInterrupted = true
      state.changes += 1
      if state.takesSignals { state.guest?.signal(SIGUSR1) }
    }
  }

  /// There may be something for the guest: it is looked at when the guest waits, or asks the next time.
  func wake() { state.withLock(thenNotify: true) { $0.changes += 1 } }

  /// Whether Ctrl-C has been sent and not been handed on.
  func takeInterrupt() -> Bool {
    state.withLock { state in
      defer { state.isInterrupted = false }
      return state.isInterrupted
    }
  }

  /// Whether the guest has something to be told of at once.
  var isPressing: Bool { state.withLock { $0.isInterrupted || $0.ending != nil } }

  /// A count for ``wait(after:until:)``.
  var changes: Int { state.withLock { $0.changes } }

  /// Waits until there has been a change since, at most until an instant.
  func wait(after changes: Int, until instant: ContinuousClock.Instant?) {
    state.wait { state in
      let isOver = instant.map { ContinuousClock.now >= $0 } ?? false
      return state.changes != changes || isOver ? .done(()) : .waiting(until: instant)
    }
  }

  /// Waits for the end at most until an instant; whether it has come.
  func awaitEnd(until instant: ContinuousClock.Instant) -> Bool {
    state.wait { state in
      if state.ending != nil { return .done(true) }
      return ContinuousClock.now >= instant ? .done(false) : .waiting(until: instant)
    }
  }
}
