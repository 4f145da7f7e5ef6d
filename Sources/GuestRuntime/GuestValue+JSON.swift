import DeviceEmulator
package import JSONText

extension GuestValue {
  /// The value for a reader: bytes only by their number.
  package var json: JSONNode {
    switch self {
    case .none: nil
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .list(let values), .tuple(let values): .array(values.map(\.json))
    case .bytes(let bytes): .object([("bytes", .int(bytes.count))])
    case .bytearray(let bytes): .object([("bytearray", .int(bytes.count))])
    case .filled(let bytes): .int(bytes.count)
    case .buffer(let count): .object([("buffer", .int(count))])
    case .function(let number): .object([("function", .int(number))])
    case .object(let object): .object([("object", .int(object.number))])
    case .other(let type): .object([("type", .string(type))])
    }
  }
}
