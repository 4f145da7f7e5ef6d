import Glibc

/// The host's calendar.
enum HostTime {
  /// Seconds since 1970.
  static var unixSeconds: Int { time(nil) }
}

extension Duration {
  /// Whole nanoseconds; as many as `Int` holds if there are more.
  var nanoseconds: Int {
    Int(clamping: attoseconds / 1_000_000_000)
  }
}
