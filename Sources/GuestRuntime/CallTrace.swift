package import DeviceEmulator
import EmulatedTime
import JSONText
import ModuleProfiles

/// A record of what passes between script and device.
package final class CallTrace: Sendable {
  /// A call and its answer, or a call-back.
  package struct Entry: Sendable {
    package enum Event: Equatable, Sendable {
      /// The name is `Class.method`; a row is injected if a fault has the call be refused by it.
      case call(
        name: String, object: PeripheralID?, arguments: [GuestValue],
        answer: Result<GuestValue, GuestException>, injectedRow: String? = nil)
      /// The device calls one of the script's functions.
      case callback(function: Int, arguments: [GuestValue])
    }

    /// Device time since power-on.
    package let time: Duration
    package let event: Event
    /// Where the script makes the call; nil for a call-back.
    package let place: ScriptPlace?

    package init(time: Duration, _ event: Event, place: ScriptPlace? = nil) {
      self.time = time
      self.event = event
      self.place = place
    }
  }

  /// Which calls have entries; call-backs always do.
  package enum Scope: Sendable {
    /// Those of recording and playing: of the peripherals' methods all but those whose table is quiet.
    case peripherals
    /// Those of all peripherals' methods.
    case methods
    /// Those of files, `uos.uname()` as well: all that models may answer differently.
    case module
  }

  private let scope: Scope
  private let take: @Sendable (Entry) -> Void

  /// - Parameter take: Gets each entry, one after the other.
  package init(_ scope: Scope = .peripherals, entries take: @escaping @Sendable (Entry) -> Void) {
    (self.scope, self.take) = (scope, take)
  }

  /// - Parameter write: Gets each entry as a line of JSON, its line feed included.
  package convenience init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
    self.init(entries: { write($0.line) })
  }

  /// Takes note of a call of a peripheral's method, if the scope has it.
  func record(
    _ method: DeviceMethod, of device: DeviceEmulator, on object: PeripheralID?,
    _ arguments: [GuestValue], _ reply: Reply, at time: Duration, _ place: ScriptPlace?
  ) {
    let className = method.className
    guard scope != .peripherals || !device.outcomes(of: className).isQuiet(className) else {
      return
    }
    record(method.rawValue, on: object, arguments, reply, at: time, place)
  }

  private func record(
    _ name: String, on object: PeripheralID?, _ arguments: [GuestValue], _ reply: Reply,
    at time: Duration, _ place: ScriptPlace?
  ) {
    take(
      Entry(
        time: time,
        .call(
          name: name, object: object, arguments: arguments, answer: reply.result,
          injectedRow: reply.injectedRow), place: place))
  }

  /// Takes note of a call that models may answer differently, if the scope has it.
  func recordService(
    _ name: String, _ arguments: [GuestValue], _ answer: Result<GuestValue, GuestException>,
    at time: Duration, _ place: ScriptPlace?
  ) {
    guard scope == .module else { return }
    record(name, on: nil, arguments, Reply(answer), at: time, place)
  }

  func record(_ event: DeviceEvent, at time: Duration) {
    take(Entry(time: time, .callback(function: event.function, arguments: event.arguments)))
  }
}

extension CallTrace.Entry {
  /// The entry as a line of JSON.
  fileprivate var line: [UInt8] {
    var text: [UInt8] = []
    JSONNode.object([("time", .double(time / .seconds(1)))] + members).appendJSON(to: &text)
    text.append(UInt8(ascii: "\n"))
    return text
  }

  private var members: [(String, JSONNode)] {
    switch event {
    case .callback(let function, let arguments):
      return [("callback", .int(function)), ("args", .array(arguments.map(\.json)))]
    case .call(let name, let object, let arguments, let answer, let injectedRow):
      var members: [(String, JSONNode)] = [("call", .string(name))]
      if let object { members.append(("on", .int(object.number))) }
      members.append(("args", .array(arguments.map(\.json))))
      switch answer {
      case .success(let value): members.append(("return", value.json))
      case .failure(let exception):
        members.append(("raise", .array([.string(exception.type), .string(exception.text)])))
      }
      if let injectedRow { members.append(("injected", .string(injectedRow))) }
      if let place {
        members += [("file", .string(place.file)), ("line", .int(place.line))]
      }
      return members
    }
  }
}
