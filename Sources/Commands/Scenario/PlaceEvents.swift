import DeviceEmulator
import JSONText

/// Where a scenario puts the module, and what can be heard there.
extension ScenarioReading {
  static let location = Kind<Scenario.Action>(key: "location") { this, node, _ in
    if node.isNull { return .world(.location(nil)) }
    let numbers = (node.array ?? []).compactMap(\.double)
    guard numbers.count == 3, node.array?.count == 3, abs(numbers[0]) <= 180,
      abs(numbers[1]) <= 90, let accuracy = node.array?[2].int, accuracy >= 0
    else {
      this.reportKind(
        "location",
        "an array of degrees of longitude (to 180) and latitude (to 90) and a whole number of m, or null",
        node)
      return nil
    }
    let location = Location(longitude: numbers[0], latitude: numbers[1], accuracy: accuracy)
    return .world(.location(location))
  }

  static let wifi = Kind<Scenario.Action>(key: "wifi") { this, node, _ in
    var points: [AccessPoint] = []
    for member in node.object ?? [] {
      guard let strength = member.value.int, (-120...0).contains(strength), member.key.isMAC else {
        break
      }
      points.append(AccessPoint(member.key, strength))
    }
    guard let members = node.object, members.count == points.count else {
      this.reportKind(
        "wifi",
        "an object of numbers from -120 to 0, in dBm, by addresses such as 34:CE:00:09:E5:A8",
        node)
      return nil
    }
    return .world(.accessPoints(points))
  }
}

extension String {
  /// Whether it is six pairs of hexadecimal digits between colons.
  fileprivate var isMAC: Bool {
    let parts = split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 6 && parts.allSatisfy { $0.count == 2 && UInt8($0, radix: 16) != nil }
  }
}
