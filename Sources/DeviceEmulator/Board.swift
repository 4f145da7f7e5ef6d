import AudioEngine
import EmulatedTime
import ModuleProfiles

/// What all peripherals of one device share.
struct Board {
  let profile: ModuleProfile
  /// The module's IMEI.
  let serialNumber: String
  let policy: Policy
  let clock: any DeviceClock
  let files: ScriptFiles
  let microphone: any Microphone
  let faults: FaultLedger
  /// The table that says what calls and callbacks of a class come to.
  let outcomes: @Sendable (_ className: Substring) -> OutcomeTable
  /// Where played audio goes.
  let output: any AudioOutput
  /// Who speaks.
  let voice: any Voice
  /// Who reads JPEG files.
  let photos: any PhotoReader
  var events: EventQueue
  /// What is outside of the module.
  var world = World()
  /// What it was before the change that those who are told of it have not heard of yet.
  var worldBefore: World?
  /// What outlasts everything.
  let secureArea: SecureArea
  /// What the modem keeps over a restart.
  var memory = ModemMemory()
  /// What a script's call does to the module's power, once it has been answered.
  var powerRequest: PowerRequest?
  var timers: TimerPool
  var calendar = RealTimeClock()
  var powerOnReason = PowerOnReason.powerKey
  /// Has the device's state changed when a time has come.
  let atTime: @Sendable (_ due: Duration, @escaping @Sendable (inout DeviceState) -> Void) -> Alarm
  /// Whether the person at the host wants to hear of errors alone.
  let isQuiet: Bool
  /// What the person at the host should be told once nobody holds the device any more.
  var notices: [String] = []
  /// What was told, of that which is told once.
  var told: Set<String> = []

  /// Sets an alarm at which a peripheral acts.
  func alarm<P: Peripheral>(
    at due: Duration, _ act: @escaping @Sendable (inout P, inout Board) -> Void
  ) -> Alarm {
    atTime(due) { $0.with(act) }
  }

  /// Sets an alarm at which a script's timer fires.
  private var timerAlarm: (_ due: Duration, _ number: Int) -> Alarm {
    { [atTime] due, number in atTime(due) { $0.board.fireTimer(number) } }
  }

  fileprivate mutating func fireTimer(_ number: Int) {
    guard let call = timers.fire(number, alarm: timerAlarm) else { return }
    post(call.function, call.arguments)
  }

  /// Starts a script's timer; nil if none is free.
  mutating func startTimer(_ period: Duration, _ call: TimerCall) -> Int? {
    timers.start(period: period, call, clock: clock, alarm: timerAlarm)
  }

  /// Stops a timer, if it runs.
  mutating func stopTimer(_ number: Int?) {
    if let number { timers.stop(number, clock: clock) }
  }

  /// Seconds since 1970 by the module's calendar.
  var unixTime: Int { calendar.seconds(by: clock) }

  /// Calls a script's function back as the outcome table says, if there is one.
  ///
  /// - Parameter places: What has happened, for the places that the table leaves for it.
  mutating func tell(
    _ function: Int?, of row: CallbackRow, _ places: [String: GuestValue] = [:]
  ) {
    guard function != nil,
      let value = outcomes(row.method.className).callback(row, under: policy)
    else { return }
    post(function, [value.filled(places)])
  }

  /// Queues a call of a script's function, if there is one.
  mutating func post(_ function: Int?, _ arguments: [GuestValue]) {
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
  var encoderFault: RecordingSession.EncoderFault {
    { [faults] frame in
      guard faults.strikes(.encoder, .heard(.milliseconds(20) * frame)) else { return nil }
      return .codec("the encoder refuses a frame: the fault what=encoder was injected")
    }
  }
}

/// What a script can do to the module's power.
package enum PowerRequest: Sendable { case restart, powerDown }
