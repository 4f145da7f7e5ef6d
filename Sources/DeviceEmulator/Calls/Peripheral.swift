package import EmulatedTime
import ModuleProfiles

/// A part of the device that scripts call: what its rows ask, what they do, and what it does by itself.
///
/// Everything it does happens under the device's lock, on the ``Board`` that all peripherals share.
package protocol Peripheral: SendableMetatype {
  /// What stands behind the rows of each method, by the method's name in the outcome table.
  static var methods: [String: MethodRows<Self>] { get }

  /// Powers it on.
  init(on board: inout Board)

  /// How many objects of a class scripts have made; they are numbered from 0.
  func objectCount(of className: Substring) -> Int

  /// The functions of the script that it may call.
  var functions: [Int?] { get }

  /// Whether something goes on in it that ends by itself and may call the script back.
  var isWorking: Bool { get }

  /// Whether the module stays out of its low-power mode for what goes on in it.
  var keepsAwake: Bool { get }

  /// Whether scripts have it put the device into its low-power mode as soon as nothing is to be done.
  var sleepsByItself: Bool { get }

  /// An alarm that is nothing which a script waits for, such as a watchdog's.
  var guardAlarm: Alarm? { get }

  /// Whether it calls the script back when what is outside of the module changes.
  var hearsWorld: Bool { get }

  /// Whether there are bytes that an object can be asked for without waiting.
  func hasInput(_ object: Int, of className: Substring) -> Bool

  /// Ends all that goes on.
  mutating func end(_ end: PowerEnd, on board: inout Board)

  /// A script has dropped an object, and the collector has found it.
  mutating func drop(_ object: Int, of className: Substring, on board: inout Board)

  /// The world outside has changed.
  mutating func worldChanged(from world: World, on board: inout Board)
}

extension Peripheral {
  package var functions: [Int?] { [] }
  package var isWorking: Bool { false }
  package var keepsAwake: Bool { false }
  package var sleepsByItself: Bool { false }
  package var guardAlarm: Alarm? { nil }
  package var hearsWorld: Bool { false }
  package func hasInput(_ object: Int, of className: Substring) -> Bool { false }
  package func objectCount(of className: Substring) -> Int { 0 }
  package mutating func end(_ end: PowerEnd, on board: inout Board) {}
  package mutating func drop(_ object: Int, of className: Substring, on board: inout Board) {}
  package mutating func worldChanged(from world: World, on board: inout Board) {}
}

/// How what goes on comes to its end.
package enum PowerEnd {
  /// In order, and then all is as at power-on.
  case restart
  /// In order, for good.
  case powerDown
  /// Where it is: the power is gone.
  case cut
}

/// What stands behind the rows of one method, by their ids.
///
/// The gate knows these without being told: `count`, `arguments` and `overflow` ask of the arguments what their names say;
/// `failed` never applies by itself, but on demand; `ok` always does.
package typealias MethodRows<P> = [String: Row<P>]

/// What came of acting on a row.
package enum Performed {
  /// It was done; the value is what the outcome makes, if it makes one.
  case done(GuestValue? = nil)
  /// It takes until a device time: only then the script has its answer.
  case takes(until: Duration, GuestValue? = nil)
  /// It fills the buffer that is the argument of a number, and takes until a device time.
  case fills(argument: Int, [UInt8], until: Duration)
  /// It failed in a way that another row of the same method describes, named by its id: if the policy has none such,
  /// the rows after this one decide. It may have filled a buffer, and taken until a device time.
  case instead(String, fill: Reply.Fill? = nil, until: Duration? = nil)
}

/// One row of a method: when it applies, and what is done then.
package struct Row<P>: Sendable {
  /// Changes nothing: it gets both by reference, since a copy of a device's state costs more than a call.
  package typealias Check = @Sendable (inout P, Call, inout Board) -> Bool
  package typealias Act =
    @Sendable (inout P, Call, Outcome.Product?, inout Board) throws(HostFailure) -> Performed

  /// Whether its precondition holds, given that those before it in the table did not. It changes nothing.
  package let applies: Check
  /// What else makes it apply: the fault that stands for something which cannot be had. It has no such effect where the row is
  /// no failure.
  package let fault: Fault.What?
  package let act: Act
  /// What the model or the emulator lacks where the row applies, as a clause; nil to have the profile say it.
  private(set) var lack: (@Sendable (P, Call, Board) -> String?)?

  private init(_ fault: Fault.What?, applies: @escaping Check, act: @escaping Act) {
    (self.applies, self.fault, self.act) = (applies, fault, act)
  }

  /// A precondition where nothing is done.
  package static func when(orFault fault: Fault.What? = nil, _ applies: @escaping Check) -> Row {
    Row(fault, applies: applies) { _, _, _, _ in .done() }
  }

  /// A precondition that asks nothing of the board.
  package static func when(
    orFault fault: Fault.What? = nil, _ applies: @escaping @Sendable (inout P, Call) -> Bool
  ) -> Row {
    .when(orFault: fault) { peripheral, call, _ in applies(&peripheral, call) }
  }

  /// What is done where nothing is in the way, or when another row hands over.
  package static func act(
    _ act: @escaping @Sendable (inout P, Call, inout Board) throws(HostFailure) -> Void
  ) -> Row {
    .make { peripheral, call, _, board throws(HostFailure) in
      try act(&peripheral, call, &board)
      return .done()
    }
  }

  /// What is done where it makes a value, or can come out as another row.
  package static func make(_ act: @escaping Act) -> Row {
    Row(nil, applies: { _, _, _ in true }, act: act)
  }

  /// Where what is answered is what the board knows.
  package static func fact(_ fact: @escaping @Sendable (Board) -> GuestValue) -> Row {
    .make { _, _, _, board in .done(fact(board)) }
  }

  /// A precondition where something is done.
  package func then(_ act: Row) -> Row {
    var row = Row(fault, applies: applies, act: act.act)
    row.lack = lack
    return row
  }

  /// A precondition for which the profile cannot say what is lacking.
  package func lacking(_ lack: @escaping @Sendable (P, Call, Board) -> String?) -> Row {
    var row = self
    row.lack = lack
    return row
  }

  /// It applies only on demand, or where another row hands over.
  package static var never: Row { .when { _, _, _ in false } }

  /// The row that the gate knows by its id, if it is one of those.
  package static func common(_ id: String) -> Row? {
    switch id {
    case "count": .when { $1.countMismatch != nil }
    case "arguments": .when { $1.mismatch != nil }
    case "overflow": .when { $1.overflows }
    case "failed": .never
    case "ok": .act { _, _, _ in }
    default: nil
    }
  }
}
