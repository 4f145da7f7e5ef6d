import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles

/// Answers the calls of one script: those of peripherals go through the device's gate, the others
/// (files, time, threads, pins) are the rows of ``GuestService/all``.
final class GuestServices: Sendable {
  typealias Arguments = [GuestValue]

  let device: DeviceEmulator
  let scheduler: GuestScheduler
  /// What the interpreter's own generator starts from: 30 bits, as it takes.
  let seed: Int
  private let random: Monitor<SeededGenerator>
  private let hear: @Sendable ([GuestValue]) -> Void
  private let trace: CallTrace?
  private let calendar: RealTimeClock
  private let modules: FirmwareModules
  /// The module's console; nil for a run of one script.
  let console: ModuleConsole?
  private let ended: (@Sendable (GuestRun.Ending) -> Void)?

  init(
    _ device: DeviceEmulator, _ scheduler: GuestScheduler, seed: UInt64,
    hear: @escaping @Sendable ([GuestValue]) -> Void = { _ in }, trace: CallTrace?,
    calendar: RealTimeClock = RealTimeClock(), modules: FirmwareModules = FirmwareModules(),
    console: ModuleConsole? = nil,
    ended: (@Sendable (GuestRun.Ending) -> Void)? = nil
  ) {
    self.device = device
    self.scheduler = scheduler
    self.hear = hear
    self.trace = trace
    self.calendar = calendar
    self.modules = modules
    self.console = console
    self.ended = ended
    self.seed = Int(seed & 0x3FFF_FFFF)
    random = Monitor(SeededGenerator(seed: seed))
  }

  /// Answers one call of a thread, when it is its turn; nil if the run has ended.
  ///
  /// - Throws: ``HostFailure`` if the host cannot give what the device needs.
  func answer(
    _ request: GuestRequest, from caller: GuestScheduler.Caller
  ) throws(HostFailure) -> Result<GuestValue, GuestException>? {
    let thread = caller.thread
    switch request.addressee {
    case .nobody: return .failure(.malformed("there is no call \(request.name)"))
    case .service(let service) where service.isForEvents != (thread == GuestScheduler.eventThread):
      return .failure(.malformed("\(request.name) is not for this connection"))
    case .service(let service):
      guard scheduler.begin(service.character, of: caller) else { return nil }
      if scheduler.mustStop(thread) { return .failure(.systemExit) }
      let answer = result { try service.body(self, caller, request.arguments) }
      try refuseHostFailure()
      return trace?.recordService(request, answer, at: device.clock.now) ?? answer
    case .peripheral where thread == GuestScheduler.eventThread:
      return .failure(.malformed("\(request.name) is not for this connection"))
    case .peripheral(let method):
      guard scheduler.begin(.takesTime, of: caller) else { return nil }
      if scheduler.mustStop(thread) { return .failure(.systemExit) }
      let reply = try device.reply(
        to: method, on: request.object, request.arguments, heapFree: request.heapFree)
      try refuseHostFailure()
      return trace?.record(request, reply, at: device.clock.now) ?? reply.result
    }
  }

  /// Ends the run once the host has failed the device, which no script is to take for the module's failure.
  private func refuseHostFailure() throws(HostFailure) {
    if let failure = device.hostFailure { throw failure }
  }

  /// Turns what a service throws into what the script sees.
  private func result(_ body: () throws -> GuestValue) -> Result<GuestValue, GuestException> {
    do {
      return .success(try body())
    } catch let error as FlashError {
      return .failure(GuestException("OSError", String(error.errno)))
    } catch let error as GuestException {
      return .failure(error)
    } catch {
      return .failure(GuestException("RuntimeError", "\(error)"))
    }
  }

  // MARK: The module

  static func source(_ arguments: Arguments) throws -> GuestValue {
    guard let source = guestModuleSource(try arguments.string(0)) else {
      throw GuestException("ImportError", "no module named '\(try arguments.string(0))'")
    }
    return .string(source)
  }

  func constants() -> GuestValue {
    .list(
      device.constants.map {
        .list([.string($0.className), .string($0.name), .int($0.value)])
      })
  }

  func missing() -> GuestValue {
    .list(
      device.missingMethods.map {
        .list([.string(String($0.className)), .string(String($0.functionName))])
      })
  }

  /// Takes an attribute's name, the module or class that has no such one, and the type's name.
  func lacks(_ arguments: Arguments) throws {
    throw device.absence(
      of: try arguments.string(1), in: try arguments.string(0), type: try arguments.string(2))
  }

  /// Takes the name of a module that could not be imported, and the text of the error.
  func absent(_ arguments: Arguments) throws {
    let name = try arguments.string(0).prefix { $0 != "." }
    if try arguments.string(1) == "no module named '\(name)'" {
      device.tellAbsence(ofModule: name)
    }
  }

  /// The names of the user's own modules.
  func provided() -> GuestValue { .list(modules.names.map { .string($0) }) }

  /// The bytes of one of their files.
  func providedFile(_ path: String) throws -> GuestValue {
    guard let bytes = modules.contents(of: path) else { throw FlashError.notFound }
    return .bytes(bytes)
  }

  func uname() -> GuestValue {
    let identity = device.profile.identity
    let fields = [
      ("sysname", identity.sysname), ("nodename", identity.nodename),
      ("release", identity.release), ("version", identity.version),
      ("machine", identity.machine), ("qpyver", identity.qpyver),
    ]
    return .list(fields.map { .string("\($0)=\($1)") })
  }

  func randomBytes(_ arguments: Arguments) throws -> GuestValue {
    let count = try arguments.int(0)
    guard (0...65536).contains(count) else { throw GuestException("ValueError", "invalid count") }
    return .bytes(
      random.withLock { generator in
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      })
  }

  func takeEvent() throws -> GuestValue {
    guard let event = scheduler.takeEvent() else {
      throw GuestException("RuntimeError", "no call-back is due")
    }
    trace?.record(event, at: device.clock.now)
    hear(event.arguments)
    return .list([.int(event.function), .list(event.arguments)])
  }

  /// Ends the run in a way of its own; the script gets no answer any more.
  func end(_ ending: GuestRun.Ending) throws {
    guard let ended else { throw GuestException.malformed("nobody can end this run") }
    ended(ending)
    scheduler.awaitEnd()
  }

  /// Ends the run since the host has failed the interpreter.
  func fail(_ arguments: Arguments) throws {
    try end(.hostFailed(HostFailure(try arguments.string(0))))
  }

  // MARK: Time

  /// Device time since power-on.
  var nanoseconds: Int { device.clock.now.nanoseconds }

  var unixTime: Int { calendar.seconds(by: device.clock) }

  func setTime(_ arguments: Arguments) throws {
    let seconds = try arguments.int(0)
    guard (0...Int(UInt32.max)).contains(seconds) else {
      throw GuestException("ValueError", "a time is 0 to \(UInt32.max) s since 1970")
    }
    calendar.set(to: seconds, by: device.clock)
  }

  /// Takes nanoseconds, or the device time until which to wait as the second argument; so does the
  /// answer have it if the wait was cut short.
  func sleep(_ caller: GuestScheduler.Caller, _ arguments: Arguments) throws -> GuestValue {
    let due = try due(arguments, after: 0)
    switch scheduler.sleep(caller, until: due) {
    case .cutShort: return .list([.int(0), .int(due.nanoseconds)])
    case .done, .timedOut: return .none
    }
  }

  /// The device time that the argument at `index` is nanoseconds away from, or that the next one is.
  private func due(_ arguments: Arguments, after index: Int) throws -> Duration {
    if arguments.count > index + 1 { return .nanoseconds(try arguments.int(index + 1)) }
    return device.clock.now + .nanoseconds(max(try arguments.int(index), 0))
  }

  // MARK: Threads and locks

  func startThread() throws -> GuestValue {
    guard let number = scheduler.startThread() else {
      device.tellThreadLimit()
      throw GuestException("RuntimeError", "can't create thread")
    }
    return .int(number)
  }

  func stopThread(_ thread: Int, _ arguments: Arguments) throws -> GuestValue {
    let number = try arguments.int(0)
    let target = number == 0 ? thread : number
    guard target != GuestScheduler.mainThread else {
      throw GuestException("RuntimeError", "Deleting the main thread is not allowed!")
    }
    guard scheduler.stopThread(target) else {
      throw GuestException("RuntimeError", "No thread with thread id \(number) was found!")
    }
    if target == thread { throw GuestException.systemExit }
    return .none
  }

  /// Takes a lock and a time-out in nanoseconds, negative for none; or, after a wait that was cut
  /// short, the device time until which to wait.
  func acquire(_ caller: GuestScheduler.Caller, _ arguments: Arguments) throws -> GuestValue {
    let (lock, timeout) = (try arguments.int(0), try arguments.int(1))
    let due = timeout < 0 ? nil : try due(arguments, after: 1)
    switch scheduler.acquire(lock, caller, until: due) {
    case .done: return .bool(true)
    case .timedOut: return .bool(false)
    case .cutShort:
      return .list([.int(lock)] + (due.map { [.int(0), .int($0.nanoseconds)] } ?? [.int(-1)]))
    }
  }

  func release(_ arguments: Arguments) throws -> GuestValue {
    guard scheduler.release(try arguments.int(0)) else {
      throw GuestException("RuntimeError", "release unlocked lock")
    }
    return .none
  }

  // MARK: Timers and pins

  func startTimer(_ arguments: Arguments) throws -> GuestValue {
    let period = try arguments.int(0)
    guard (1...Int(Int32.max)).contains(period), arguments.count == 3,
      let function = arguments[2].function
    else {
      throw GuestException(
        "ValueError", "a timer takes a period of 1 to \(Int32.max) ms and a function")
    }
    let number = device.startTimer(
      period: .milliseconds(period), isPeriodic: try arguments.int(1) != 0, function: function)
    return .int(number ?? -1)
  }

  /// The number of a pin, the first argument of every call on one.
  func pin(_ arguments: Arguments) throws -> Int {
    let number = try arguments.int(0)
    guard (0..<256).contains(number) else {
      throw GuestException("ValueError", "there is no pin \(number)")
    }
    return number
  }

  func configurePin(_ arguments: Arguments) throws {
    device.pins.configure(
      try pin(arguments), isOutput: try arguments.int(1) == 1,
      pullsUp: try arguments.int(2) == 1, level: try arguments.int(3) != 0)
  }

  // MARK: Faults

  func injectFault(_ arguments: Arguments) throws {
    do throws(Fault.Malformed) {
      try device.inject(arguments.first?.string ?? "")
    } catch {
      throw GuestException("ValueError", error.description)
    }
  }

  func faults() -> GuestValue {
    .list(device.injectedFaults.map { .list([.string("\($0.fault)"), .int($0.strikes)]) })
  }

  // MARK: Files

  private static func mode(_ kind: FileStatus.Kind) -> GuestValue {
    .int(kind == .directory ? 0x4000 : 0x8000)
  }

  func status(_ path: String) throws -> GuestValue {
    switch modules.kind(of: path) {
    case .file(let size): return .list([Self.mode(.file), .int(size)])
    case .folder: return .list([Self.mode(.directory), .int(0)])
    case nil: break
    }
    let status = try device.files.status(of: path)
    return .list([Self.mode(status.kind), .int(status.size)])
  }

  func list(_ path: String) throws -> GuestValue {
    .list(
      try device.files.entries(of: path).map {
        .list([.string($0.name), Self.mode($0.status.kind), .int($0.status.size)])
      })
  }

  func statistics(_ path: String) throws -> GuestValue {
    let statistics = try device.files.statistics(of: path)
    return .list(
      [
        statistics.blockSize, statistics.blockCount, statistics.freeBlockCount,
        statistics.nameLimit,
      ].map { .int($0) })
  }

  func read(_ arguments: Arguments) throws -> GuestValue {
    let (file, count) = (try arguments.int(0), try arguments.int(1))
    return .bytes(try device.files.read(file, count: min(max(count, 0), 65536)))
  }

  func write(_ arguments: Arguments) throws {
    let bytes = try arguments.bytes(1)
    try device.files.write(try arguments.int(0), bytes.span)
  }

  func folder(_ path: String) throws -> GuestValue {
    guard try device.files.status(of: path).kind == .directory else {
      throw FlashError.notDirectory
    }
    return .string(ScriptFiles.normal(path))
  }
}

extension GuestException {
  static let systemExit = GuestException("SystemExit", "")
  /// Has the kernel show where the script makes the call.
  static let place = GuestException("Place", "")
}

extension Duration {
  /// Whole nanoseconds; as many as `Int` holds if there are more.
  var nanoseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, overflows) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carries) = whole.addingReportingOverflow(Int(attoseconds / 1_000_000_000))
    return overflows || carries ? (seconds < 0 ? .min : .max) : sum
  }
}

extension [GuestValue] {
  func int(_ index: Int) throws -> Int {
    guard index < count, let value = self[index].integer else {
      throw GuestException.wrongArguments
    }
    return value
  }

  func string(_ index: Int) throws -> String {
    guard index < count, let value = self[index].string else { throw GuestException.wrongArguments }
    return value
  }

  func bytes(_ index: Int) throws -> [UInt8] {
    guard index < count, case .bytes(let value) = self[index] else {
      throw GuestException.wrongArguments
    }
    return value
  }

  func origin(_ index: Int) throws -> SeekOrigin {
    switch try int(index) {
    case 0: .start
    case 1: .position
    case 2: .end
    default: throw GuestException.wrongArguments
    }
  }
}
