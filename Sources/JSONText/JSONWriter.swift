extension JSONNode {
  /// Appends the node as compact JSON in UTF-8, members in their order.
  ///
  /// A number that JSON cannot say (infinite or not a number) is written as `null`.
  public func appendJSON(to text: inout [UInt8]) { value.appendJSON(to: &text) }

  /// The node as compact JSON.
  public func jsonText() -> String {
    var text: [UInt8] = []
    appendJSON(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the node as JSON for people: a member or element a line, two spaces a level, no
  /// line feed at the end.
  public func appendPrettyJSON(to text: inout [UInt8]) {
    appendPretty(to: &text, indentation: 0)
  }

  private func appendPretty(to text: inout [UInt8], indentation: Int) {
    switch value {
    case .array(let elements) where !elements.isEmpty:
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        text.startLine(after: index, indentation: indentation + 2)
        element.appendPretty(to: &text, indentation: indentation + 2)
      }
      text.startLine(after: 0, indentation: indentation)
      text.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      text.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        text.startLine(after: index, indentation: indentation + 2)
        text.appendJSONString(member.key)
        text.append(contentsOf: ": ".utf8)
        member.value.appendPretty(to: &text, indentation: indentation + 2)
      }
      text.startLine(after: 0, indentation: indentation)
      text.append(UInt8(ascii: "}"))
    default:
      value.appendJSON(to: &text)
    }
  }
}

extension JSONValue {
  /// Appends the value as compact JSON in UTF-8; see ``JSONNode/appendJSON(to:)``.
  public func appendJSON(to text: inout [UInt8]) {
    switch self {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let bool): text.append(contentsOf: (bool ? "true" : "false").utf8)
    case .int(let int): text.append(contentsOf: String(int).utf8)
    case .double(let double):
      text.append(contentsOf: (double.isFinite ? double.description : "null").utf8)
    case .string(let string): text.appendJSONString(string)
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        element.appendJSON(to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let members):
      text.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text.appendJSONString(member.key)
        text.append(UInt8(ascii: ":"))
        member.value.appendJSON(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }
}

extension [UInt8] {
  /// Appends a quoted string; only quotes, backslashes and control characters are escaped.
  public mutating func appendJSONString(_ string: String) {
    append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
      case UInt8(ascii: "\r"): append(contentsOf: #"\r"#.utf8)
      case UInt8(ascii: "\t"): append(contentsOf: #"\t"#.utf8)
      case 0..<0x20:
        append(contentsOf: #"\u00"#.utf8)
        append(contentsOf: (byte < 0x10 ? "0" : "").utf8)
        append(contentsOf: String(byte, radix: 16).utf8)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  fileprivate mutating func startLine(after count: Int, indentation: Int) {
    if count > 0 { append(UInt8(ascii: ",")) }
    append(UInt8(ascii: "\n"))
    append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
  }
}
