import AudioEngine
import EmulatedTime
import ModuleProfiles

/// What all peripherals of one device share.
struct Board {
  let profile: ModuleProfile
  let policy: Policy
  let clock: any DeviceClock
  let files: ScriptFiles
  let microphone: any Microphone
  let faults: FaultLedger
  /// The table that says what calls and callbacks come to; read when the first of them asks.
  let outcomes: @Sendable () -> OutcomeTable
  private(set) lazy var callbacks = Callbacks(outcomes(), policy)
  /// Where played audio goes, and who speaks.
  var loudspeaker: Loudspeaker
  var events: EventQueue
  var timers: TimerPool
  /// Sets an alarm that will come back to the device with its purpose.
  let alarm: @Sendable (_ due: Duration, AlarmPurpose) -> Alarm
  /// Whether the person at the host wants to hear of errors alone.
  let isQuiet: Bool
  /// What the person at the host should be told once nobody holds the device any more.
  var notices: [String] = []
  /// What was told, of that which is told once.
  var told: Set<String> = []
  /// On which channel scripts have made an object last, by its constructor.
  var usedChannels: [DeviceMethod: AudioChannel] = [:]

  /// Calls a script's function back as the outcome table says, if there is one.
  ///
  /// - Parameter places: What has happened, for the places that the table leaves for it.
  mutating func tell(
    _ function: Int?, of row: CallbackRow, _ places: [String: GuestValue] = [:]
  ) {
    if let value = callbacks[row] { post(function, value.filled(places)) }
  }

  /// Queues a call of a script's function, if there is one.
  mutating func post(_ function: Int?, _ arguments: GuestValue...) {
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

/// Why an alarm was set.
enum AlarmPurpose: Equatable, Sendable {
  /// Audio has arrived at the recorder. The number tells one recording from the next.
  case recording(Int)
  /// The timer of this number, with which the observed firmware ends a recording, is due.
  case recordingLimit(Int)
  /// The loudspeaker takes the next piece. The number tells one sound from the next.
  case playing(Int)
  /// A timer of the script is due.
  case timer(Int)
}
