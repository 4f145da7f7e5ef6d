package import EmulatedTime

/// The module's calendar, which a script may set and a reset leaves alone. A virtual day always begins at
/// the same time; a real one is today.
package struct RealTimeClock {
  /// Where virtual time starts: 2025-01-01 00:00:00 UTC (ruled).
  private static let virtualEpoch = 1_735_689_600

  /// The zone at power-on, in hours: that of China (ruled).
  package static let ownZone = 8

  /// The zone of the local time, in hours, which a script may set until the module restarts.
  package var zone = ownZone
  /// By how many seconds a script has put it forward.
  private var offset = 0

  /// As at power-on.
  package init() {}

  /// Seconds since 1970 by a device's clock.
  package func seconds(by clock: any DeviceClock) -> Int {
    let start =
      clock is VirtualClock
      ? Self.virtualEpoch + clock.now.nanoseconds / 1_000_000_000 : HostTime.unixSeconds
    return start + offset
  }

  /// Sets it.
  package mutating func set(to seconds: Int, by clock: any DeviceClock) {
    offset += seconds - self.seconds(by: clock)
  }

  /// The device time at which it will show a time.
  package func due(_ seconds: Int, by clock: any DeviceClock) -> Duration {
    clock is VirtualClock
      ? .seconds(seconds - offset - Self.virtualEpoch)
      : clock.now + .seconds(seconds - self.seconds(by: clock))
  }
}
