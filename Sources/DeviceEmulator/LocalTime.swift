/// A time of a calendar that keeps the local time of a zone.
package struct LocalTime {
  private static let day = 86400
  private static let hour = 3600

  /// Seconds since 1970, UTC.
  package let unixTime: Int
  /// Hours that the zone is ahead of UTC.
  package let zone: Int

  package init(unixTime: Int, zone: Int) { (self.unixTime, self.zone) = (unixTime, zone) }

  /// The year, month, day, weekday from Sunday on, hour, minute, second, and a microsecond that is always 0.
  package var fields: [Int] {
    let seconds = unixTime + zone * Self.hour
    let days = seconds.quotientAndRemainder(dividingBy: Self.day)
    let (year, month, dayOfMonth) = Self.date(days.quotient)
    let rest = days.remainder
    return [
      year, month, dayOfMonth, (days.quotient + 4) % 7, rest / 3600, rest / 60 % 60, rest % 60, 0,
    ]
  }

  /// Nil for fields that are no time from 2000 to 2099; weekday and microsecond are not looked at.
  package init?(fields: [Int], zone: Int) {
    let (year, month, dayOfMonth) = (fields[0], fields[1], fields[2])
    let (hour, minute, second) = (fields[4], fields[5], fields[6])
    guard (2000..<2100).contains(year), (1...12).contains(month),
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
    else { return nil }
    let start = Self.days(year, month, 1)
    let next = month == 12 ? Self.days(year + 1, 1, 1) : Self.days(year, month + 1, 1)
    guard (1...next - start).contains(dayOfMonth) else { return nil }
    let days = start + dayOfMonth - 1
    self.zone = zone
    unixTime = days * Self.day + (hour - zone) * Self.hour + minute * 60 + second
  }

  /// Days from 1970-01-01 on. Years that begin in March have their leap day at the end.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let (year, month) = month < 3 ? (year - 1, month + 12) : (year, month)
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + day - 719469
  }

  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    var year = 1970 + days / 366
    while Self.days(year + 1, 1, 1) <= days { year += 1 }
    var month = 1
    while month < 12 && Self.days(year, month + 1, 1) <= days { month += 1 }
    return (year, month, days - Self.days(year, month, 1) + 1)
  }
}
