import Glibc

/// The host's calendar.
package enum HostTime {
  /// Seconds since 1970.
  package static var unixSeconds: Int { time(nil) }
}

extension Duration {
  /// Whole nanoseconds; as many as `Int` holds if there are more.
  package var nanoseconds: Int {
    Int(clamping: attoseconds / 1_000_000_000)
  }
}
