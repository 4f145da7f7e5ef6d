import AudioEngine
import FlashStorage
import ModuleProfiles

/// The peripherals of one device and what they share; all of it changes under one lock.
struct DeviceState {
  var board: Board
  private var recorder = Recorder()
  private var player = AudioPlayer()
  private var speech = SpeechPlayer()
  private let recordRules: RuleTable<RecordRow>
  private let audioRules: RuleTable<AudioRow>
  private let speechRules: RuleTable<SpeechRow>

  init(board: Board, outcomes: OutcomeTable) {
    self.board = board
    recordRules = RuleTable(outcomes, policy: board.policy)
    audioRules = RuleTable(outcomes, policy: board.policy)
    speechRules = RuleTable(outcomes, policy: board.policy)
  }

  // MARK: The gate

  /// The only place where a profile and the outcome table decide what a call does.
  mutating func answer(_ call: Call) throws(HostFailure) -> Result<GuestValue, GuestException> {
    switch board.profile.availability(of: call.method) {
    case .missing: return .failure(.noAttribute(call.method))
    case .answers(let status): return .success(.int(status))
    case .works: break
    }
    switch call.method.peripheral {
    case .record: return try Self.decide(&recorder, recordRules, call, &board)
    case .audio: return try Self.decide(&player, audioRules, call, &board)
    case .tts: return try Self.decide(&speech, speechRules, call, &board)
    }
  }

  // A static function, so that a peripheral and the board can both be changed at once.
  private static func decide<P: Peripheral>(
    _ peripheral: inout P, _ table: RuleTable<P.Row>, _ call: Call, _ board: inout Board
  ) throws(HostFailure) -> Result<GuestValue, GuestException> {
    let rules = table[call.method]
    if let object = call.object, !(0..<peripheral.objectCount).contains(object.number) {
      return .failure(GuestException("ValueError", "no such object"))
    }
    for rule in rules where peripheral.applies(rule.row, to: call, on: board) {
      if case .missing = rule.outcome.effect { return answer(rule.outcome, to: call) }
      switch try peripheral.perform(
        rule.row, making: rule.outcome.product, for: call, on: &board)
      {
      case .done(let made):
        return answer(rule.outcome, made: made, mismatch: peripheral.mismatch(of: call), to: call)
      case .instead(let rows):
        let other = rows.lazy.compactMap { row in rules.first { $0.row == row } }.first
        return answer(other!.outcome, to: call)
      }
    }
    preconditionFailure("the last row of \(call.method.rawValue) applies to every call")
  }

  /// Turns an outcome into what the script sees.
  private static func answer(
    _ outcome: Outcome, made: GuestValue? = nil, mismatch: String? = nil, to call: Call
  ) -> Result<GuestValue, GuestException> {
    switch outcome.effect {
    case .returns(let value): return .success(value)
    case .makes: return .success(made ?? .none)
    case .missing: return .failure(.noAttribute(call.method))
    case .raises(let type, let text):
      let text =
        text == "{mismatch}"
        ? mismatch ?? "" : fill(text, device: call.arguments.first?.integer ?? 0)
      return .failure(GuestException(type, text))
    }
  }

  /// Puts the device's number where the table's text leaves room for it.
  private static func fill(_ text: String, device: Int) -> String {
    let place = "{device}"
    guard let start = text.indices.first(where: { text[$0...].hasPrefix(place) }) else {
      return text
    }
    return text[..<start] + String(device) + text[start...].dropFirst(place.count)
  }

  /// Methods that no script finds: by the profile, or because the policy's first row says so.
  var missingMethods: [DeviceMethod] {
    DeviceMethod.allCases.filter { method in
      if board.profile.availability(of: method) == .missing { return true }
      guard method.peripheral == .record, let first = recordRules[method].first,
        case .missing = first.outcome.effect
      else { return false }
      let probe = Call(method: method, object: PeripheralID(0), arguments: [], heapFree: .max)
      return recorder.applies(first.row, to: probe, on: board)
    }
  }

  // MARK: Time

  mutating func ring(_ purpose: AlarmPurpose) {
    switch purpose {
    case .recording(let number): recorder.advance(number, on: &board)
    case .recorderIdle: recorder.stopPretending()
    case .playing(let id): Loudspeaker.advance(id, &board)
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
    Loudspeaker.stopAll(&board)
  }
}
