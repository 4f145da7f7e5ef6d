/// What a JSON text can say.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits `Int`.
  case int(Int)
  /// Any other number; also an integer too big for `Int`, rounded to the nearest `Double`.
  case double(Double)
  case string(String)
  case array([JSONNode])
  /// The members in the order of the text; no two have the same key.
  case object([JSONMember])

  /// The kind with its article, for messages: "a string", "an object".
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A value and where it stood in the text.
///
/// Nodes are equal when their values are: where a value stood is not part of what it says.
public struct JSONNode: Sendable, Equatable {
  public var value: JSONValue
  /// The offset of the value's first byte in the text; 0 for a node that was not parsed.
  public var offset: Int

  public init(_ value: JSONValue, offset: Int = 0) {
    self.value = value
    self.offset = offset
  }

  public static func == (a: JSONNode, b: JSONNode) -> Bool { a.value == b.value }
}

/// A member of an object.
public struct JSONMember: Sendable, Equatable {
  public var key: String
  public var value: JSONNode
  /// The offset of the key's opening quote; 0 for a member that was not parsed.
  public var keyOffset: Int

  public init(_ key: String, _ value: JSONNode, keyOffset: Int = 0) {
    self.key = key
    self.value = value
    self.keyOffset = keyOffset
  }

  public static func == (a: JSONMember, b: JSONMember) -> Bool {
    a.key == b.key && a.value == b.value
  }
}

/// Access by kind: nil when the node holds something else.
extension JSONNode {
  public var isNull: Bool { value == .null }

  public var bool: Bool? {
    if case .bool(let bool) = value { bool } else { nil }
  }

  public var int: Int? {
    if case .int(let int) = value { int } else { nil }
  }

  /// The number, whether it was written as an integer or not.
  public var double: Double? {
    switch value {
    case .int(let int): Double(int)
    case .double(let double): double
    default: nil
    }
  }

  public var string: String? {
    if case .string(let string) = value { string } else { nil }
  }

  public var array: [JSONNode]? {
    if case .array(let array) = value { array } else { nil }
  }

  public var object: [JSONMember]? {
    if case .object(let object) = value { object } else { nil }
  }

  /// The member's value; nil when there is no such member or the node is no object.
  public subscript(key: String) -> JSONNode? {
    object?.first { $0.key == key }?.value
  }
}

/// Construction: `["name": "a.wav", "seconds": .int(seconds), "done": nil]`.
extension JSONNode: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self.init(.null) }
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  public init(integerLiteral value: Int) { self.init(.int(value)) }
  public init(floatLiteral value: Double) { self.init(.double(value)) }
  public init(stringLiteral value: String) { self.init(.string(value)) }
  public init(arrayLiteral elements: JSONNode...) { self.init(.array(elements)) }
  public init(dictionaryLiteral members: (String, JSONNode)...) { self = .object(members) }

  public static func bool(_ value: Bool) -> JSONNode { JSONNode(.bool(value)) }
  public static func int(_ value: Int) -> JSONNode { JSONNode(.int(value)) }
  public static func double(_ value: Double) -> JSONNode { JSONNode(.double(value)) }
  public static func string(_ value: String) -> JSONNode { JSONNode(.string(value)) }
  public static func array(_ elements: [JSONNode]) -> JSONNode { JSONNode(.array(elements)) }
  /// An object of these members; the caller sees to it that the keys differ.
  public static func object(_ members: [(String, JSONNode)]) -> JSONNode {
    JSONNode(.object(members.map { JSONMember($0, $1) }))
  }
}
