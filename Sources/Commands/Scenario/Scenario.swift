import AudioEngine
import DeviceEmulator
import JSONText

/// What a module goes through while its script runs, and what is expected of the run: a file of
/// `--scenario`, checked to its last word.
struct Scenario {
  /// Something that happens to the module: at a time of its clock, or so long after what it waits for.
  struct Event {
    let trigger: Trigger?
    let time: Duration
    let action: Action
  }

  /// What the script does that an event waits for.
  struct Trigger {
    enum What {
      /// It prints a text.
      case console(String)
      /// It makes a call.
      case call(CallPattern)
      /// It runs a call-back with these arguments, of which `"*"` stands for any.
      case callback([JSONNode])
    }

    let what: What
    /// The how many-eth time of that it is.
    let count: Int
  }

  /// Calls of one method; with nil any arguments and answers will do, as with `"*"` in their place.
  struct CallPattern {
    let method: String
    let arguments: [JSONNode]?
    let answer: JSONNode?
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
    case call(CallPattern)
    case file(String, size: Int?)
    case noFile(String)
    /// The module has sent a short message with this text, to this number or anybody.
    case message(String, to: String?)
    /// The module has sent these tones in calls.
    case tones(String)
  }

  /// In the order of their times; at the same time in the order of the file. Those that wait come last.
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
