import DeviceEmulator
import JSONText

/// What a scenario has other people do by telephone.
extension ScenarioReading {
  static let sms = Kind<Scenario.Action>(key: "sms", others: ["from"]) { this, node, event in
    guard let text = this.text(node, "sms"),
      let number = this.telephoneNumber(event["from"] ?? event, "from")
    else { return nil }
    return .world(.message(ShortMessage(number, text)))
  }

  /// A telephone number: digits, and perhaps a plus sign before them.
  mutating func telephoneNumber(_ node: JSONNode, _ key: String) -> String? {
    if let text = node.string {
      let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
      if (1...20).contains(digits.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) {
        return text
      }
    }
    reportKind(key, "a telephone number of 1 to 20 digits, as a string", node)
    return nil
  }
}
