import DeviceEmulator
import ModuleProfiles
import Testing

/// A model as the vendor's page and our rulings describe it, written down apart from `Profiles/`.
struct Model: Sendable, CustomTestStringConvertible {
  let name: String
  let channels: [Int]
  var gain = false
  var dtx = false
  var stream = false
  var countsHeader = true
  var isUnisoc = false

  var testDescription: String { name }

  /// A channel that the model has not.
  var otherChannel: Int? { (0...2).first { !channels.contains($0) } }

  private static let profiles = Result {
    try Dictionary(
      uniqueKeysWithValues: all.map { ($0.name, try ProfileSelection.named($0.name).resolve()) })
  }

  /// The profile under its name, read once for all tests.
  func profile() throws -> ModuleProfile { try #require(Self.profiles.get()[name]) }

  var hasEarpiece: Bool { channels.contains(0) }
  var lacksChannel: Bool { otherChannel != nil }
  var lacksGain: Bool { !gain }
  var lacksDTX: Bool { !dtx }
  var lacksStream: Bool { !stream }
  var streamsButLacksChannel: Bool { stream && lacksChannel }
  var leavesHeaderOut: Bool { !countsHeader }

  static let all = [
    Model(name: "EC600N", channels: [0], gain: true, dtx: true, stream: true, countsHeader: false),
    Model(name: "EC800N", channels: [0], gain: true, dtx: true, stream: true, countsHeader: false),
    Model(name: "EC600M", channels: [0], countsHeader: false),
    Model(name: "EC800M", channels: [0], countsHeader: false),
    Model(name: "EG915N", channels: [0], countsHeader: false),
    Model(name: "EG912N", channels: [0]),
    Model(name: "EG912U", channels: [0], isUnisoc: true),
    Model(name: "EC200U", channels: [2], stream: true, isUnisoc: true),
    Model(name: "EC600U", channels: [0, 1, 2], stream: true, isUnisoc: true),
    Model(name: "EG915U", channels: [0, 1], isUnisoc: true),
  ]

  static func named(_ name: String) -> Model { all.first { $0.name == name }! }
}

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
