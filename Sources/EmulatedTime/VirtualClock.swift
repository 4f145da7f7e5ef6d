/// Device time that moves only when it is told to.
///
/// Alarms act on the thread that moves the clock, in the order in which they are due, each at exactly
/// its time. Threads that move the clock at once take turns.
public final class VirtualClock: DeviceClock {
  private struct State {
    var now: Duration = .zero
    var alarms = AlarmQueue()
  }

  private let state = Monitor(State())
  /// Held while the clock moves, so that two movers cannot interleave their alarms.
  private let turn = Monitor(())

  /// Starts at zero, with no alarm set.
  public init() {}

  public var now: Duration { state.withLock { $0.now } }

  public var nextAlarm: Duration? { state.withLock { $0.alarms.nextDue } }

  public func hasAlarm(besides alarm: Alarm) -> Bool {
    state.withLock { $0.alarms.hasAlarm(besides: alarm) }
  }

  @discardableResult
  public func schedule(at due: Duration, _ action: @escaping @Sendable () -> Void) -> Alarm {
    state.withLock { $0.alarms.insert(due: due, action) }
  }

  public func cancel(_ alarm: Alarm) {
    state.withLock { $0.alarms.remove(alarm) }
  }

  /// Moves the clock forward, acting on each alarm on the way.
  public func advance(by duration: Duration) {
    turn.withLock { _ in
      move(to: now + duration, until: { false })
    }
  }

  /// Moves the clock forward to `instant` unless `reached` says, after some alarm, that it is far
  /// enough; then the clock stays at that alarm's time. A time that has passed moves nothing.
  public func advance(to instant: Duration, until reached: () -> Bool = { false }) {
    turn.withLock { _ in
      move(to: instant, until: reached)
    }
  }

  private func move(to target: Duration, until reached: () -> Bool) {
    while let action = takeNext(dueBy: target) {
      action()
      if reached() { return }
    }
  }

  /// Goes to the next alarm and gives what it does; if none is due by `limit`, goes there.
  private func takeNext(dueBy limit: Duration) -> AlarmQueue.Action? {
    state.withLock { state in
      let next = state.alarms.popDue(by: limit)
      state.now = max(state.now, next?.due ?? limit)
      return next?.action
    }
  }
}
