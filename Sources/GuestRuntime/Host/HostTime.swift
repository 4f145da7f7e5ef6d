import Glibc

/// The host's calendar.
enum HostTime {
  /// Seconds since 1970.
  static var unixSeconds: Int { time(nil) }
}
