/// Device time that runs with the host's: a second of one is a second of the other.
///
/// Alarms act on a thread of the clock's own.
public final class HostClock: DeviceClock {
  fileprivate struct State {
    var alarms = AlarmQueue()
    var isStopped = false
  }

  private let start = ContinuousClock.now
  private let state = Monitor(State())

  /// Starts at zero, now.
  public init() {
    HostThread.start { [state, start] in
      while let action = state.waitForWork(from: start) { action() }
    }
  }

  deinit {
    stop()
  }

  public var now: Duration { ContinuousClock.now - start }

  public var nextAlarm: Duration? { state.withLock { $0.alarms.nextDue } }

  public func hasAlarm(besides alarm: Alarm) -> Bool {
    state.withLock { $0.alarms.hasAlarm(besides: alarm) }
  }

  @discardableResult
  public func schedule(at due: Duration, _ action: @escaping @Sendable () -> Void) -> Alarm {
    state.withLock(thenNotify: true) { $0.alarms.insert(due: due, action) }
  }

  public func cancel(_ alarm: Alarm) {
    state.withLock { $0.alarms.remove(alarm) }
  }

  /// Ends the clock's thread; alarms that are left never act.
  public func stop() {
    state.withLock(thenNotify: true) { $0.isStopped = true }
  }
}

extension Monitor<HostClock.State> {
  /// Waits for the next alarm to be due; nil once the clock is stopped.
  fileprivate func waitForWork(from start: ContinuousClock.Instant) -> AlarmQueue.Action? {
    wait { state in
      if state.isStopped { return .done(nil) }
      if let next = state.alarms.popDue(by: ContinuousClock.now - start) {
        return .done(next.action)
      }
      return .waiting(until: state.alarms.nextDue.map { start + $0 })
    }
  }
}
