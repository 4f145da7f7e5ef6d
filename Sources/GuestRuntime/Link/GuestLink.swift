import DeviceEmulator
import EmulatedTime

/// The device's side of the wire: takes one guest's requests, one after the other, answers each, and lets time pass
/// when the guest waits. Only one thread uses it; the others tell its ``GuestSignals``.
struct GuestLink {
  /// What a call comes to.
  enum Outcome {
    case value(GuestValue)
    case failure(GuestException)
    case object(WireWriter.Object)
    /// What fills the buffer that is the argument of this number, and what else the call comes to.
    indirect case filled(argument: Int, [UInt8], Outcome)
    /// A value that is written already.
    case written([UInt8])
    /// The thread waits until a device time, or for ever; then it gets a value.
    case wait(until: Duration?, then: GuestValue)
    /// The thread waits until the world outside has something for it.
    case world(World)
    /// The run ends so.
    case end(GuestEnding)
  }

  /// Something that a thread waits for, and that the world outside brings.
  struct World {
    let isThere: () -> Bool
    /// Takes what is there.
    let take: () -> Result<GuestValue, GuestException>
  }

  /// What answers the calls.
  protocol Services: AnyObject {
    /// Whether device time passes while a call is answered.
    func takesTime(_ request: WireRequest, name: String) -> Bool
    /// Answers a call.
    func perform(_ request: WireRequest, name: String) throws(HostFailure) -> Outcome
    /// The script has dropped an object.
    func drop(_ handle: UInt32)
    /// The next callback that is due.
    func takeEvent() -> (function: Int, arguments: [GuestValue], object: WireWriter.Object?)?
    /// What is to happen when nothing goes on any more; nil if something still does.
    func endingWhenIdle(hasSleepers: Bool) -> GuestEnding?
    /// How the run ends by what was done to the module's power, if anything was; asked once.
    var powerEnding: GuestEnding? { get }
    /// The class of the object of a handle.
    func className(of handle: UInt32) -> String?
  }

  private struct WorldWait {
    let thread: Int
    let world: World
  }

  /// How often an idle device is looked at when its clock is the host's, which tells nobody that something has ended.
  private static let idleLook = Duration.milliseconds(100)

  /// How long a script that computes on at a console is not told of a callback.
  private static let holding = Duration.milliseconds(4)

  private let device: DeviceEmulator
  private let signals: GuestSignals
  private let services: any Services
  private let time: GuestTime
  private var channel: GuestChannel
  private var reader: WireReader
  private var writer = WireWriter()
  private var lastToken: UInt32 = 0
  private var worldWaits: [UInt32: WorldWait] = [:]
  /// The functions that the guest keeps for the device.
  private var functions: Set<Int> = []
  /// The function whose callback the guest has been told of and has not run to its end.
  private var calledFunction: Int? {
    didSet { signals.runsCallback = calledFunction != nil }
  }
  /// Whether the guest has said hello.
  private(set) var hasGreeted = false
  private var patience: LoopPatience
  /// Whether Ctrl-C can be told: not in the answer to hello.
  private var takesInterrupt = false
  private let isAtConsole: Bool
  private let isEndless: Bool
  /// Until when the guest is not told of a callback that is due; nil if it is told at once.
  private var heldUntil: Duration?

  init(
    _ device: DeviceEmulator, _ socket: StreamSocket, _ signals: GuestSignals,
    _ services: any Services, isAtConsole: Bool, isEndless: Bool, limit: Duration?
  ) {
    (self.isAtConsole, self.isEndless) = (isAtConsole, isEndless)
    (self.device, self.signals, self.services) = (device, signals, services)
    time = GuestTime(device, limit: limit)
    channel = GuestChannel(socket)
    reader = WireReader { [services] in services.className(of: $0) }
    patience = LoopPatience(isEndless: isEndless || isAtConsole)
  }

  /// Serves the guest to its end.
  ///
  /// - Returns: How the run ends by the device's word; nil if the guest has gone.
  mutating func serve() -> GuestEnding? {
    do throws(MalformedFrame) {
      while let request = try nextRequest() {
        if let ending = answer(request, reader.name(request.call)) ?? signals.ending {
          return ending
        }
      }
      return nil
    } catch {
      return .guestFailed("the interpreter sent a frame that is none: \(error.message)")
    }
  }

  /// Waits for a request; nil once the guest has gone.
  private mutating func nextRequest() throws(MalformedFrame) -> WireRequest? {
    guard let frame = try channel.read() else { return nil }
    let request = try reader.read(frame)
    let name = reader.name(request.call)
    guard hasGreeted || name == "hello" else {
      throw MalformedFrame("a guest's first call is hello, not \(name)")
    }
    return request
  }

  /// Answers a request; gives how the run ends if it does.
  private mutating func answer(_ request: WireRequest, _ name: String) -> GuestEnding? {
    time.pass(steps: request.steps)
    for note in request.notes { take(note) }
    functions.formUnion(request.functions)
    let wasDue = isAtConsole && device.hasEvent
    if services.takesTime(request, name: name) {
      time.passCall()
      // A call that a power cut or a restart comes upon does nothing.
      if let ending = signals.ending ?? services.powerEnding { return ending }
    }
    let outcome = perform(request, name)
    if let ending = signals.ending ?? overTime ?? services.powerEnding { return ending }
    if case .end(let ending) = outcome { return ending }
    var notices: [WireNotice] = []
    let result = result(of: outcome, request.thread, &notices)
    let goesOn = somethingGoesOn
    if patience.isOver(
      after: request, name, at: time.now, goesOn: goesOn, isWatched: time.nextAlarm != nil)
    {
      return .stuck(request.place)
    }
    holdBack(after: request, name, result, wasDue: wasDue)
    reply(result, notices)
    return nil
  }

  /// How an answer puts what a call comes to.
  private mutating func result(
    of outcome: Outcome, _ thread: Int, _ notices: inout [WireNotice]
  ) -> WireResult {
    switch outcome {
    case .value(let value): return .value(value)
    case .failure(let exception): return .failure(exception)
    case .object(let object): return .value(.object(PeripheralID(0)), object)
    case .written(let bytes): return .written(bytes)
    case .filled(let argument, let bytes, let outcome):
      notices.append(.fill(argument: argument, bytes: bytes))
      return result(of: outcome, thread, &notices)
    case .wait(let due, let value):
      return .wait(token: newToken(), until: due, otherwise: value)
    case .world(let world): return wait(world, thread)
    case .end: return .value(.none)  // Nobody gets it.
    }
  }

  /// Whether anything goes on, or will, that may mean something to the script.
  private var somethingGoesOn: Bool {
    !worldWaits.isEmpty || device.isWorking || device.hasEvent || device.awaitsAlarm
      || time.isReal && device.isWired
  }

  /// At a console a callback that becomes due during a call comes a little after it, as on a module, so that what it
  /// prints stands behind the prompt, and not right after the call.
  private mutating func holdBack(
    after request: WireRequest, _ name: String, _ result: WireResult, wasDue: Bool
  ) {
    // What a call has given is printed before.
    guard isAtConsole, request.thread == 0, name != "console.write", name != "turn.tick" else {
      return
    }
    var waits = name == "turn.idle"
    if case .wait = result { waits = true }
    heldUntil = waits || wasDue || !device.hasEvent ? nil : time.now + Self.holding
  }

  private mutating func perform(_ request: WireRequest, _ name: String) -> Outcome {
    switch name {
    case "turn.tick": return .value(.none)
    case "turn.idle":
      let due = request.arguments.first?.integer.map { Duration.nanoseconds($0) }
      return idle(until: due, request.place).map { .end($0) } ?? .value(.none)
    default: break
    }
    defer { if name == "hello" { greet() } }
    do throws(HostFailure) {
      return try services.perform(request, name: name)
    } catch {
      return .end(.hostFailed(error))
    }
  }

  private mutating func greet() {
    hasGreeted = true
    signals.greet()
  }

  /// How the run ends when it has taken all the time that it may.
  private var overTime: GuestEnding? {
    time.isOver ? time.limit.map { .limitReached($0) } : nil
  }

  private mutating func take(_ note: WireRequest.Note) {
    switch note {
    case .dropped(let handle): services.drop(handle)
    case .abandoned(let token): worldWaits[token] = nil
    case .returned: calledFunction = nil
    }
  }

  // MARK: Answers

  private mutating func newToken() -> UInt32 {
    lastToken &+= 1
    return lastToken
  }

  private mutating func wait(_ world: World, _ thread: Int) -> WireResult {
    guard !world.isThere() else {
      switch world.take() {
      case .success(let value): return .value(value)
      case .failure(let exception): return .failure(exception)
      }
    }
    let token = newToken()
    worldWaits[token] = WorldWait(thread: thread, world: world)
    return .wait(token: token, until: nil, otherwise: .none)
  }

  /// Sends an answer with all that has happened meanwhile.
  private mutating func reply(_ result: WireResult, _ notices: [WireNotice]) {
    if let due = heldUntil, time.now >= due { heldUntil = nil }
    var notices = notices
    if !worldWaits.isEmpty { settleWaits(besides: result, &notices) }
    if calledFunction == nil, heldUntil == nil, let event = services.takeEvent() {
      calledFunction = event.function
      notices.append(
        .event(function: event.function, arguments: event.arguments, object: event.object))
    }
    if !functions.isEmpty { notices += freed() }
    writer.answer(
      result, notices, isInterrupt: takesInterrupt && signals.takeInterrupt(), now: time.now,
      alarm: alarm)
    takesInterrupt = true
    _ = channel.write(writer.bytes)  // If the guest has gone, the next reading tells.
  }

  /// Settles what threads wait for and the world has brought, but nothing that the answer itself begins.
  private mutating func settleWaits(besides result: WireResult, _ notices: inout [WireNotice]) {
    for (token, wait) in worldWaits.sorted(by: { $0.key < $1.key })
    where !result.begins(token) && wait.world.isThere() {
      worldWaits[token] = nil
      notices.append(.settled(token: token, wait.world.take()))
    }
  }

  /// When the guest is to ask again by itself.
  private var alarm: Duration? {
    if let heldUntil { return heldUntil }
    return time.alarm ?? (patience.stepsLeft.map { time.now + time.stepLength * $0 })
  }

  /// The functions that the device will not call any more.
  private mutating func freed() -> [WireNotice] {
    let held = device.heldFunctions
    let gone = functions.filter { !held.contains($0) && $0 != calledFunction }
    functions.subtract(gone)
    return gone.sorted().map { .free(function: $0) }
  }

  // MARK: Waiting

  /// All threads wait: lets time pass until there is something for one of them.
  ///
  /// - Parameters:
  ///   - due: When one of them goes on by itself; nil if none does.
  ///   - place: Where the script is.
  /// - Returns: How the run ends, if nothing goes on any more.
  private func idle(until due: Duration?, _ place: ScriptPlace?) -> GuestEnding? {
    while true {
      let changes = signals.changes
      if let ending = services.powerEnding { return ending }
      if hasNews || time.isOver || due.map({ time.now >= $0 }) ?? false { return nil }
      if let ending = services.endingWhenIdle(hasSleepers: due != nil) { return ending }
      if time.isReal {
        let look = ContinuousClock.now + Self.idleLook
        let instant = due.map { min(time.instant(of: $0), look) } ?? look
        device.idle { signals.wait(after: changes, until: instant) }
      } else if isHeld {
        signals.wait(after: changes, until: nil)
      } else if let next = [due, time.nextAlarm].compactMap({ $0 }).min()
        ?? (isEndless ? time.limit : nil)
      {
        device.idle { time.advance(to: next) }
      } else if isEndless || !worldWaits.isEmpty {
        signals.wait(after: changes, until: nil)
      } else {
        return .stuck(place)
      }
    }
  }

  /// Whether there is something to tell the guest.
  private var hasNews: Bool {
    signals.isPressing || (calledFunction == nil && device.hasEvent)
      || worldWaits.values.contains { $0.world.isThere() }
  }

  /// Whether virtual time stands still: while the main thread waits for the world outside.
  private var isHeld: Bool { worldWaits.values.contains { $0.thread == 0 } }
}
