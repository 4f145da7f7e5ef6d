import DeviceEmulator
import JSONText
import ModuleProfiles

/// A request as its frame says it.
struct GuestRequest {
  /// Who answers it.
  enum Addressee {
    case peripheral(DeviceMethod)
    case service(GuestService)
    case nobody
  }

  private(set) var name = ""
  private(set) var addressee = Addressee.nobody
  private(set) var object: PeripheralID?
  private(set) var arguments: [GuestValue] = []
  private(set) var heapFree = Int.max

  /// Reads a frame.
  ///
  /// - Throws: The exception to answer with.
  static func read(_ frame: FrameChannel.Frame) throws(GuestException) -> GuestRequest {
    var request = GuestRequest()
    for member in try parse(frame.head).object ?? [] {
      switch (member.key, member.value.value) {
      case ("call", .string(let name)): request.name = name
      case ("on", .int(let number)): request.object = PeripheralID(number)
      case ("heap", .int(let count)): request.heapFree = count
      case ("args", .array(let nodes)):
        request.arguments = try arguments(nodes, frame.payload)
      default: throw .malformed("the head holds \(member.key), which is unknown or no such value")
      }
    }
    guard !request.name.isEmpty else { throw .malformed("the head names no call") }
    request.addressee = addressee(of: request.name)
    return request
  }

  private static func addressee(of name: String) -> Addressee {
    if let method = DeviceMethod(rawValue: name) { return .peripheral(method) }
    return GuestService.all[name].map { .service($0) } ?? .nobody
  }

  private static func arguments(
    _ nodes: [JSONNode], _ bytes: [UInt8]
  ) throws(GuestException) -> [GuestValue] {
    var payload = bytes[...]
    var arguments: [GuestValue] = []
    for node in nodes { arguments.append(try GuestValue(node, taking: &payload)) }
    return arguments
  }

  private static func parse(_ head: [UInt8]) throws(GuestException) -> JSONNode {
    do throws(JSONError) {
      return try JSONNode(parsing: head)
    } catch {
      throw .malformed("the head is no JSON: \(error.message)")
    }
  }
}

extension GuestException {
  static func malformed(_ what: String) -> GuestException {
    GuestException("RuntimeError", "malformed device call: \(what)")
  }

  /// For the kernel's own calls, whose arguments scripts hardly reach.
  static let wrongArguments = GuestException("TypeError", "wrong arguments for a device call")
}

extension GuestValue {
  /// Reads a value from JSON; bytes come from the payload.
  init(_ node: JSONNode, taking payload: inout ArraySlice<UInt8>) throws(GuestException) {
    switch node.value {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array(let nodes):
      var values: [GuestValue] = []
      for node in nodes { values.append(try GuestValue(node, taking: &payload)) }
      self = .list(values)
    case .object:
      if let count = node["bytes"]?.int {
        guard count >= 0, count <= payload.count else {
          throw .malformed("\(count) bytes are announced, \(payload.count) are left of the payload")
        }
        self = .bytes(Array(payload.prefix(count)))
        payload = payload.dropFirst(count)
      } else if let count = node["buffer"]?.int, count >= 0 {
        self = .buffer(count: count)
      } else if let number = node["function"]?.int {
        self = .function(number)
      } else if let type = node["type"]?.string {
        self = .other(type: type)
      } else {
        throw .malformed("an argument is an object of no known kind")
      }
    }
  }

  /// Writes the value as JSON; bytes go into the payload.
  func append(to head: inout [UInt8], _ payload: inout [UInt8]) {
    switch self {
    case .none, .other: head += "null".utf8
    case .bool(let value): head += (value ? "true" : "false").utf8
    case .int(let value): head += String(value).utf8
    case .double(let value): JSONValue.double(value).appendJSON(to: &head)
    case .string(let value): head.appendJSONString(value)
    case .list(let values):
      head.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { head.append(UInt8(ascii: ",")) }
        value.append(to: &head, &payload)
      }
      head.append(UInt8(ascii: "]"))
    case .bytes(let bytes): append(bytes, as: "bytes", to: &head, &payload)
    case .bytearray(let bytes): append(bytes, as: "bytearray", to: &head, &payload)
    case .filled(let bytes): append(bytes, as: "filled", to: &head, &payload)
    case .function(let number): head += "{\"function\":\(number)}".utf8
    case .buffer(let count): head += "{\"buffer\":\(count)}".utf8
    case .object(let object): head += "{\"object\":\(object.number)}".utf8
    }
  }

  private func append(
    _ bytes: [UInt8], as kind: String, to head: inout [UInt8], _ payload: inout [UInt8]
  ) {
    head += "{\"\(kind)\":\(bytes.count)}".utf8
    payload += bytes
  }
}
