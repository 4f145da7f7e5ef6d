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

  static let call = Kind<Scenario.Action>(key: "call", others: ["from", "keys"]) {
    this, node, event in
    let words = ["calls", "alerts", "answers", "refuses", "hangsUp", "presses"]
    switch node.string {
    case "calls":
      return this.telephoneNumber(event["from"] ?? event, "from").map { .world(.call(.calls($0))) }
    case "presses":
      return this.keys(event["keys"] ?? event).map { .world(.call(.presses($0))) }
    case "alerts": return .world(.call(.alerts))
    case "answers": return .world(.call(.answers))
    case "refuses": return .world(.call(.refuses))
    case "hangsUp": return .world(.call(.hangsUp))
    default:
      this.reportKind("call", words.joined(separator: ", "), node)
      return nil
    }
  }

  private mutating func keys(_ node: JSONNode) -> String? {
    if let keys = node.string, !keys.isEmpty, keys.allSatisfy({ "0123456789ABCD*#".contains($0) }) {
      return keys
    }
    reportKind("keys", "a string of 0 to 9, A to D, * and #", node)
    return nil
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
