import AudioEngine
import FlashStorage
import ModuleProfiles

/// The peripherals of one device and what they share; all of it changes under one lock.
struct DeviceState {
  var board: Board
  private var recorder = Recorder()
  private var player = AudioPlayer()
  private var speech = SpeechPlayer()
  private lazy var gates = {
    let outcomes = board.outcomes()
    return DeviceMethod.allCases.reduce(into: [DeviceMethod: Gate]()) {
      $0[$1] = Gate($1, on: board.profile, board.policy, outcomes)
    }
  }()

  init(board: Board) { self.board = board }

  // MARK: The gate

  /// The only place where a profile and the outcome table decide what a call does.
  mutating func answer(_ call: Call) throws(HostFailure) -> Reply {
    switch gates[call.method] {
    case nil: return Reply(.failure(.noAttribute(call.method)))
    case .missing:
      board.explainMissing(call.method)
      return Reply(.failure(.noAttribute(call.method)))
    case .answers(let status):
      let answer = Result<GuestValue, GuestException>.success(.int(status))
      if let failure = call.failure(answer) {
        board.remarkOnce("\(failure): \(board.profile.reason(for: call.method))")
      }
      return Reply(answer)
    case .record(let rules): return try Self.decide(&recorder, rules, call, &board)
    case .audio(let rules): return try Self.decide(&player, rules, call, &board)
    case .speech(let rules): return try Self.decide(&speech, rules, call, &board)
    }
  }

  // A static function, so that a peripheral and the board can both be changed at once.
  private static func decide<P: Peripheral>(
    _ peripheral: inout P, _ rules: Rules<P.Row>, _ call: Call, _ board: inout Board
  ) throws(HostFailure) -> Reply {
    let exists = call.object.map { (0..<peripheral.objectCount).contains($0.number) } ?? false
    guard exists || call.method.isConstructor else {
      return Reply(.failure(GuestException("ValueError", "no such object")))
    }
    if let row = board.faults.refusal(of: call.method, among: { rules.refusals[$0] != nil }) {
      return Reply(rules.refusals[row]!.answer(to: call, made: nil), injectedRow: row)
    }
    for (row, outcome) in rules.rows {
      let holds = peripheral.applies(row, to: call, on: board)
      guard holds || board.fails(peripheral.fault(of: row), with: outcome) else { continue }
      switch try peripheral.perform(row, making: outcome.product, for: call, on: &board) {
      case .done(let made):
        let answer = outcome.answer(to: call, made: made)
        if case .object = made { board.noteChannel(of: call) }
        if holds, let failure = call.failure(answer) {
          if outcome.effect == .missing {
            board.explainMissing(call.method)
          } else if let lack = peripheral.lack(behind: row, of: call, on: board) {
            board.remarkOnce("\(failure): \(lack)")
          }
        }
        return Reply(answer)
      case .instead(let rows):
        guard let other = rules.outcome(ofFirst: rows) else { continue }
        return Reply(other.answer(to: call, made: nil))
      }
    }
    preconditionFailure("the last row of \(call.method.rawValue) applies to every call")
  }

  /// Methods that no script finds: by the profile, or because the policy says so of models without
  /// the feature. Methods of which nobody has written down what they do are not among them.
  var missingMethods: [DeviceMethod] {
    mutating get { DeviceMethod.allCases.filter { isMissing($0) } }
  }

  private mutating func isMissing(_ method: DeviceMethod) -> Bool {
    switch gates[method] {
    case .missing: return true
    case .record(let rules):
      guard let (row, outcome) = rules.rows.first, outcome.effect == .missing else { return false }
      return recorder.applies(row, to: Call(method, []), on: board)
    default: return false
    }
  }

  // MARK: Time

  mutating func ring(_ purpose: AlarmPurpose) {
    switch purpose {
    case .recording(let number): recorder.advance(number, on: &board)
    case .recordingLimit(let number): recorder.reachLimit(number, on: &board)
    case .playing(let number): board.advancePlaying(number)
    case .timer(let number):
      let function = board.timers.fire(number, alarm: board.alarm)
      board.post(function)
    }
  }

  /// The functions of the script that the device may call.
  var heldFunctions: Set<Int> {
    let slots = [
      recorder.callback, board.loudspeaker.audio.function, board.loudspeaker.speech.function,
      board.loudspeaker.amplifierFunction,
    ]
    return Set(slots.compactMap { $0 } + board.timers.functions + board.events.functions)
  }

  var isWorking: Bool {
    recorder.hasEnd || board.loudspeaker.isPlaying || board.timers.isRunning
  }

  mutating func powerDown() {
    recorder.shutDown(on: &board)
    silence()
  }

  /// Ends all that goes on, and then all is as at power-on.
  mutating func restart() {
    recorder.shutDown(on: &board)
    quieten()
    board.loudspeaker.restart()
    (recorder, player, speech) = (Recorder(), AudioPlayer(), SpeechPlayer())
    board.usedChannels = [:]
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
    board.quieten()
    board.timers.stopAll(clock: board.clock)
  }
}
