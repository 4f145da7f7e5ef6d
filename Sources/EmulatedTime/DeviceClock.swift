/// The one clock of an emulated device: what time it is since power-on, and alarms on that time.
///
/// Everything that takes time on the device (recording, playing, `utime`, timers, timeouts) reads
/// this clock and sets alarms on it; no part sleeps by itself.
public protocol DeviceClock: AnyObject, Sendable {
  /// Device time since power-on.
  var now: Duration { get }

  /// When the next alarm is due; nil if none is set.
  var nextAlarm: Duration? { get }

  /// Whether another alarm than this one is set.
  func hasAlarm(besides alarm: Alarm) -> Bool

  /// Sets an alarm.
  ///
  /// - Parameters:
  ///   - due: Device time at which to act; a time that has passed acts as soon as possible.
  ///   - action: Runs on the thread that moves the clock, once, without any lock of the clock held.
  ///     It may set and cancel alarms, but must not move the clock.
  /// - Returns: A ticket for ``cancel(_:)``.
  @discardableResult
  func schedule(at due: Duration, _ action: @escaping @Sendable () -> Void) -> Alarm

  /// Takes an alarm back. An alarm that has begun to act, or was never set, is left alone.
  func cancel(_ alarm: Alarm)
}

/// The ticket of one alarm. Tickets are never used twice on the same clock.
public struct Alarm: Hashable, Sendable {
  let number: UInt64
}
