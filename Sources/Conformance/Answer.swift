package import DeviceEmulator

/// What a script gets from a call.
package typealias Answer = Result<GuestValue, GuestException>

extension Answer {
  /// As Python would show it.
  package var text: String {
    switch self {
    case .success(let value): value.text
    case .failure(let exception):
      exception.text.isEmpty ? exception.type : "\(exception.type): \(exception.text)"
    }
  }
}

extension Answer {
  /// As a script can tell it in JSON, which has no tuples.
  var withoutTuples: Answer { map(\.withoutTuples) }
}

extension GuestValue {
  /// As a script can tell it in JSON, which has no tuples.
  var withoutTuples: GuestValue {
    switch self {
    case .list(let values), .tuple(let values): .list(values.map(\.withoutTuples))
    default: self
    }
  }

  /// As Python would show it; long data are cut short.
  package var text: String {
    switch self {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): "\(value)"
    case .string(let value): value.pythonLiteral
    case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .tuple(let values): "(" + values.map(\.text).joined(separator: ", ") + ")"
    case .bytes(let bytes): "bytes(\(bytes.excerpt))"
    case .bytearray(let bytes): "bytearray(\(bytes.excerpt))"
    case .filled(let bytes): "\(bytes.count), the buffer holds \(bytes.excerpt)"
    case .buffer(let count): "bytearray(\(count))"
    case .function: "<function>"
    case .object(let object): "<object \(object.number)>"
    case .other(let type): "<\(type)>"
    }
  }
}

extension [UInt8] {
  /// The bytes in hexadecimal, of many only the first, and how many they are.
  fileprivate var excerpt: String {
    let limit = 16
    let digits = prefix(limit).map(\.hexadecimal).joined()
    return "\(digits)\(count > limit ? "…" : "") (\(count))"
  }

  var hexadecimal: String { map(\.hexadecimal).joined() }
}

extension UInt8 {
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return "\(digits[Int(self >> 4)])\(digits[Int(self & 15)])"
  }
}

extension String {
  /// As Python spells it.
  var pythonLiteral: String {
    var literal = "'"
    for scalar in unicodeScalars {
      switch scalar {
      case "\\", "'": literal += "\\\(scalar)"
      case "\n": literal += "\\n"
      case "\r": literal += "\\r"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "'"
  }
}
