import AudioEngine
import FlashStorage
import ModuleProfiles

/// The peripherals of one device and what they share; all of it changes under one lock.
struct DeviceState {
  var board: Board
  private var recorder = Recorder()
  private var player = AudioPlayer()
  private var speech = SpeechPlayer()
  private let gates: [DeviceMethod: Gate]

  init(board: Board, outcomes: OutcomeTable) {
    self.board = board
    var gates: [DeviceMethod: Gate] = [:]
    for method in DeviceMethod.allCases {
      gates[method] = Gate(method, on: board.profile, board.policy, outcomes)
    }
    self.gates = gates
  }

  // MARK: The gate

  /// The only place where a profile and the outcome table decide what a call does.
  mutating func answer(
    _ call: Call
  ) throws(HostFailure) -> Result<GuestValue, GuestException> {
    switch gates[call.method] {
    case nil, .missing: return .failure(.noAttribute(call.method))
    case .answers(let status): return .success(.int(status))
    case .record(let rules): return try Self.decide(&recorder, rules, call, &board)
    case .audio(let rules): return try Self.decide(&player, rules, call, &board)
    case .speech(let rules): return try Self.decide(&speech, rules, call, &board)
    }
  }

  // A static function, so that a peripheral and the board can both be changed at once.
  private static func decide<P: Peripheral>(
    _ peripheral: inout P, _ rules: Rules<P.Row>, _ call: Call, _ board: inout Board
  ) throws(HostFailure) -> Result<GuestValue, GuestException> {
    let exists = call.object.map { (0..<peripheral.objectCount).contains($0.number) } ?? false
    guard exists || call.method.isConstructor else {
      return .failure(GuestException("ValueError", "no such object"))
    }
    for (row, outcome) in rules.rows
    where peripheral.applies(row, to: call, on: board)
      || board.fails(peripheral.fault(of: row), with: outcome)
    {
      switch try peripheral.perform(row, making: outcome.product, for: call, on: &board) {
      case .done(let made): return outcome.answer(to: call, made: made)
      case .instead(let rows):
        guard let other = rules.outcome(ofFirst: rows) else { continue }
        return other.answer(to: call, made: nil)
      }
    }
    preconditionFailure("the last row of \(call.method.rawValue) applies to every call")
  }

  /// Methods that no script finds: by the profile, or because the policy says so of models without
  /// the feature. Methods of which nobody has written down what they do are not among them.
  var missingMethods: [DeviceMethod] {
    DeviceMethod.allCases.filter { method in
      switch gates[method] {
      case .missing: return true
      case .record(let rules):
        guard let (row, outcome) = rules.rows.first, outcome.effect == .missing else {
          return false
        }
        let probe = Call(method: method, object: nil, arguments: [], heapFree: .max)
        return recorder.applies(row, to: probe, on: board)
      default: return false
      }
    }
  }

  // MARK: Time

  mutating func ring(_ purpose: AlarmPurpose) {
    switch purpose {
    case .recording(let number): recorder.advance(number, on: &board)
    case .recorderIdle: recorder.stopPretending(on: board)
    case .playing(let number): board.advancePlaying(number)
    case .timer(let number):
      let function = board.timers.fire(number, alarm: board.alarm)
      board.post(function)
    }
  }

  var isWorking: Bool {
    recorder.hasEnd || board.loudspeaker.isPlaying || board.timers.isRunning
  }

  mutating func powerDown() {
    recorder.stop(on: &board)
    silence()
  }

  /// Ends all that goes on, and then all is as at power-on.
  mutating func restart() {
    recorder.stop(on: &board)
    quieten()
    board.loudspeaker.restart()
    (recorder, player, speech) = (Recorder(), AudioPlayer(), SpeechPlayer())
    board.events = EventQueue(capacity: board.profile.limits.eventQueue)
    board.timers = TimerPool(capacity: board.profile.limits.timers)
  }

  mutating func cutPower() {
    recorder.abandon(on: board)
    silence()
  }

  /// Ends all but the recorder, for good.
  private mutating func silence() {
    quieten()
    board.closeLoudspeaker()
  }

  private mutating func quieten() {
    board.stopPlaying()
    board.timers.stopAll(clock: board.clock)
  }
}
