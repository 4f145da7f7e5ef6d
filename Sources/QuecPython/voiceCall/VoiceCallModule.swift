import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `voiceCall`: calls that come and go, without what is said in them.
struct VoiceCallModule: Peripheral {
  private var callback: Int?
  private var toneCallback: Int?
  private var hearsTones = false
  /// After how many seconds a call is answered by itself; 0 for never.
  private var answerSeconds = 0
  private var volume = 7
  /// What happens to calls that ring too long, by their ids.
  private var rings: [Int: [Alarm]] = [:]

  init(on board: inout Board) {}

  var functions: [Int?] { [callback, toneCallback] }
  var isWorking: Bool { !rings.isEmpty }
  var hearsWorld: Bool { callback != nil || toneCallback != nil }

  static let methods: [String: MethodRows<VoiceCallModule>] = [
    "voiceCall.setAutoAnswer": [
      "range": .when { !(0...255).contains($1.int(0)) },
      "ok": .act { voice, call, _ in voice.answerSeconds = call.int(0) },
    ],
    "voiceCall.callStart": calling { $0.dial($1.string(0)) },
    "voiceCall.callAnswer": calling { world, _ in world.answerCall() },
    "voiceCall.callEnd": calling { world, _ in world.endCalls() },
    "voiceCall.setCallback": [
      "ok": .act { voice, call, _ in voice.callback = call.arguments[0].function }
    ],
    "voiceCall.startDtmf": sendingTones, "voiceCall.dtmfDetEnable": switchingDetection,
    "voiceCall.dtmfSetCb": [
      "feature": .noDetection,
      "ok": .act { voice, call, _ in voice.toneCallback = call.arguments[0].function },
    ],
    "voiceCall.setFw": forwarding,
    "voiceCall.setChannel": [
      "channel": .when { !$2.profile.record.channels.map(\.rawValue).contains($1.int(0)) },
      "ok": .act { _, call, board in board.change { $0.modem.callChannel = call.int(0) } },
    ],
    "voiceCall.setVolume": [
      "range": .when { !(0...11).contains($1.int(0)) },
      "ok": .act { voice, call, _ in voice.volume = call.int(0) },
    ],
    "voiceCall.getVolume": ["ok": .make { voice, _, _, _ in .done(.int(voice.volume)) }],
  ]

  // MARK: Calls

  /// What does something about calls, if it can.
  private static func calling(
    _ act: @escaping @Sendable (inout World, Call) -> Bool
  ) -> MethodRows<VoiceCallModule> {
    [
      "ok": .make { _, call, _, board in
        board.change { act(&$0, call) } ? .done() : .instead("failed")
      }
    ]
  }

  mutating func worldChanged(from world: World, on board: inout Board) {
    if !board.world.modem.registration.isIn {
      _ = board.world.endCalls(.networkLost, byRemote: true)
    }
    let before = Dictionary(uniqueKeysWithValues: world.calls.map { ($0.id, $0.state) })
    let changed = board.world.calls.filter { $0.state != before[$0.id] }
    // A call that is held is told of after the one that takes its place.
    for call in changed.filter({ $0.state != .held }) + changed.filter({ $0.state == .held }) {
      board.tell(call, to: callback)
      follow(call, on: board)
    }
    board.world.calls.removeAll { $0.state == .ended }
    hearTones(on: &board)
  }

  /// Has a call that rings be answered in its time, or go where the network forwards it.
  private mutating func follow(_ call: VoiceCall, on board: Board) {
    rings.removeValue(forKey: call.id)?.forEach(board.clock.cancel)
    guard call.state.rings else { return }
    var alarms: [Alarm] = []
    if answerSeconds > 0 {
      alarms.append(alarm(after: answerSeconds, on: board) { _ = $0.answerCall() })
    }
    if board.world.forwards(.noReply) {
      alarms.append(
        alarm(after: Self.noReplySeconds, on: board) { world in
          world.network.forwardedCalls.append(call.number)
          world.end(call.id)
        })
    }
    if !alarms.isEmpty { rings[call.id] = alarms }
  }

  /// How long a network lets a telephone ring before it forwards the call (3GPP TS 22.082).
  private static let noReplySeconds = 20

  private func alarm(
    after seconds: Int, on board: Board, _ change: @escaping @Sendable (inout World) -> Void
  ) -> Alarm {
    board.alarm(at: board.clock.now + .seconds(seconds)) { (_: inout VoiceCallModule, board) in
      board.change(change)
    }
  }

  mutating func end(_ end: PowerEnd, on board: inout Board) {
    for alarms in rings.values { alarms.forEach(board.clock.cancel) }
    rings = [:]
    board.world.calls = []
    board.world.modem.callChannel = 0
  }

  // MARK: Tones

  private static let sendingTones: MethodRows<VoiceCallModule> = [
    "duration": .when { !(100...1000).contains($1.int(1)) },
    "failed": .when { !$1.string(0).isTones || !$2.world.calls.contains { $0.state == .active } },
    "ok": .act { _, call, board in board.change { $0.network.sentTones += call.string(0) } },
  ]

  private static let switchingDetection: MethodRows<VoiceCallModule> = [
    "feature": .noDetection, "enable": .when { !(0...1).contains($1.int(0)) },
    "ok": .act { voice, call, _ in voice.hearsTones = call.int(0) == 1 },
  ]

  private func hearTones(on board: inout Board) {
    let keys = board.world.network.pressedKeys
    board.world.network.pressedKeys = ""
    guard hearsTones else { return }
    for key in keys {
      board.tell(
        toneCallback, of: "voiceCall.dtmfSetCb.pressed", ["{key}": .string(String(key))])
    }
  }

  // MARK: Forwarding

  private static let forwarding: MethodRows<VoiceCallModule> = [
    "ok": .make { _, call, _, board in
      guard let reason = CallForwarding.Reason(rawValue: call.int(0)),
        let mode = ForwardingMode(rawValue: call.int(1)),
        board.change({ $0.forward(reason, mode, to: call.string(2)) })
      else { return .instead("failed") }
      return .done()
    }
  ]
}

/// What is done about the forwarding of calls (3GPP TS 27.007).
private enum ForwardingMode: Int {
  case disable, enable, query, register, erase
}

extension World {
  /// Has the network do something about the forwarding of calls; false if it cannot.
  fileprivate mutating func forward(
    _ reason: CallForwarding.Reason, _ mode: ForwardingMode, to number: String
  ) -> Bool {
    guard modem.registration.isIn else { return false }
    switch mode {
    case .query: return true
    case .erase: network.forwarding[reason] = nil
    case .register:
      guard !number.isEmpty else { return false }
      network.forwarding[reason] = CallForwarding(number: number, isActive: true)
    case .enable, .disable:
      guard network.forwarding[reason] != nil else { return mode == .disable }
      network.forwarding[reason]?.isActive = mode == .enable
    }
    return true
  }
}

extension Row<VoiceCallModule> {
  /// The page names the series that hear tones: those of one chip.
  fileprivate static var noDetection: Row { .when { $2.profile.platform != "ASR1603" } }
}

extension String {
  fileprivate var isTones: Bool {
    (1...32).contains(utf8.count) && allSatisfy { "0123456789ABCD*#".contains($0) }
  }
}

extension Board {
  /// Tells a script of a call's new state.
  fileprivate mutating func tell(_ call: VoiceCall, to callback: Int?) {
    let isVoLTE = world.network.technology == MobileNetwork.lte
    guard let row = isVoLTE ? "voiceCall.setCallback.volte" : call.row else { return }
    tell(
      callback, of: row,
      [
        "{event}": .int(call.volteEvent), "{id}": .int(call.id), "{number}": .string(call.number),
        "{direction}": call.isIncoming ? 1 : 0, "{state}": .int(call.state.rawValue),
        "{type}": .int(call.number.typeOfNumber), "{cause}": .int(call.cause.rawValue),
        "{release}": call.isEndedByRemote ? 1 : 0,
      ])
  }
}

extension VoiceCall {
  fileprivate var volteEvent: Int {
    switch state {
    case .incoming: 10
    case .active: 11
    case .ended: 12
    case .waiting: 13
    case .dialling: 14
    case .alerting: 15
    case .held: 16
    }
  }

  /// The call-back where calls go another way than over LTE; nil for what is not told there.
  fileprivate var row: CallbackRow? {
    switch state {
    case .incoming: "voiceCall.setCallback.ringing"
    case .active: "voiceCall.setCallback.connected"
    case .ended where !isIncoming && cause == .busy: "voiceCall.setCallback.dialFailed"
    case .ended: "voiceCall.setCallback.ended"
    case .waiting: "voiceCall.setCallback.waiting"
    case .dialling: "voiceCall.setCallback.dialling"
    case .held: "voiceCall.setCallback.held"
    case .alerting: nil
    }
  }
}
