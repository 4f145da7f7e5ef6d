package import DeviceEmulator
import EmulatedTime
import JSONText

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

    package init(time: Duration, _ event: Event) {
      self.time = time
      self.event = event
    }
  }

  /// Which calls have entries; call-backs always do.
  package enum Scope: Sendable {
    /// Those of the peripherals' methods.
    case peripherals
    /// Those of files, timers, pins and `uos.uname()` as well: all that models may answer differently.
    case module
  }

  private let scope: Scope
  private let located: Int?
  private let take: @Sendable (Entry) -> Void
  /// How many entries there are; held so that they do not mix.
  private let count = Monitor(0)

  /// - Parameters:
  ///   - located: The number of an entry, counted from 0. Its call is thrown out of the script, whose
  ///     console then holds a traceback that ``ScriptPlace`` reads, and the run soon ends.
  ///   - take: Gets each entry.
  package init(
    _ scope: Scope = .peripherals, locating located: Int? = nil,
    entries take: @escaping @Sendable (Entry) -> Void
  ) {
    (self.scope, self.located, self.take) = (scope, located, take)
  }

  /// - Parameter write: Gets each entry as a line of JSON, its line feed included.
  package convenience init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
    self.init(entries: { write($0.line) })
  }

  /// Takes note of a call of a peripheral's method.
  ///
  /// - Returns: What the script gets.
  func record(
    _ request: GuestRequest, _ reply: Reply, at time: Duration
  ) -> Result<GuestValue, GuestException> {
    let number = record(
      .call(
        name: request.name, object: request.object, arguments: request.arguments,
        answer: reply.result, injectedRow: reply.injectedRow),
      at: time)
    return number == located ? .failure(.place) : reply.result
  }

  /// Takes note of a call of a service, if it is one that the scope has.
  func recordService(
    _ request: GuestRequest, _ answer: Result<GuestValue, GuestException>, at time: Duration
  ) -> Result<GuestValue, GuestException> {
    guard scope == .module, GuestService.ofModel.contains(request.name) else { return answer }
    return record(request, Reply(answer), at: time)
  }

  func record(_ event: DeviceEvent, at time: Duration) {
    _ = record(.callback(function: event.function, arguments: event.arguments), at: time)
  }

  /// Gives the entry's number.
  private func record(_ event: Entry.Event, at time: Duration) -> Int {
    count.withLock { count in
      defer { count += 1 }
      take(Entry(time: time, event))
      return count
    }
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
      return members
    }
  }
}
