import Glibc

/// The host's calendar.
enum HostTime {
  /// Seconds since 1970.
  static var unixSeconds: Int { time(nil) }
}

extension Duration {
  /// Whole nanoseconds; as many as `Int` holds if there are more.
  var nanoseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, overflows) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carries) = whole.addingReportingOverflow(Int(attoseconds / 1_000_000_000))
    return overflows || carries ? (seconds < 0 ? .min : .max) : sum
  }
}
