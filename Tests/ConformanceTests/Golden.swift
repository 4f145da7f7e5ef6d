import Conformance
import DeviceEmulator
import ModelTable
import ModuleProfiles

/// What the script gets in a case, written down from the rulings, apart from the outcome tables.
struct Golden: Sendable {
  /// The case's name, `Class.method.row/cause`.
  let name: String
  /// What the script gets; nil where the policy has no such check, or the model none such cause.
  let expected: @Sendable (Model, Policy) -> Told?

  typealias Applies = @Sendable (Model, Policy) -> Bool

  static let all =
    recordFiles + recordReading + recordSettings + recordStreams + audio + speech + onDemand
    + callbacks + network
}

/// An answer, short to write down.
enum Told: Equatable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  case value(GuestValue)
  case raises(String, String)
  case noAttribute

  init(integerLiteral value: Int) { self = .value(.int(value)) }
  init(stringLiteral value: String) { self = .value(.string(value)) }
  init(booleanLiteral value: Bool) { self = .value(.bool(value)) }

  static let none = Told.value(.none)
  static let noInt = Told.typeError("can't convert str to int")
  static let tooMany = Told.typeError("extra positional arguments given")
  static let overflow = Told.raises(
    "OverflowError", "overflow converting long int to machine word")
  static let noString = Told.typeError("can't convert 'int' object to str implicitly")
  static let noDevice = Told.valueError(
    "invalid device index, the value of device should be in[0,2]")

  static func object(_ number: Int) -> Told { .value(.object(PeripheralID(number))) }

  static func noChannel(_ number: Int) -> Told {
    .valueError("The current platform does not support device \(number).")
  }

  static func takes(_ count: Int, given: Int) -> Told {
    .typeError("function takes \(count) positional arguments but \(given) were given")
  }

  static func lacks(_ count: Int) -> Told {
    .typeError("function missing \(count) required positional arguments")
  }

  static func takesAtMost(_ count: Int, given: Int) -> Told {
    .typeError("function expected at most \(count) arguments, got \(given)")
  }

  static func typeError(_ text: String) -> Told { .raises("TypeError", text) }

  static func valueError(_ text: String) -> Told { .raises("ValueError", text) }

  /// Whether an answer is this one.
  func isMet(by answer: Answer) -> Bool {
    switch self {
    case .value(let value): answer == .success(value)
    case .raises(let type, let text): answer == .failure(GuestException(type, text))
    case .noAttribute: answer.exceptionType == "AttributeError"
    }
  }
}

extension Answer {
  fileprivate var exceptionType: String? {
    if case .failure(let exception) = self { exception.type } else { nil }
  }
}

/// The causes of one row that have the same answer under both policies.
func row(
  _ row: String, _ causes: [String], _ told: Told, on applies: @escaping Golden.Applies = everywhere
) -> [Golden] {
  Golden.made(row, causes, on: applies) { _, _ in told }
}

/// The causes of one row that have an answer for each policy, nil where it has none.
func row(
  _ row: String, _ causes: [String], documented: Told?, observed: Told?,
  on applies: @escaping Golden.Applies = everywhere
) -> [Golden] {
  Golden.made(row, causes, on: applies) { $1 == .documented ? documented : observed }
}

extension Golden {
  static func made(
    _ row: String, _ causes: [String], on applies: @escaping Applies = everywhere,
    _ told: @escaping @Sendable (Model, Policy) -> Told?
  ) -> [Golden] {
    causes.map { cause in
      Golden(name: "\(row)/\(cause)") { applies($0, $1) ? told($0, $1) : nil }
    }
  }
}

@Sendable func everywhere(_ model: Model, _ policy: Policy) -> Bool { true }
@Sendable func withGain(_ model: Model, _ policy: Policy) -> Bool { model.gain }
@Sendable func withDTX(_ model: Model, _ policy: Policy) -> Bool { model.dtx }
@Sendable func withTTS(_ model: Model, _ policy: Policy) -> Bool { model.hasTTS }
/// The observed firmware streams on all models.
@Sendable func withStream(_ model: Model, _ policy: Policy) -> Bool {
  model.stream || policy == .observed
}
@Sendable func lackingChannel(_ model: Model, _ policy: Policy) -> Bool {
  model.otherChannel != nil
}

/// The opposite.
func not(_ applies: @escaping Golden.Applies) -> Golden.Applies { { !applies($0, $1) } }

/// Both.
func both(_ a: @escaping Golden.Applies, _ b: @escaping Golden.Applies) -> Golden.Applies {
  { a($0, $1) && b($0, $1) }
}

/// On models with, or without, a channel.
func with(channel: Int) -> Golden.Applies { { model, _ in model.channels.contains(channel) } }
