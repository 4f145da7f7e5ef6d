import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles

/// Answers the calls of one guest: those of peripherals go through the device's gate, the others are the rows of
/// ``GuestService/all``.
final class GuestServices: GuestLink.Services {
  /// Who answers a call.
  private enum Addressee {
    /// With what its parameters take.
    case method(DeviceMethod, Signature?)
    /// The finaliser of a class whose objects the module does not keep.
    case finaliser(DeviceMethod, Signature?)
    case service(GuestService)
  }

  let device: DeviceEmulator
  let options: GuestOptions
  let clock: any DeviceClock
  /// The words of the interpreter in bits.
  let interpreterBits: Int
  private let journal: Journal
  private let write: ([UInt8]) -> Void
  /// By the numbers that the guest has given the names of its calls; nil for one that it has called none by.
  private var addressees: [Addressee?] = []
  private var random: SeededGenerator
  var handles = GuestHandles()
  /// How far the work of the run is.
  var progress = JobProgress()

  /// - Parameter write: Takes what a script prints, where it has no console.
  init(
    _ device: DeviceEmulator, _ options: GuestOptions, interpreterBits: Int, journal: Journal,
    write: @escaping ([UInt8]) -> Void
  ) {
    (self.device, self.options, self.journal, self.write) = (device, options, journal, write)
    self.interpreterBits = interpreterBits
    clock = device.clock
    random = SeededGenerator(seed: options.seed)
  }

  var console: ModuleConsole? { options.work.console }

  /// Device time since power-on.
  var now: Duration { clock.now }

  // MARK: Calls

  func takesTime(_ request: WireRequest, name: String) -> Bool {
    switch addressee(of: request, name) {
    case .method?, .finaliser?: true
    case .service(let service)?: service.takesTime
    case nil: false
    }
  }

  func perform(_ request: WireRequest, name: String) throws(HostFailure) -> GuestLink.Outcome {
    switch addressee(of: request, name) {
    case .method(let method, let signature)?: return try perform(method, signature, request)
    case .finaliser(let method, let signature)?:
      defer { handles.retire(request.object) }
      return try perform(method, signature, request)
    case .service(let service)?:
      let outcome = result(of: service, ServiceCall(request: request, name: name))
      try refuseHostFailure()
      if service.isOfModel { record(outcome, of: request, name) }
      return outcome
    case nil: return .failure(GuestException("RuntimeError", "there is no call \(name)"))
    }
  }

  private func addressee(of request: WireRequest, _ name: String) -> Addressee? {
    let number = request.call
    if number < addressees.count, let known = addressees[number] { return known }
    let found: Addressee? =
      device.method(named: name).map { method in
        let outcomes = device.outcomes(of: method.className)
        let takes = outcomes.methods[method]?.takes
        return method.scriptName == "__del__" && !outcomes.isKept(String(method.className))
          ? .finaliser(method, takes) : .method(method, takes)
      }
      ?? GuestService.all[name].map { .service($0) }
    while addressees.count <= number { addressees.append(nil) }
    addressees[number] = found
    return found
  }

  private func result(of service: GuestService, _ call: ServiceCall) -> GuestLink.Outcome {
    do {
      return try service.body(self, call)
    } catch let error as FlashError where device.policy == .observed {
      return firmwareOutcome(of: error, call)
    } catch {
      return .failure(GuestException(error))
    }
  }

  var powerEnding: GuestEnding? {
    switch device.takePowerRequest() {
    case .restart(let reason)?: .reset(.hard(reason))
    case .powerDown?: .poweredDown
    case nil: nil
    }
  }

  /// Ends the run once the host has failed the device, which no script is to take for the module's failure.
  private func refuseHostFailure() throws(HostFailure) {
    if let failure = device.hostFailure { throw failure }
  }

  // MARK: Peripherals

  private func perform(
    _ method: DeviceMethod, _ signature: Signature?, _ request: WireRequest
  ) throws(HostFailure) -> GuestLink.Outcome {
    let object: PeripheralID?
    if case .peripheral(_, let id)? = handles[request.object] { object = id } else { object = nil }
    let arguments: [GuestValue]
    do throws(GuestException) {
      arguments = try self.arguments(of: request, for: method, signature)
    } catch {
      return .failure(error)
    }
    let reply = try device.reply(
      to: method, on: object, arguments, heapFree: request.room ?? .max)
    try refuseHostFailure()
    journal.record(method, of: device, on: object, arguments, reply, at: now, request.place)
    let outcome = outcome(of: reply, to: method, arguments)
    return reply.fill.map { .filled(argument: $0.argument, $0.bytes, outcome) } ?? outcome
  }

  private func outcome(
    of reply: Reply, to method: DeviceMethod, _ arguments: [GuestValue]
  ) -> GuestLink.Outcome {
    switch reply.result {
    case .failure(let exception): .failure(exception)
    case .success(.object(let id)):
      .object(reference(to: id, id.className ?? String(method.className)))
    case .success(.filled(let bytes)):
      .filled(
        argument: arguments.firstIndex { $0.isBuffer } ?? 0, bytes, .value(.int(bytes.count)))
    case .success(let value):
      reply.due.map { .wait(until: $0, then: value) } ?? .value(value)
    }
  }

  /// The arguments in the order of the parameters.
  ///
  /// - Throws: What the interpreter says of names that do not fit.
  private func arguments(
    of request: WireRequest, for method: DeviceMethod, _ signature: Signature?
  ) throws(GuestException) -> [GuestValue] {
    guard let signature else { return request.arguments }
    // Most of the vendor's constructors take any names and look at none.
    guard signature.hasNames || !method.isConstructor else { return request.arguments }
    let arguments = try signature.arranged(
      request.arguments, request.keywords, under: device.policy)
    guard signature.hasNames else {
      return arguments.enumerated().map { signature.reads(at: $0) ? $1 : $1.asBuffer }
    }
    // Here a bytearray is one to read from.
    return arguments.map { if case .bytearray(let bytes) = $0 { .bytes(bytes) } else { $0 } }
  }

  /// How an answer names an object of a peripheral's class.
  private func reference(to id: PeripheralID, _ className: String) -> WireWriter.Object {
    reference(to: handles.handle(for: .peripheral(className, PeripheralID(id.number))))
  }

  /// How an answer names an object.
  func reference(to handle: UInt32) -> WireWriter.Object {
    WireWriter.Object(handle: handle, className: className(of: handle) ?? "")
  }

  /// An object that is new.
  func object(_ subject: GuestHandles.Subject) -> GuestLink.Outcome {
    .object(reference(to: handles.handle(for: subject)))
  }

  /// Which of some events `uselect` need not wait for: `POLLIN` is 1, `POLLOUT` 4.
  func readiness(of handle: UInt32, among events: Int) -> Int {
    guard case .peripheral(let name, let id)? = handles[handle] else { return 0 }
    return events & (device.hasInput(id, of: name[...]) ? 5 : 4)
  }

  /// The number of a peripheral's object, such as a pin's.
  func number(of handle: UInt32) -> Int {
    if case .peripheral(_, let id)? = handles[handle] { id.number } else { 0 }
  }

  func className(of handle: UInt32) -> String? {
    handles.className(of: handle, in: device.modules)
  }

  func drop(_ handle: UInt32) {
    switch handles[handle] {
    case .peripheral(let name, let id)?:
      // What the module's finaliser does, where it has one.
      if let method = device.method(named: "\(name).__del__"),
        !device.outcomes(of: name[...]).isKept(name),
        !device.missingMethods(of: name).contains(method)
      {
        _ = try? device.call(method, on: id)
      }
      device.drop(id, of: name[...])
    case .file(let number)?: try? device.files.close(number)
    case nil: break
    }
    handles[handle] = nil
  }

  // MARK: Callbacks

  func takeEvent() -> (function: Int, arguments: [GuestValue], object: WireWriter.Object?)? {
    guard let event = device.nextEvent() else { return nil }
    journal.record(event, at: now)
    let object = event.arguments.lazy.compactMap(\.object).first
    return (
      event.function, event.arguments, object.map { reference(to: $0, $0.className ?? "") }
    )
  }

  // MARK: The journal

  private func record(_ outcome: GuestLink.Outcome, of request: WireRequest, _ name: String) {
    let result: Result<GuestValue, GuestException>
    switch outcome {
    case .value(let value): result = .success(value)
    case .failure(let exception): result = .failure(exception)
    case .object(let object): result = .success(.int(subjectNumber(of: object.handle) ?? 0))
    case .filled, .written, .wait, .world, .end: return
    }
    let subject = subjectNumber(of: request.object).map { [GuestValue.int($0)] } ?? []
    journal.record(
      name, subject + request.arguments.map(\.asBuffer), result, at: now, request.place)
  }

  /// How the journal names what a service is called on.
  private func subjectNumber(of handle: UInt32) -> Int? {
    switch handles[handle] {
    case .file(let number)?: number
    case .peripheral?, nil: nil
    }
  }

  // MARK: Output

  /// Takes what a script prints: a str, whose line ends are the console's matter, or bytes as they are.
  func write(_ call: ServiceCall) -> GuestLink.Outcome {
    let bytes = Array(call.request.texts.first ?? [])
    journal.record(printed: bytes, at: now)
    if let console, case .bytes? = call.arguments.first {
      console.write(bytes)
    } else {
      print(bytes)
    }
    return .value(.none)
  }

  /// Prints text where the script's goes.
  func print(_ text: [UInt8]) { if let console { console.print(text) } else { write(text) } }

  /// How long a sleep of so many microseconds takes: in the firmware whole milliseconds, at least one.
  func shortSleep(of count: Int) -> Duration {
    device.policy == .observed ? .milliseconds(max(count / 1000, 1)) : .microseconds(count)
  }

  /// More than a script's heap can hold, and less than a frame.
  private static let randomLimit = 1_000_000

  func randomBytes(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    let count = try call.word(0)
    guard (0...Self.randomLimit).contains(count) else {
      throw GuestException("ValueError", "invalid count")
    }
    return .bytes((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }
}

extension GuestException {
  /// What a script sees of an error.
  fileprivate init(_ error: any Error) {
    switch error {
    case let error as GuestException: self = error
    case let error as FlashError: self.init("OSError", String(error.errno))
    default: self.init("RuntimeError", "\(error)")
    }
  }
}

extension GuestValue {
  fileprivate var isBuffer: Bool { if case .buffer = self { true } else { false } }

  /// A bytearray as the device takes it: as one that it may fill.
  var asBuffer: GuestValue {
    if case .bytearray(let bytes) = self { .buffer(count: bytes.count) } else { self }
  }
}
