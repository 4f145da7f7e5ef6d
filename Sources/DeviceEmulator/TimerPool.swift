import EmulatedTime

/// The module's timers: a fixed number, shared by the recorder, `machine.Timer` and `osTimer`.
struct TimerPool {
  private struct Running {
    let period: Duration
    let isPeriodic: Bool
    let function: Int
    var alarm: Alarm
    var due: Duration
  }

  private let capacity: Int
  private var taken = 0
  private var running: [Int: Running] = [:]
  private var lastNumber = 0

  init(capacity: Int) { self.capacity = capacity }

  var hasFree: Bool { taken < capacity }

  /// The functions that timers will call.
  var functions: [Int] { running.values.map(\.function) }

  /// Whether a script's timer will still call back.
  var isRunning: Bool { !running.isEmpty }

  /// Takes a timer for the device's own use. The caller has made sure that one is free.
  mutating func take() { taken += 1 }

  mutating func release() { taken -= 1 }

  /// Starts a timer that calls the script back; nil if none is free.
  ///
  /// - Parameter period: Taken for a millisecond if it is less, so that time cannot stand still.
  mutating func start(
    period: Duration, isPeriodic: Bool, function: Int, clock: any DeviceClock,
    alarm: (_ due: Duration, _ number: Int) -> Alarm
  ) -> Int? {
    guard hasFree else { return nil }
    take()
    let period = max(period, .milliseconds(1))
    lastNumber += 1
    let due = clock.now + period
    running[lastNumber] = Running(
      period: period, isPeriodic: isPeriodic, function: function,
      alarm: alarm(due, lastNumber), due: due)
    return lastNumber
  }

  mutating func stop(_ number: Int, clock: any DeviceClock) {
    guard let timer = running.removeValue(forKey: number) else { return }
    clock.cancel(timer.alarm)
    release()
  }

  mutating func stopAll(clock: any DeviceClock) {
    for number in running.keys { stop(number, clock: clock) }
  }

  /// Acts on an alarm; gives the function to call. A periodic timer keeps to its grid.
  mutating func fire(
    _ number: Int, alarm: (_ due: Duration, _ number: Int) -> Alarm
  ) -> Int? {
    guard var timer = running[number] else { return nil }
    if timer.isPeriodic {
      timer.due += timer.period
      timer.alarm = alarm(timer.due, number)
      running[number] = timer
    } else {
      running[number] = nil
      release()
    }
    return timer.function
  }
}
