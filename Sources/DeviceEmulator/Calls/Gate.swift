import EmulatedTime
import ModuleProfiles

/// How a device answers the calls of one method: what its profile, its policy and the outcome table come to, read once.
enum Gate {
  /// Nobody has written down what it does.
  case unknown
  case missing
  case answers(Int)
  case decides(any MethodGate)
}

/// The rows of one method under one policy, with what stands behind each.
protocol MethodGate: AnyObject {
  /// Answers a call.
  ///
  /// - Parameter heapFree: Bytes of script heap that are free.
  func answer(
    on object: PeripheralID?, _ arguments: [GuestValue], heapFree: Int, _ board: inout Board
  ) throws(HostFailure) -> Reply

  /// Whether the policy has models without some feature have no such method, and this is one.
  func isMissing(on board: Board) -> Bool
}

/// One vendor module's place in a device.
protocol Slot: AnyObject {
  /// Sets the gate of a method up; nil if it is another module's.
  func gate(of method: DeviceMethod, _ table: OutcomeTable, _ policy: Policy) -> (any MethodGate)?

  var functions: [Int?] { get }
  var isWorking: Bool { get }
  var keepsAwake: Bool { get }
  var sleepsByItself: Bool { get }
  var guardAlarm: Alarm? { get }
  var hearsWorld: Bool { get }
  func hasInput(_ object: Int, of className: Substring) -> Bool
  func end(_ end: PowerEnd, on board: inout Board)
  func drop(_ object: Int, of className: Substring, on board: inout Board)
  func worldChanged(from world: World, on board: inout Board)
  /// Powers it on anew.
  func reset(on board: inout Board)
}

/// A peripheral in a device.
final class Mounted<P: Peripheral>: Slot {
  var peripheral: P

  init(_ peripheral: P) { self.peripheral = peripheral }

  func gate(
    of method: DeviceMethod, _ table: OutcomeTable, _ policy: Policy
  ) -> (any MethodGate)? {
    P.methods[method.rawValue].map { RowGate(self, method, $0, table, policy) }
  }

  var functions: [Int?] { peripheral.functions }
  var isWorking: Bool { peripheral.isWorking }
  var keepsAwake: Bool { peripheral.keepsAwake }
  var sleepsByItself: Bool { peripheral.sleepsByItself }
  var guardAlarm: Alarm? { peripheral.guardAlarm }
  var hearsWorld: Bool { peripheral.hearsWorld }
  func hasInput(_ object: Int, of className: Substring) -> Bool {
    peripheral.hasInput(object, of: className)
  }
  func end(_ end: PowerEnd, on board: inout Board) { peripheral.end(end, on: &board) }
  func drop(_ object: Int, of className: Substring, on board: inout Board) {
    peripheral.drop(object, of: className, on: &board)
  }
  func worldChanged(from world: World, on board: inout Board) {
    peripheral.worldChanged(from: world, on: &board)
  }
  func reset(on board: inout Board) { peripheral = P(on: &board) }
}

/// The only place where a policy and the outcome table decide what a call does.
private final class RowGate<P: Peripheral>: MethodGate {
  private let slot: Mounted<P>
  private let method: DeviceMethod
  private let className: Substring
  private let needsObject: Bool
  private let signature: Signature
  private let rows: [BackedRow<P>]
  /// What follows from the rows that refuse a call, by their ids.
  private let refusals: [String: Outcome]

  init(
    _ slot: Mounted<P>, _ method: DeviceMethod, _ behind: MethodRows<P>, _ table: OutcomeTable,
    _ policy: Policy
  ) {
    (self.slot, self.method, className) = (slot, method, method.className)
    let outcomes = table.methods[method]!
    signature = outcomes.takes
    needsObject = !method.isConstructor && table.kind(of: className).hasObjects
    rows = outcomes.rows(under: policy).map { id, outcome in
      guard let row = behind[id] ?? .common(id) else {
        preconditionFailure("nothing stands behind the row \(method.rawValue).\(id)")
      }
      return BackedRow(id, row, outcome)
    }
    refusals = Dictionary(
      uniqueKeysWithValues: outcomes.refusals(under: policy).map { ($0.id, $0.outcome) })
  }

  func answer(
    on object: PeripheralID?, _ arguments: [GuestValue], heapFree: Int, _ board: inout Board
  ) throws(HostFailure) -> Reply {
    let call = Call(
      method: method, signature: signature, isOnObject: needsObject, object: object,
      arguments: signature.filled(arguments), heapFree: heapFree)
    guard !needsObject || hasObject(object) else {
      return Reply(
        .failure(
          object == nil
            ? GuestException("TypeError", signature.mismatchWithoutObject)
            : GuestException("ValueError", "no such object")))
    }
    if let id = board.faults.refusal(of: method, among: { refusals[$0] != nil }) {
      return Reply(refusals[id]!.answer(to: call, made: nil), injectedRow: id)
    }
    for row in rows {
      let holds = row.row.applies(&slot.peripheral, call, &board)
      guard holds || board.fails(row.row.fault, with: row.outcome) else { continue }
      switch try row.row.act(&slot.peripheral, call, row.outcome.product, &board) {
      case .done(let made):
        let answer = row.outcome.answer(to: call, made: made)
        if holds { explain(answer, to: call, by: row, on: &board) }
        return Reply(answer)
      case .takes(let due, let made):
        return Reply(row.outcome.answer(to: call, made: made), due: due)
      case .fills(let argument, let bytes, let due):
        let answer = row.outcome.answer(to: call, made: nil)
        return Reply(answer, due: due, fill: Reply.Fill(argument: argument, bytes: bytes))
      case .instead(let other, let fill, let due):
        guard let entry = rows.first(where: { $0.id == other }) else { continue }
        return Reply(entry.outcome.answer(to: call, made: nil), due: due, fill: fill)
      }
    }
    preconditionFailure("the last row of \(method.rawValue) applies to every call")
  }

  private func hasObject(_ object: PeripheralID?) -> Bool {
    guard let object else { return false }
    return (0..<Self.objectCount(&slot.peripheral, className)).contains(object.number)
  }

  /// By reference, since to look at a peripheral in a generic class copies it.
  private static func objectCount(_ peripheral: inout P, _ className: Substring) -> Int {
    peripheral.objectCount(of: className)
  }

  /// Says why a call has failed, if the model or the emulator is the reason.
  private func explain(
    _ answer: Result<GuestValue, GuestException>, to call: Call, by row: BackedRow<P>,
    on board: inout Board
  ) {
    guard let failure = call.failure(answer) else { return }
    if row.outcome.effect == .missing { return board.explainMissing(method) }
    let lack =
      row.row.lack.map { $0(slot.peripheral, call, board) }
      ?? board.profile.lack(behind: row.id, of: method)
    if let lack { board.remarkOnce("\(failure): \(lack)") }
  }

  func isMissing(on board: Board) -> Bool {
    guard let first = rows.first, first.outcome.effect == .missing else { return false }
    let call = Call(
      method: method, signature: signature, isOnObject: needsObject, object: nil, arguments: [],
      heapFree: .max)
    var board = board
    return first.row.applies(&slot.peripheral, call, &board)
  }
}

/// A row of the table with what stands behind it. An object: a call looks at several, and copies none.
private final class BackedRow<P: Peripheral> {
  let id: String
  let row: Row<P>
  let outcome: Outcome

  init(_ id: String, _ row: Row<P>, _ outcome: Outcome) {
    (self.id, self.row, self.outcome) = (id, row, outcome)
  }
}
