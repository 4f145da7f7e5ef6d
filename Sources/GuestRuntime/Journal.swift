package import DeviceEmulator
import EmulatedTime
import JSONText
import ModuleProfiles

/// The one stream of what passes between a script and the outside: its calls, its call-backs, what it prints. Traces,
/// conformance and scenarios are its readers.
package struct Journal: Sendable {
  /// One record.
  package struct Entry: Sendable {
    package enum Event: Equatable, Sendable {
      /// The name is `Class.method`; a row is injected if a fault has the call be refused by it.
      case call(
        name: String, object: PeripheralID?, arguments: [GuestValue],
        answer: Result<GuestValue, GuestException>, injectedRow: String? = nil)
      /// The device calls one of the script's functions.
      case callback(function: Int, arguments: [GuestValue])
      /// The script prints.
      case printed([UInt8])
    }

    /// Device time since power-on.
    package let time: Duration
    package let event: Event
    /// Where the script makes the call; nil for anything else.
    package let place: ScriptPlace?

    package init(time: Duration, _ event: Event, place: ScriptPlace? = nil) {
      self.time = time
      self.event = event
      self.place = place
    }
  }

  /// What a reader gets; call-backs everybody does.
  package enum Scope: Comparable, Sendable {
    /// Calls of recording and playing: of the peripherals' methods all but those whose table is quiet.
    case peripherals
    /// Calls of all peripherals' methods.
    case methods
    /// Calls of files, `uos.uname()` as well: all that models may answer differently.
    case module
    /// What the script prints as well.
    case everything
  }

  /// Who reads it.
  package struct Reader: Sendable {
    fileprivate let scope: Scope
    fileprivate let take: @Sendable (Entry) -> Void

    /// - Parameter take: Gets each entry, one after the other, at the time when it is made; the device is free then.
    package init(_ scope: Scope, _ take: @escaping @Sendable (Entry) -> Void) {
      (self.scope, self.take) = (scope, take)
    }
  }

  private let readers: [Reader]

  /// - Parameter readers: Those that there are; nil for none.
  package init(_ readers: [Reader?] = []) { self.readers = readers.compactMap { $0 } }

  private func tell(_ least: Scope, _ entry: @autoclosure () -> Entry) {
    for reader in readers where reader.scope >= least { reader.take(entry()) }
  }

  /// Takes note of a call of a peripheral's method.
  func record(
    _ method: DeviceMethod, of device: DeviceEmulator, on object: PeripheralID?,
    _ arguments: [GuestValue], _ reply: Reply, at time: Duration, _ place: ScriptPlace?
  ) {
    guard !readers.isEmpty else { return }
    let className = method.className
    tell(
      device.outcomes(of: className).isQuiet(className) ? .methods : .peripherals,
      Entry(
        time: time,
        .call(
          name: method.rawValue, object: object, arguments: arguments, answer: reply.result,
          injectedRow: reply.injectedRow), place: place))
  }

  /// Takes note of a call that models may answer differently.
  func record(
    _ service: String, _ arguments: [GuestValue], _ answer: Result<GuestValue, GuestException>,
    at time: Duration, _ place: ScriptPlace?
  ) {
    tell(
      .module,
      Entry(
        time: time, .call(name: service, object: nil, arguments: arguments, answer: answer),
        place: place))
  }

  /// Takes note of a call-back that the script runs.
  func record(_ event: DeviceEvent, at time: Duration) {
    tell(
      .peripherals,
      Entry(time: time, .callback(function: event.function, arguments: event.arguments)))
  }

  /// Takes note of what the script prints.
  func record(printed bytes: [UInt8], at time: Duration) {
    tell(.everything, Entry(time: time, .printed(bytes)))
  }
}

extension Journal.Entry {
  /// The entry as a line of JSON, its line feed included.
  package var line: [UInt8] {
    var text: [UInt8] = []
    JSONNode.object([("time", .double(time / .seconds(1)))] + members).appendJSON(to: &text)
    text.append(UInt8(ascii: "\n"))
    return text
  }

  private var members: [(String, JSONNode)] {
    switch event {
    case .printed(let bytes):
      return [("printed", .string(String(decoding: bytes, as: UTF8.self)))]
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
