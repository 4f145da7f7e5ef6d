import ModuleProfiles

/// A value that a script hands to the device or gets back from it.
public enum GuestValue: Equatable, Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case bytearray([UInt8])
  case list([GuestValue])
  case tuple([GuestValue])
  /// Something the script can be called back through; the number is the script's own name for it.
  case function(Int)
  /// A writable buffer of so many bytes, which the device may fill.
  case buffer(count: Int)
  /// A peripheral's object, such as one `Record`.
  case object(PeripheralID)
  /// What fills a buffer: the count that the script sees, and the bytes to store.
  case filled([UInt8])
  /// Any other value, of which only the type's name matters.
  case other(type: String)

  /// The name Python gives to the type.
  public var typeName: String {
    switch self {
    case .none: "NoneType"
    case .bool: "bool"
    case .int, .filled: "int"
    case .double: "float"
    case .string: "str"
    case .bytes: "bytes"
    case .bytearray, .buffer: "bytearray"
    case .list: "list"
    case .tuple: "tuple"
    case .function: "function"
    case .object: "object"
    case .other(let type): type
    }
  }

  /// The integer that C code on the module would see; a bool counts as one.
  public var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The text, if it is a str.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The bytes, if it is bytes or a bytearray, or what has been filled in.
  public var bytes: [UInt8]? {
    switch self {
    case .bytes(let value), .bytearray(let value), .filled(let value): value
    default: nil
    }
  }

  /// The values in it, if it is a list or a tuple.
  package var items: [GuestValue]? {
    switch self {
    case .list(let values), .tuple(let values): values
    default: nil
    }
  }

  /// The peripheral's object, if it is one.
  package var object: PeripheralID? { if case .object(let id) = self { id } else { nil } }

  /// The bytes that native code can read: of a str, bytes or a bytearray.
  package var readableBytes: [UInt8]? { string.map { Array($0.utf8) } ?? bytes }

  /// The bytes that fit into it, if it is a writable buffer.
  package var bufferRoom: Int? { if case .buffer(let room) = self { room } else { nil } }

  /// The script's name for the function, if it is one.
  public var function: Int? {
    if case .function(let number) = self { number } else { nil }
  }
}

/// Names one object of a peripheral, such as the second `Record` that a script made.
public struct PeripheralID: Hashable, Sendable {
  /// Counted from 0, for each class of its own.
  public let number: Int
  /// The class, where that is not the one that the call is for; else nil.
  public let className: String?

  /// Names the object of a number.
  public init(_ number: Int, of className: String? = nil) {
    (self.number, self.className) = (number, className)
  }
}

/// An exception that a call raises in the script.
public struct GuestException: Error, Equatable, Sendable {
  /// The Python class, such as `ValueError`.
  public let type: String
  /// What it says, such as `record is busy`.
  public let text: String

  /// Makes an exception of a class.
  public init(_ type: String, _ text: String) {
    self.type = type
    self.text = text
  }

  static func noAttribute(_ method: DeviceMethod) -> GuestException {
    GuestException(
      "AttributeError",
      "'\(method.className)' object has no attribute '\(method.scriptName)'")
  }
}

/// The host cannot give the device what it needs, such as its microphone. Not the script's doing and
/// nothing a module would know, so it ends the run instead of reaching the script.
public struct HostFailure: Error, Equatable, Sendable {
  /// A whole sentence that names the thing and what would be right.
  public let message: String

  /// Makes a failure of a sentence.
  public init(_ message: String) { self.message = message }
}

/// Results compare with literals: `0`, `"U:/a.wav"`, `false`, `nil` for None.
extension GuestValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral
{
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .none }
  public init(arrayLiteral elements: GuestValue...) { self = .list(elements) }
}
