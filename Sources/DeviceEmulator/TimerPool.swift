package import EmulatedTime

/// What a script's timer does when it is due.
package struct TimerCall {
  /// Whether it does so again and again.
  package let isPeriodic: Bool
  /// The function that it calls; nil if it calls none.
  package let function: Int?
  package let arguments: [GuestValue]

  package init(isPeriodic: Bool, function: Int?, arguments: [GuestValue]) {
    (self.isPeriodic, self.function, self.arguments) = (isPeriodic, function, arguments)
  }
}

/// The module's timers: a fixed number, shared by the recorder, `machine.Timer` and `osTimer`.
package struct TimerPool {
  private struct Running {
    let period: Duration
    var call: TimerCall
    var alarm: Alarm
    var due: Duration
  }

  private let capacity: Int
  private var taken = 0
  private var running: [Int: Running] = [:]
  private var lastNumber = 0

  package init(capacity: Int) { self.capacity = capacity }

  package var hasFree: Bool { taken < capacity }

  /// The functions that timers will call.
  package var functions: [Int] { running.values.compactMap(\.call.function) }

  /// Whether a script's timer will still call back.
  package var isRunning: Bool { !running.isEmpty }

  /// Whether the timer of a number will still call back.
  package func isRunning(_ number: Int?) -> Bool { number.map { running[$0] != nil } ?? false }

  /// Takes a timer for the device's own use. The caller has made sure that one is free.
  package mutating func take() { taken += 1 }

  package mutating func release() { taken -= 1 }

  /// Starts a timer that calls the script back; nil if none is free.
  ///
  /// - Parameter period: Taken for a millisecond if it is less, so that time cannot stand still.
  package mutating func start(
    period: Duration, _ call: TimerCall, clock: any DeviceClock,
    alarm: (_ due: Duration, _ number: Int) -> Alarm
  ) -> Int? {
    guard hasFree else { return nil }
    take()
    let period = max(period, .milliseconds(1))
    lastNumber += 1
    let due = clock.now + period
    running[lastNumber] = Running(
      period: period, call: call, alarm: alarm(due, lastNumber), due: due)
    return lastNumber
  }

  /// Has a timer that runs do something else when it is due.
  package mutating func change(_ number: Int, to call: TimerCall) { running[number]?.call = call }

  package mutating func stop(_ number: Int, clock: any DeviceClock) {
    guard let timer = running.removeValue(forKey: number) else { return }
    clock.cancel(timer.alarm)
    release()
  }

  package mutating func stopAll(clock: any DeviceClock) {
    for number in running.keys { stop(number, clock: clock) }
  }

  /// Acts on an alarm; gives what to call. A periodic timer keeps to its grid.
  package mutating func fire(
    _ number: Int, alarm: (_ due: Duration, _ number: Int) -> Alarm
  ) -> TimerCall? {
    guard var timer = running[number] else { return nil }
    if timer.call.isPeriodic {
      timer.due += timer.period
      timer.alarm = alarm(timer.due, number)
      running[number] = timer
    } else {
      running[number] = nil
      release()
    }
    return timer.call
  }
}
