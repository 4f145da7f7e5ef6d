package import AudioEngine
package import EmulatedTime
package import ModuleProfiles

/// What all peripherals of one device share.
package struct Board {
  package let profile: ModuleProfile
  /// The module's IMEI.
  package let serialNumber: String
  package let policy: Policy
  package let clock: any DeviceClock
  package let files: ScriptFiles
  package let microphone: any Microphone
  package let faults: FaultLedger
  /// The table that says what calls and callbacks of a class come to.
  package let outcomes: @Sendable (_ className: Substring) -> OutcomeTable
  /// Where played audio goes.
  package let output: any AudioOutput
  /// Who speaks.
  package let voice: any Voice
  /// Who reads JPEG files.
  package let photos: any PhotoReader
  package var events: EventQueue
  /// What is outside of the module.
  package var world = World()
  /// What it was before the change that those who are told of it have not heard of yet.
  var worldBefore: World?
  /// What outlasts everything.
  package let secureArea: SecureArea
  /// What the modem keeps over a restart.
  package var memory = ModemMemory()
  /// What is to be done to the module's power as soon as nothing acts: after a script's call, or an alarm.
  package var powerRequest: PowerRequest?
  package var timers: TimerPool
  /// How long the device has been in its low-power mode since its start.
  package var sleepTime = Duration.zero
  package var calendar = RealTimeClock()
  package var powerOnReason = PowerOnReason.powerKey
  /// Has something done when a time has come.
  let atTime: @Sendable (_ due: Duration, @escaping Act) -> Alarm
  /// What of the host's is wired to serial ports, by their numbers.
  package var serialLines: [Int: @Sendable ([UInt8]) -> Void] = [:]
  /// Whether the person at the host wants to hear of errors alone.
  package let isQuiet: Bool
  /// What the person at the host should be told once nobody holds the device any more.
  package var notices: [String] = []
  /// What was told, of that which is told once.
  var told: Set<String> = []

  /// What is done at an alarm: to the board, or to what stands on it under the type of a peripheral.
  typealias Act =
    @Sendable (inout Board, _ standing: (ObjectIdentifier) -> AnyObject?) -> Void

  /// Sets an alarm at which a script's timer fires.
  private var timerAlarm: (_ due: Duration, _ number: Int) -> Alarm {
    { [atTime] due, number in atTime(due) { board, _ in board.fireTimer(number) } }
  }

  fileprivate mutating func fireTimer(_ number: Int) {
    guard let call = timers.fire(number, alarm: timerAlarm) else { return }
    post(call.function, call.arguments)
  }

  /// Starts a script's timer; nil if none is free.
  package mutating func startTimer(_ period: Duration, _ call: TimerCall) -> Int? {
    timers.start(period: period, call, clock: clock, alarm: timerAlarm)
  }

  /// Stops a timer, if it runs.
  package mutating func stopTimer(_ number: Int?) {
    if let number { timers.stop(number, clock: clock) }
  }

  /// Seconds since 1970 by the module's calendar.
  package var unixTime: Int { calendar.seconds(by: clock) }

  /// The local time by the module's calendar.
  package var localTime: LocalTime { LocalTime(unixTime: unixTime, zone: calendar.zone) }

  /// Calls a script's function back as the outcome table says, if there is one.
  ///
  /// - Parameter places: What has happened, for the places that the table leaves for it.
  package mutating func tell(
    _ function: Int?, of row: CallbackRow, _ places: [String: GuestValue] = [:]
  ) {
    guard function != nil,
      let value = outcomes(row.method.className).callback(row, under: policy)
    else { return }
    post(function, [value.filled(places)])
  }

  /// Queues a call of a script's function, if there is one.
  package mutating func post(_ function: Int?, _ arguments: [GuestValue]) {
    guard let function else { return }
    guard !faults.strikes(.callbackOverflow) else { return events.drop() }
    let isQueued = events.post(DeviceEvent(function: function, arguments: arguments))
    if !isQueued, events.dropped == 1 {
      remark(
        "the script does not run its callbacks: \(events.capacity) wait, and what comes is dropped")
    }
  }

  /// Whether a fault makes a row apply: only one that is a failure, and not one where the call makes
  /// its value all the same.
  func fails(_ fault: Fault.What?, with outcome: Outcome) -> Bool {
    guard let fault, outcome.product == nil else { return false }
    return faults.strikes(fault)
  }

  /// Asks before each 20 ms of a recording whether the encoder fails.
  package var encoderFault: RecordingSession.EncoderFault {
    { [faults] frame in
      guard faults.strikes(.encoder, .heard(.milliseconds(20) * frame)) else { return nil }
      return .codec("the encoder refuses a frame: the fault what=encoder was injected")
    }
  }
}

/// Why the module is on, by the numbers that scripts are told.
package enum PowerOnReason: Int, Sendable {
  case powerKey = 1
  case reset = 2
  case watchdog = 5
}

/// What a script can do to the module's power, or the module itself.
package enum PowerRequest: Equatable, Sendable {
  case restart(PowerOnReason)
  case powerDown
}

extension Board {
  /// Changes the world; those who are told of it hear it after the call.
  package mutating func change<Result>(_ change: (inout World) -> Result) -> Result {
    worldBefore = worldBefore ?? world
    return change(&world)
  }
}
