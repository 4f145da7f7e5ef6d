import DeviceEmulator

/// What a script gets from a call.
enum Answer: Equatable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  case value(GuestValue)
  case raises(String, String)

  init(_ result: Result<GuestValue, GuestException>) {
    switch result {
    case .success(let value): self = .value(value)
    case .failure(let exception): self = .raises(exception.type, exception.text)
    }
  }

  init(integerLiteral value: Int) { self = .value(.int(value)) }
  init(stringLiteral value: String) { self = .value(.string(value)) }
  init(booleanLiteral value: Bool) { self = .value(.bool(value)) }

  static let none = Answer.value(.none)

  static func object(_ number: Int) -> Answer { .value(.object(PeripheralID(number))) }

  static func typeError(_ text: String) -> Answer { .raises("TypeError", text) }

  static func valueError(_ text: String) -> Answer { .raises("ValueError", text) }

  static func noAttribute(_ name: String, of type: String = "Record") -> Answer {
    .raises("AttributeError", "'\(type)' object has no attribute '\(name)'")
  }
}
