public import ModuleProfiles

extension ModuleIdentity {
  /// The module's IMEI: 15 digits by the profile's pattern. What the pattern leaves open comes from the seed,
  /// a last digit left open is the check digit (Luhn).
  public func serialNumber(seed: UInt64) -> String {
    var digits = Array(imeiPattern.utf8.prefix(15))
    let open = UInt8(ascii: "#")
    let isChecked = digits.last == open
    // An odd factor sends different seeds to different numbers, and spreads them.
    var rest = seed &* 0x9E37_79B9_7F4A_7C15
    for index in digits.indices.reversed() where digits[index] == open {
      if isChecked, index == digits.count - 1 { continue }
      digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    if isChecked { digits[digits.count - 1] = Self.checkDigit(of: digits.dropLast()) }
    return String(decoding: digits, as: UTF8.self)
  }

  private static func checkDigit(of digits: ArraySlice<UInt8>) -> UInt8 {
    let sum = digits.reversed().enumerated().reduce(0) { sum, entry in
      let digit = Int(entry.element - UInt8(ascii: "0")) * (entry.offset % 2 == 0 ? 2 : 1)
      return sum + digit / 10 + digit % 10
    }
    return UInt8(ascii: "0") + UInt8((10 - sum % 10) % 10)
  }
}
