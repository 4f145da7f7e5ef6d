import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The interpreter's start, and timers, pins, the calendar, faults.
extension GuestServices {
  /// The version of the wire that the device speaks.
  private static let wireVersion = 2
  /// Steps after which the next thread has its turn.
  private static let turn = 256
  /// Bytes of Python stack of the main thread: on the modules 32 KB, whose frames are smaller.
  private static let stack = 256 * 1024

  /// Takes the interpreter's word of what it is, and tells it what it is to be.
  func greet(_ call: ServiceCall) throws -> GuestLink.Outcome {
    let version = try call.int(0)
    let (language, dialect) = (try call.string(2), try call.string(3))
    guard version == Self.wireVersion, language == "micropython",
      dialect == device.profile.dialect.rawValue
    else {
      return .end(
        .noInterpreter(
          "it speaks \(language) \(dialect) on the wire's version \(version), and \(device.profile.name) has "
            + "micropython \(device.profile.dialect.rawValue) on version \(Self.wireVersion)"))
    }
    let limits = device.profile.limits
    // A word of 64 bits takes twice the room.
    let scale = interpreterBits / 32
    let words = [
      (options.heapBytes ?? limits.scriptHeapBytes) * scale, limits.bootHeapBytes * scale,
      GuestTime(device).stepNanoseconds, Self.turn, Self.stack * scale,
      Int(options.seed & 0x3FFF_FFFF),
      limits.threads - 1, limits.systemHeapBytes,
    ]
    return .value(.tuple(words.map { .int($0) } + [.string(device.profile.identity.nodename)]))
  }

  var uname: GuestValue {
    let identity = device.profile.identity
    let fields = [
      ("sysname", identity.sysname), ("nodename", identity.nodename),
      ("release", identity.release), ("version", identity.version),
      ("machine", identity.machine), ("qpyver", identity.qpyver),
    ]
    return .list(fields.map { .string("\($0)=\($1)") })
  }

  // MARK: Pins

  /// The pin that a call is made on.
  func pin(_ call: ServiceCall, _ count: Int) throws(GuestException) -> Int {
    try call.require(count...count, own: 1)
    guard case .pin(let number)? = handles[call.request.object] else {
      throw GuestException("ValueError", "there is no such pin")
    }
    return number
  }

  func makePin(_ call: ServiceCall) throws(GuestException) -> GuestLink.Outcome {
    if call.request.keywords.isEmpty { try call.require(1...Int.max) }
    let values = try call.named([
      ("GPIOn", true), ("direction", false), ("pullMode", false), ("level", false),
    ])
    let numbers = try values.map { value throws(GuestException) in try value?.requireWord() ?? 0 }
    guard (0..<256).contains(numbers[0]) else {
      throw GuestException("ValueError", "there is no pin \(numbers[0])")
    }
    device.pins.configure(
      numbers[0], isOutput: numbers[1] == 1, pullsUp: numbers[2] == 1, level: numbers[3] != 0)
    return object(.pin(numbers[0]))
  }

  /// An object that is new.
  func object(_ subject: GuestHandles.Subject) -> GuestLink.Outcome {
    .object(reference(to: handles.handle(for: subject)))
  }

  // MARK: Timers

  func makeTimer(
    _ call: ServiceCall, _ kind: GuestHandles.Timer.Kind
  ) throws(GuestException) -> GuestLink.Outcome {
    try call.require(kind == .timer ? 1...1 : 0...0)
    if kind == .timer, !(0...3).contains(try call.word(0)) {
      throw GuestException("ValueError", "invalid timer, must be Timer0 to Timer3")
    }
    return object(.timer(GuestHandles.Timer(kind: kind)))
  }

  private func timer(_ call: ServiceCall) throws(GuestException) -> GuestHandles.Timer {
    if call.request.object == 0 { try call.require(0...0, own: 1) }
    guard case .timer(let timer)? = handles[call.request.object] else {
      throw GuestException("ValueError", "there is no such timer")
    }
    return timer
  }

  /// Takes a period in ms, whether to repeat, a function; of a `machine.Timer` a mode comes first.
  func startTimer(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    var timer = try timer(call)
    let (period, isPeriodic, callback) = try timer.kind.settings(of: call)
    stop(&timer)
    timer.isMade = true
    defer { handles[call.request.object] = .timer(timer) }
    // The firmware takes what cannot be called, and calls nothing.
    if callback.function == nil, device.policy == .observed { return .int(0) }
    guard (1...Int(Int32.max)).contains(period), let function = callback.function else {
      throw GuestException(
        "ValueError", "a timer takes a period of 1 to \(Int32.max) ms and a function")
    }
    timer.number = device.startTimer(
      period: .milliseconds(period), isPeriodic: isPeriodic, function: function)
    if timer.number != nil { timerFunctions[function] = call.request.object }
    return .int(timer.number == nil ? -1 : 0)
  }

  func stopTimer(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    try call.require(0...0, own: 1)
    var timer = try timer(call)
    stop(&timer)
    handles[call.request.object] = .timer(timer)
    return .int(0)
  }

  /// `machine.Timer.__del__`.
  func deleteTimer(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    try call.require(0...0, own: 1)
    var timer = try timer(call)
    guard timer.isMade else { return .int(-1) }
    stop(&timer)
    timer.isMade = false
    handles[call.request.object] = .timer(timer)
    return .int(0)
  }

  private func stop(_ timer: inout GuestHandles.Timer) {
    timer.number.map(device.stopTimer)
    timer.number = nil
  }

  // MARK: The calendar

  var unixTime: Int { options.calendar.seconds(by: clock) }

  func makeCalendar(_ call: ServiceCall) throws(GuestException) -> GuestLink.Outcome {
    try call.require(0...1)
    return object(.calendar)
  }

  /// `RTC.datetime`: the fields of now, or sets them.
  func calendarFields(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    try call.require(0...1, own: 1)
    guard let fields = call.arguments.first, fields != .none else {
      return .tuple(LocalTime(unixTime: unixTime).fields.map { .int($0) })
    }
    return .int(try set(fields) ? 0 : -1)
  }

  /// `RTC.init`, which gives nothing.
  func setCalendar(_ call: ServiceCall) throws(GuestException) -> GuestValue {
    try call.require(1...1, own: 1)
    _ = try set(call.arguments[0])
    return .none
  }

  private func set(_ value: GuestValue) throws(GuestException) -> Bool {
    guard let fields = value.items else {
      throw GuestException("TypeError", "object '\(value.typeName)' isn't a tuple or list")
    }
    let numbers = fields.compactMap(\.integer)
    guard numbers.count == 8, let time = LocalTime(fields: numbers) else { return false }
    options.calendar.set(to: time.unixTime, by: clock)
    return true
  }

  // MARK: Faults

  func injectFault(_ call: ServiceCall) throws(GuestException) {
    do throws(Fault.Malformed) {
      try device.inject(call.arguments.first?.string ?? "")
    } catch {
      throw GuestException("ValueError", error.description)
    }
  }

  var faults: GuestValue {
    .list(device.injectedFaults.map { .tuple([.string("\($0.fault)"), .int($0.strikes)]) })
  }
}

extension GuestHandles.Timer.Kind {
  /// What a call of `start` asks for.
  fileprivate func settings(
    of call: ServiceCall
  ) throws(GuestException) -> (period: Int, isPeriodic: Bool, callback: GuestValue) {
    switch self {
    case .osTimer:
      try call.require(3...3, own: 1)
      return (try call.word(0), try call.word(1) != 0, call.arguments[2])
    case .timer:
      let values = try call.named([("mode", false), ("period", false), ("callback", false)])
      return (
        try values[1]?.requireWord() ?? 0, try values[0]?.requireWord() ?? 1 == 1,
        values[2] ?? .none
      )
    }
  }
}

extension GuestValue {
  fileprivate var items: [GuestValue]? {
    switch self {
    case .list(let values), .tuple(let values): values
    default: nil
    }
  }
}
