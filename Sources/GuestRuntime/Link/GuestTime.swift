import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// How device time goes on while a guest works: counted in steps and calls, or the host's.
struct GuestTime {
  /// How often the guest asks in the host's time, at its own word for it.
  private static let attention = Duration.microseconds(200)

  private let clock: any DeviceClock
  private let virtual: VirtualClock?
  /// What a step lasts.
  let stepLength: Duration
  private let callLength: Duration
  private let device: DeviceEmulator
  /// When the run ends at the latest. No alarm: it is nothing that a script could wait for.
  let limit: Duration?

  init(_ device: DeviceEmulator, limit: Duration? = nil) {
    (self.device, self.limit) = (device, limit)
    clock = device.clock
    virtual = device.clock as? VirtualClock
    stepLength = .nanoseconds(device.profile.timing.stepNanoseconds)
    callLength = .nanoseconds(device.profile.timing.callNanoseconds)
  }

  var now: Duration { clock.now }

  /// Whether the run has taken all the time that it may.
  var isOver: Bool { limit.map { now >= $0 } ?? false }

  /// Whether time is the host's.
  var isReal: Bool { virtual == nil }

  /// What the guest counts a step for, in nanoseconds. In the host's time less than it lasts, so that the guest never
  /// thinks that it is later than it is.
  var stepNanoseconds: Int { isReal ? 1 : stepLength.nanoseconds }

  /// The guest has taken so many steps. What becomes due on the way happens at its own time.
  func pass(steps: UInt64) {
    guard steps > 0, let virtual else { return }
    let steps = Int128(min(steps, UInt64(Int32.max)))
    virtual.advance(by: Duration(attoseconds: stepLength.attoseconds * steps))
  }

  /// A call takes its time.
  func passCall() { virtual?.advance(by: callLength) }

  /// When the guest is to ask again; nil for never.
  var alarm: Duration? {
    guard !isReal else { return now + Self.attention }
    guard let nextAlarm, let limit else { return nextAlarm ?? limit }
    return min(nextAlarm, limit)
  }

  /// When something is due by itself.
  var nextAlarm: Duration? { clock.nextAlarm }

  /// Lets virtual time pass up to what comes first: the instant, an alarm that queues a callback, or the limit.
  func advance(to instant: Duration) {
    virtual?.advance(to: limit.map { min($0, instant) } ?? instant) { [device] in device.hasEvent }
  }

  /// The instant of the host's at which it is so late; only in the host's time.
  func instant(of due: Duration) -> ContinuousClock.Instant { ContinuousClock.now + (due - now) }
}
