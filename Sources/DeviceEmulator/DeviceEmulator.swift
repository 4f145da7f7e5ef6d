public import AudioEngine
public import EmulatedTime
public import ModuleProfiles

/// One emulated device: its profile, its flash, its peripherals, its clock.
///
/// Synchronous and usable from any thread. A script's calls enter through ``call(_:on:_:heapFree:)``. Nothing happens by
/// itself: what goes on advances when the clock does, and callbacks wait in a queue until ``runCallbacks()`` or
/// ``nextEvent()``.
public final class DeviceEmulator: Sendable {
  /// What the module can do.
  public let profile: ModuleProfile
  /// What its scripts can import.
  public let modules: VendorModules
  /// Which of the two readings of the vendor's behaviour it follows.
  public let policy: Policy
  /// The device's time.
  public let clock: any DeviceClock
  /// The flash as scripts see it.
  public let files: ScriptFiles

  /// What is outside of the module.
  public var world: World {
    get { state.withLock { $0.board.world } }
    set { changeWorld { $0 = newValue } }
  }

  /// Changes what is outside of the module.
  @discardableResult
  package func changeWorld<Result>(_ body: (inout World) -> Result) -> Result {
    change { $0.changeWorld(body) }
  }

  let faults = FaultLedger()
  let outcomesOfClass: @Sendable (Substring) -> OutcomeTable
  private let microphones: MicrophoneSwitch
  private let notice: @Sendable (String) -> Void
  private let state: Monitor<DeviceState>
  private let eventHook = Monitor(EventHook())
  private let functions = Monitor(SwiftFunctions())

  /// Powers a device on.
  ///
  /// - Parameters:
  ///   - profile: What it can do.
  ///   - modules: What its scripts can import.
  ///   - policy: `documented` answers as the vendor's page says, `observed` as firmware was seen to.
  ///   - microphone: What it hears.
  ///   - loudspeaker: Where what it plays goes.
  ///   - voice: Who speaks its texts.
  ///   - photos: Who reads JPEG files for the display.
  ///   - clock: Its time; a live microphone needs a ``HostClock``.
  ///   - mounts: Its volumes; nil for empty ones in memory of the profile's sizes.
  ///   - secureArea: The part of its flash beside the volumes.
  ///   - outcomes: What calls come to, in place of what the modules' own tables say.
  ///   - seed: What the open digits of its serial numbers come from.
  ///   - isQuiet: Whether the notice gets errors alone, and no remarks: why a call has failed because of
  ///     what the model or the emulator lacks, or that a microphone delivers only zeros.
  ///   - notice: Gets a sentence when something happens that a person should know and the script cannot.
  /// - Throws: `VolumeError` for volumes that cannot be.
  public init(
    _ profile: ModuleProfile, modules: VendorModules, policy: Policy, microphone: any Microphone,
    loudspeaker: any AudioOutput, voice: any Voice, photos: any PhotoReader,
    clock: any DeviceClock, mounts: [ScriptFiles.Mount]?, secureArea: SecureArea,
    outcomes: OutcomeTable?, seed: UInt64, isQuiet: Bool,
    notice: @escaping @Sendable (String) -> Void
  ) throws {
    self.profile = profile
    self.modules = modules
    self.policy = policy
    outcomesOfClass = { outcomes ?? modules.tables.of($0) }
    self.clock = clock
    self.notice = notice
    let mounts =
      try mounts
      ?? profile.volumes.map {
        try ScriptFiles.Mount($0, openFileLimit: profile.limits.openFiles)
      }
    let files = ScriptFiles(mounts.map { [faults] in $0.failing(by: faults) })
    self.files = files
    microphones = MicrophoneSwitch(microphone, clock)
    let alarms = AlarmRelay(clock)
    let board = Board(
      profile: profile, serialNumber: profile.identity.serialNumber(seed: seed), policy: policy,
      clock: clock, files: files,
      microphone: FailingMicrophone(microphones, faults), faults: faults,
      outcomes: outcomesOfClass,
      output: loudspeaker, voice: voice, photos: photos,
      events: EventQueue(capacity: profile.limits.eventQueue), secureArea: secureArea,
      timers: TimerPool(capacity: profile.limits.timers), atTime: alarms.set, isQuiet: isQuiet)
    state = Monitor(DeviceState(board: board, modules.all.flatMap(\.peripherals)))
    alarms.connect(to: self)
  }

  // MARK: Calls

  /// Answers one call of a script: the way in for every interpreter.
  ///
  /// - Parameters:
  ///   - method: Which one, such as `"Record.start"`.
  ///   - object: The peripheral's object, from its constructor; nil for the constructor itself.
  ///   - arguments: As the script wrote them.
  ///   - heapFree: Bytes of heap that the script has free, where a method asks for it.
  /// - Returns: The value the script gets, or the exception it sees.
  /// - Throws: ``HostFailure`` if the host cannot give the device what it needs.
  @discardableResult
  public func call(
    _ method: DeviceMethod, on object: PeripheralID? = nil, _ arguments: [GuestValue] = [],
    heapFree: Int = .max
  ) throws(HostFailure) -> Result<GuestValue, GuestException> {
    try reply(to: method, on: object, arguments, heapFree: heapFree).result
  }

  /// Answers one call of a script, and says how it came to the answer.
  package func reply(
    to method: DeviceMethod, on object: PeripheralID? = nil, _ arguments: [GuestValue] = [],
    heapFree: Int = .max
  ) throws(HostFailure) -> Reply {
    try change { state throws(HostFailure) in
      try state.answer(method, on: object, arguments, heapFree: heapFree)
    }
  }

  /// The constants of a class and their values: the pages name one, the firmware layer more.
  public func constants(of className: String) -> [(name: String, value: Int)] {
    outcomes(of: className[...]).constants
      .filter { $0.className == className }.flatMap { $0.on(profile, under: policy) }
  }

  /// What calls of a class come to. Nothing reads its table before somebody asks.
  package func outcomes(of className: Substring) -> OutcomeTable { outcomesOfClass(className) }

  /// The method of a name, with its class; nil if there is none.
  package func method(named name: String) -> DeviceMethod? {
    outcomes(of: name.prefix { $0 != "." }).method(named: name)
  }

  /// The methods of a class that scripts do not find on this module under this policy.
  public func missingMethods(of className: String) -> [DeviceMethod] {
    state.withLock { $0.missingMethods(of: className[...]) }
  }

  /// Whether the model lacks a vendor module that others have.
  package func lacksModule(_ name: some StringProtocol) -> Bool {
    profile.lacks(name) && modules.named(name) != nil
  }

  /// Says why scripts do not find a method.
  package func explainMissing(_ method: DeviceMethod) { change { $0.board.explainMissing(method) } }

  package func remarkOnce(_ sentence: String) { change { $0.board.remarkOnce(sentence) } }

  /// The methods of all classes that scripts do not find.
  package var missingMethods: [DeviceMethod] {
    modules.parts.flatMap { missingMethods(of: $0.name) }
  }

  /// Starts a timer that calls a function back without arguments, as a module's own software may.
  ///
  /// - Parameters:
  ///   - period: How long until it fires, and then between two times; at least a millisecond.
  ///   - isPeriodic: Whether it goes on until it is stopped.
  ///   - function: The function's number.
  /// - Returns: Its number, or nil if all the module's timers are taken.
  public func startTimer(period: Duration, isPeriodic: Bool, function: Int) -> Int? {
    change { state in
      guard !faults.strikes(.timer) else { return nil }
      return state.board.startTimer(
        period, TimerCall(isPeriodic: isPeriodic, function: function, arguments: []))
    }
  }

  /// Stops a timer; one that has ended already is left alone.
  public func stopTimer(_ number: Int) {
    state.withLock { $0.board.stopTimer(number) }
  }

  /// Seconds since 1970 by the module's calendar.
  package var unixTime: Int { state.withLock { $0.board.unixTime } }

  /// How many hours the module's local time is ahead of UTC.
  package var timeZone: Int {
    get { state.withLock { $0.board.calendar.zone } }
    set { state.withLock { $0.board.calendar.zone = newValue } }
  }

  /// What the last calls and alarms have asked for, if any has; asked once.
  package func takePowerRequest() -> PowerRequest? {
    state.withLock { state in
      defer { state.board.powerRequest = nil }
      return state.board.powerRequest
    }
  }

  /// A script has dropped an object, and its collector has found that.
  package func drop(_ object: PeripheralID, of className: Substring) {
    change { $0.drop(object.number, of: className) }
  }

  // MARK: Events

  /// Takes the next call-back that waits for the script; nil if none does.
  public func nextEvent() -> DeviceEvent? { state.withLock { $0.board.events.next() } }

  /// Whether a call-back waits.
  public var hasEvent: Bool { state.withLock { !$0.board.events.isEmpty } }

  /// The functions of the script that the device may call: those in its slots, and of call-backs that wait.
  package var heldFunctions: Set<Int> { state.withLock { $0.heldFunctions } }

  /// How many call-backs were dropped because the queue was full.
  public var droppedEvents: Int { state.withLock { $0.board.events.dropped } }

  /// Has `hook` called, on whatever thread, each time a call-back has been queued.
  public func whenEventQueued(_ hook: @escaping @Sendable () -> Void) {
    eventHook.withLock { $0.call = hook }
  }

  /// Whether anything goes on that will end by itself and may call the script back.
  public var isWorking: Bool { state.withLock { $0.isWorking } }

  /// Whether something is due that a script could wait for.
  package var awaitsAlarm: Bool {
    guard clock.nextAlarm != nil else { return false }
    guard let alarm = state.withLock({ $0.guardAlarm }) else { return true }
    return clock.hasAlarm(besides: alarm)
  }

  /// Whether something is going to happen that may call the script back: what goes on by itself, or what comes from
  /// outside at a time that is set already.
  package var mayCallBack: Bool {
    isWorking || awaitsAlarm && state.withLock { $0.hearsWorld }
  }

  /// What the host has failed to do for the device so far: to keep its flash, to play its sound. Whoever runs a
  /// script ends it then. Nil if nothing has failed.
  public var hostFailure: HostFailure? { faults.hostFailure }

  /// Whether there are bytes that an object can be asked for without waiting.
  package func hasInput(_ object: PeripheralID, of className: Substring) -> Bool {
    state.withLock { $0.hasInput(object.number, of: className) }
  }

  // MARK: The world outside

  /// Whether something of the host's is wired to a serial port, which may say something at any time.
  package var isWired: Bool { state.withLock { !$0.board.serialLines.isEmpty } }

  /// Lets time pass in which no thread of the script goes on: in the low-power mode, if scripts have asked for that and
  /// nothing keeps the device awake.
  package func idle(_ wait: () -> Void) {
    let start = clock.now
    let sleeps = state.withLock { $0.sleeps }
    wait()
    guard sleeps else { return }
    let end = clock.now
    state.withLock { $0.board.sleepTime += end - start }
  }

  /// How long the device has been in its low-power mode since it was started.
  public var sleepTime: Duration { state.withLock { $0.board.sleepTime } }

  /// Has a peripheral act.
  package func act<P: Peripheral>(_ act: (inout P, inout Board) -> Void) { change { $0.with(act) } }

  /// Looks at a peripheral of the module.
  package func look<P: Peripheral, R>(_ body: (P, Board) -> R) -> R {
    state.withLock { $0.look(body) }
  }

  /// Does something on the board, as a call of a script would.
  package func withBoard<R>(_ act: (inout Board) -> R) -> R { change { $0.withBoard(act) } }

  /// Has the module hear another microphone from now on, also in the middle of a recording. If that one
  /// cannot be opened then, the recording fails.
  ///
  /// - Precondition: Neither is live: what is live comes in the host's time.
  public func changeMicrophone(to microphone: any Microphone) {
    precondition(!microphone.isLive && !microphones.isLive, "a live microphone cannot be changed")
    microphones.change(to: microphone)
  }

  // MARK: Ends

  /// Ends all that goes on, in order: recordings are closed and stay readable.
  public func powerDown() {
    change { $0.end(.powerDown) }
    files.closeAll()
  }

  /// Starts the module afresh: what goes on is ended in order, and a script finds everything as at
  /// power-on. The flash, the clock and the world outside stay as they are.
  public func restart() { restart(for: .reset) }

  /// Starts it afresh, for a reason that scripts can ask for.
  package func restart(for reason: PowerOnReason) {
    change { state in
      state.end(.restart)
      state.board.powerOnReason = reason
    }
    files.closeAll()
  }

  /// Takes the power away: all that goes on ends where it is. Nothing is synced or closed, so the flash
  /// holds what it held for sure before. Nothing may be called afterwards.
  public func cutPower() { state.withLock { $0.end(.cut) } }

  /// Changes the state, and afterwards, when nobody holds it any more, says what has come of it.
  fileprivate func change<R, E: Error>(
    _ body: (inout DeviceState) throws(E) -> R
  ) throws(E) -> R {
    var isEventQueued = false
    var notices: [String] = []
    defer {
      notices.forEach(notice)
      if isEventQueued { eventHook.withLock { $0.call }() }
    }
    return try state.withLock { state throws(E) in
      let posted = state.board.events.posted
      defer {
        isEventQueued = state.board.events.posted != posted
        swap(&notices, &state.board.notices)
      }
      return try body(&state)
    }
  }

  // MARK: Swift call-backs

  /// Names a Swift closure so that the device can call it back.
  package func name(_ function: @escaping @Sendable ([GuestValue]) -> Void) -> Int {
    functions.withLock { $0.add(function) }
  }

  /// Runs the Swift call-backs that wait, one after the other, as a module's script does between two
  /// of its steps.
  ///
  /// - Returns: How many ran.
  @discardableResult
  public func runCallbacks() -> Int {
    var count = 0
    while let event = nextEvent() {
      functions.withLock { $0[event.function] }?(event.arguments)
      count += 1
    }
    return count
  }
}

/// What is to be called when a call-back has been queued. A type of its own: each look at a bare closure in a generic lock
/// would wrap it once more.
private struct EventHook {
  var call: @Sendable () -> Void = {}
}

/// Closures of Swift callers under the numbers that events name them by.
private struct SwiftFunctions {
  private var functions: [@Sendable ([GuestValue]) -> Void] = []

  mutating func add(_ function: @escaping @Sendable ([GuestValue]) -> Void) -> Int {
    functions.append(function)
    return functions.count - 1
  }

  subscript(number: Int) -> (@Sendable ([GuestValue]) -> Void)? {
    functions.indices.contains(number) ? functions[number] : nil
  }
}

/// Carries alarms to a device that did not exist yet when they were wired up, and does not keep it
/// alive.
private final class AlarmRelay: @unchecked Sendable {
  // Unchecked because `device` is set once, before the device can set an alarm.
  private weak var device: DeviceEmulator?
  private let clock: any DeviceClock

  init(_ clock: any DeviceClock) { self.clock = clock }

  func connect(to device: DeviceEmulator) { self.device = device }

  var set: @Sendable (Duration, @escaping Board.Act) -> Alarm {
    { [self] due, act in
      // The clock keeps the alarm, so an alarm that kept the relay would keep its clock for ever.
      clock.schedule(at: due) { [weak device] in device?.change { $0.perform(act) } }
    }
  }
}
