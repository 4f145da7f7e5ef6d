import EmulatedTime

/// The module's calendar, which a script may set and a reset leaves alone. A virtual day always begins at
/// the same time; a real one is today.
package final class RealTimeClock: Sendable {
  /// Where virtual time starts: 2025-01-01 00:00:00 UTC (ruled).
  private static let virtualEpoch = 1_735_689_600

  /// By how many seconds a script has put it forward.
  private let offset = Monitor(0)

  package init() {}

  /// Seconds since 1970 by a device's clock.
  func seconds(by clock: any DeviceClock) -> Int {
    let start =
      clock is VirtualClock
      ? Self.virtualEpoch + clock.now.nanoseconds / 1_000_000_000 : HostTime.unixSeconds
    return start + offset.withLock { $0 }
  }

  /// Sets it.
  func set(to seconds: Int, by clock: any DeviceClock) {
    let difference = seconds - self.seconds(by: clock)
    offset.withLock { $0 += difference }
  }
}
