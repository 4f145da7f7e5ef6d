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
  /// Where played audio goes, and who speaks.
  var loudspeaker: Loudspeaker
  var events: EventQueue
  var timers: TimerPool
  /// Sets an alarm that will come back to the device with its purpose.
  let alarm: @Sendable (_ due: Duration, AlarmPurpose) -> Alarm
  /// What the person at the host should be told once nobody holds the device any more.
  var notices: [String] = []

  /// Queues a call of a script's function, if there is one.
  mutating func post(_ function: Int?, _ arguments: GuestValue...) {
    guard let function else { return }
    let isQueued = events.post(DeviceEvent(function: function, arguments: arguments))
    if !isQueued, events.dropped == 1 {
      notices.append(
        "the script does not run its callbacks: \(events.capacity) wait, and what comes is dropped")
    }
  }
}

/// Why an alarm was set.
enum AlarmPurpose: Equatable, Sendable {
  /// Audio has arrived at the recorder. The number tells one recording from the next.
  case recording(Int)
  /// The observed recorder stops pretending to be busy.
  case recorderIdle
  /// The loudspeaker takes the next piece. The number tells one sound from the next.
  case playing(Int)
  /// A timer of the script is due.
  case timer(Int)
}
