import AudioEngine
import DeviceEmulator
import JSONText

/// What a module goes through while its script runs, and what is expected of the run: a file of
/// `--scenario`, checked to its last word.
struct Scenario {
  /// Something that happens to the module at a time of its clock.
  struct Event {
    let time: Duration
    let action: Action
  }

  enum Action {
    /// Something outside of the module changes: what is on a pin, a voltage, a key.
    case world(WorldChange)
    case microphone(any Microphone)
    case fault(Fault)
    case powerCut
    /// A picture of what the display shows, into a file of this name.
    case screenshot(String)
    case modem(ModemChange)
  }

  /// What is different from now on about the SIM and the network.
  struct ModemChange {
    var values: [(input: WorldInput, value: GuestValue)] = []

    func apply(to world: inout World) {
      for (input, value) in values { _ = input.apply(value, to: &world) }
    }
  }

  /// Something that is to be true once the run is over.
  struct Expectation {
    let check: Check
    /// Where it stands: `file:line:column`.
    let place: String
  }

  enum Check {
    case consoleContains(String)
    case consoleLacks(String)
    case consoleMatches(Pattern)
    /// A call-back had these arguments, of which `"*"` stands for any.
    case callback([JSONNode])
    case file(String, size: Int?)
    case noFile(String)
  }

  /// In the order of their times; at the same time in the order of the file.
  let events: [Event]
  let expectations: [Expectation]

  /// Whether it makes files.
  var takesScreenshots: Bool {
    events.contains { if case .screenshot = $0.action { true } else { false } }
  }

  var changesMicrophone: Bool {
    events.contains { if case .microphone = $0.action { true } else { false } }
  }
}
