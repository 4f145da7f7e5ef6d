import ModuleProfiles

/// One call that a script makes on a peripheral.
struct Call {
  let method: DeviceMethod
  /// The object it is made on; nil for a constructor.
  let object: PeripheralID?
  /// In the order of the parameters.
  let arguments: [GuestValue]
  /// Bytes of script heap that are free, as far as the caller knows.
  let heapFree: Int

  init(
    _ method: DeviceMethod, on object: PeripheralID? = nil, _ arguments: [GuestValue],
    heapFree: Int = .max
  ) {
    self.method = method
    self.object = object
    self.arguments = arguments
    self.heapFree = heapFree
  }

  /// Why the number of the arguments does not fit the method; nil if it does.
  var countMismatch: String? {
    method.signature.countMismatch(arguments.count, own: method.isConstructor ? 0 : 1)
  }

  /// Why the arguments do not fit the method; nil if they do.
  var mismatch: String? {
    let signature = method.signature
    return countMismatch ?? signature.typeMismatch(arguments)
      ?? signature.nameMismatch(arguments.count)
  }

  /// Whether the type of the argument at `index` does not fit; only where ``countMismatch`` is nil.
  func hasWrongType(at index: Int) -> Bool {
    method.signature.typeMismatch(arguments, at: index) != nil
  }

  /// Whether an integer is none that the module's interpreter of 32 bits can hand on; only where
  /// ``mismatch`` is nil.
  var overflows: Bool { method.signature.overflows(arguments) }

  /// The number of the object; not for a constructor. The gate has seen that there is such an object.
  var objectNumber: Int { object!.number }

  /// The integer at `index`; only where ``mismatch`` is nil.
  func int(_ index: Int) -> Int { arguments[index].integer ?? 0 }

  /// The string at `index`; likewise. It ends at the first NUL, as C code on the module sees it.
  func string(_ index: Int) -> String {
    let text =
      arguments[index].string ?? String(decoding: arguments[index].bytes ?? [], as: UTF8.self)
    return String(text.prefix { $0 != "\0" })
  }

  /// The channel that a constructor asks for, 0 if it says nothing; nil if there is no such device.
  var requestedChannel: AudioChannel? {
    AudioChannel(rawValue: arguments.isEmpty ? 0 : int(0))
  }
}

/// What a call is answered with.
package struct Reply: Sendable {
  /// What the script gets.
  package let result: Result<GuestValue, GuestException>
  /// The id of the row that was injected to refuse it; nil if none was.
  package let injectedRow: String?

  package init(_ result: Result<GuestValue, GuestException>, injectedRow: String? = nil) {
    (self.result, self.injectedRow) = (result, injectedRow)
  }
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

  /// Whether a precondition holds, given that those before it in the table did not.
  func applies(_ row: Row, to call: Call, on board: Board) -> Bool

  /// The injected fault that makes a precondition hold as well, if there is such a one.
  func fault(of row: Row) -> Fault.What?

  /// What the model or the emulator lacks where a precondition holds, as a clause; nil for nothing.
  func lack(behind row: Row, of call: Call, on board: Board) -> String?

  /// - Parameter product: What the outcome table wants made, if it wants a value made.
  mutating func perform(
    _ row: Row, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<Row>
}

extension Peripheral {
  func fault(of row: Row) -> Fault.What? { nil }

  func lack(behind row: Row, of call: Call, on board: Board) -> String? {
    board.profile.lack(behind: row, of: call.method)
  }
}
