import ModuleProfiles

/// One call that a script makes on a peripheral.
struct Call {
  let method: DeviceMethod
  /// The object it is made on; nil for a constructor.
  let object: PeripheralID?
  let arguments: [GuestValue]
  /// Bytes of script heap that are free, as far as the caller knows.
  let heapFree: Int

  /// What a parameter of a method takes.
  enum Parameter {
    case int, string, any
  }

  /// Why the arguments do not fit the parameters, in the interpreter's words; nil if they do.
  ///
  /// - Parameter optional: How many of the last parameters may be left out.
  func mismatch(with parameters: [Parameter], optional: Int = 0) -> String? {
    let least = parameters.count - optional
    guard (least...parameters.count).contains(arguments.count) else {
      // The interpreter counts `self` among the arguments, except that of a constructor.
      let own = object == nil ? 0 : 1
      let given = arguments.count + own
      if optional == 0 {
        return "function takes \(least + own) positional arguments but \(given) were given"
      }
      return "function expected at most \(parameters.count + own) arguments, got \(given)"
    }
    for (parameter, argument) in zip(parameters, arguments) {
      switch parameter {
      case .int where argument.integer == nil:
        return "can't convert \(argument.typeName) to int"
      case .string where argument.string == nil:
        return "can't convert '\(argument.typeName)' object to str implicitly"
      default: continue
      }
    }
    return nil
  }

  /// The integer at `index`; only after ``mismatch(with:optional:)`` has found nothing.
  func int(_ index: Int) -> Int { arguments[index].integer ?? 0 }

  /// The string at `index`; likewise.
  func string(_ index: Int) -> String { arguments[index].string ?? "" }
}

/// What came of acting on a row.
enum Performed<Row> {
  /// It was done; the value is what the outcome makes, if it makes one.
  case done(GuestValue? = nil)
  /// It failed in a way that another row of the same method describes: the first of these that the
  /// policy has.
  case instead([Row])
}

/// A part of the module that scripts call: its rows, when each applies, and what each does.
///
/// `applies` is the rules: it reads, and changes nothing. `perform` is the shell: it acts on the row
/// that the gate has chosen.
protocol Peripheral {
  /// The preconditions of all methods, named `method.id` as in the outcome table.
  associatedtype Row: RawRepresentable<String> & CaseIterable & Equatable

  /// How many objects scripts have made; they are numbered from 0.
  var objectCount: Int { get }

  /// Whether the arguments do not fit the method, and why.
  func mismatch(of call: Call) -> String?

  func applies(_ row: Row, to call: Call, on board: Board) -> Bool

  /// - Parameter product: What the outcome table wants made, if it wants a value made.
  mutating func perform(
    _ row: Row, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<Row>
}

/// The outcome table of one peripheral as the gate reads it: per method the rows of one policy, in
/// its order.
struct RuleTable<Row: RawRepresentable<String>> {
  struct Rule {
    let row: Row
    let outcome: Outcome
  }

  private let rules: [DeviceMethod: [Rule]]

  init(_ outcomes: OutcomeTable, policy: Policy) {
    var rules: [DeviceMethod: [Rule]] = [:]
    for (method, rows) in outcomes.methods {
      rules[method] = rows.rows(under: policy).compactMap { id, outcome in
        Row(rawValue: "\(method.functionName).\(id)").map { Rule(row: $0, outcome: outcome) }
      }
    }
    self.rules = rules
  }

  subscript(method: DeviceMethod) -> [Rule] { rules[method] ?? [] }
}
