import DeviceEmulator
import EmulatedTime
import JSONText

/// A record of what passes between script and device: one JSON object a line.
package final class CallTrace: Sendable {
  private let write: @Sendable ([UInt8]) -> Void
  /// Held so that lines do not mix.
  private let turn = Monitor(())

  /// - Parameter write: Gets each line, its line feed included.
  package init(_ write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

  func record(
    _ request: GuestRequest, _ answer: Result<GuestValue, GuestException>, at time: Duration
  ) {
    var members: [(String, JSONNode)] = [
      ("time", .double(time / .seconds(1))), ("call", .string(request.name)),
    ]
    if let object = request.object { members.append(("on", .int(object.number))) }
    members.append(("args", .array(request.arguments.map(\.traced))))
    switch answer {
    case .success(let value): members.append(("return", value.traced))
    case .failure(let exception):
      members.append(("raise", .array([.string(exception.type), .string(exception.text)])))
    }
    line(members)
  }

  func record(_ event: DeviceEvent, at time: Duration) {
    line([
      ("time", .double(time / .seconds(1))), ("callback", .int(event.function)),
      ("args", .array(event.arguments.map(\.traced))),
    ])
  }

  private func line(_ members: [(String, JSONNode)]) {
    var text: [UInt8] = []
    JSONNode.object(members).appendJSON(to: &text)
    text.append(UInt8(ascii: "\n"))
    turn.withLock { _ in write(text) }
  }
}

extension GuestValue {
  /// The value for a reader: bytes only by their number.
  fileprivate var traced: JSONNode {
    switch self {
    case .none: nil
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .list(let values): .array(values.map(\.traced))
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
