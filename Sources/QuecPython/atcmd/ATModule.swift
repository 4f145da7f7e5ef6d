import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `atcmd`: AT commands from a script.
struct ATModule: Peripheral {
  private var session = ATSession()

  init(on board: inout Board) {}

  static let methods: [String: MethodRows<ATModule>] = [
    "atcmd.sendSync": [
      "parameters": .when { ATLine($1.line) == nil || $1.line.last != newLine || $1.int(3) < 1 },
      "equipment": .never, "message": .never, "timeout": .never,
      "ok": .make { at, call, _, board in
        let response = at.session.run(ATLine(call.line)!, on: &board)
        at.session.receiver = nil
        board.powerRequest = response.action?.request ?? board.powerRequest
        let now = board.clock.now
        guard let row = response.row(including: call.string(2)) else {
          return .instead("timeout", until: now + .seconds(call.int(3)))
        }
        let bytes = Array(response.scriptText.prefix(call.room(1, upTo: .max)))
        return row == "ok"
          ? .fills(argument: 1, bytes, until: now)
          : .instead(row, fill: Reply.Fill(argument: 1, bytes: bytes), until: now)
      },
    ]
  ]

  private static let newLine: UInt8 = 10
}

extension Call {
  /// The line that it sends.
  fileprivate var line: [UInt8] { Array(string(0).utf8) }
}

extension ATChannel.Action {
  fileprivate var request: PowerRequest { self == .restart ? .restart(.reset) : .powerDown }
}

extension ATResponse {
  /// What a script gets: the information, or without any how the line has ended.
  fileprivate var scriptText: [UInt8] {
    let shown = lines.isEmpty || result != .ok ? [result.text] : lines
    return Array((shown.map { "\r\n\($0)\r\n" }.joined() + "\n").utf8)
  }

  /// The row that it comes to; nil where what the script waits for never comes.
  fileprivate func row(including text: String) -> String? {
    guard String(decoding: scriptText, as: UTF8.self).holds(text) else { return nil }
    switch result {
    case .ok: return "ok"
    case .error, .noCarrier: return "failed"
    case .equipment: return "equipment"
    case .message: return "message"
    case .prompt: return nil
    }
  }
}

extension String {
  fileprivate func holds(_ text: String) -> Bool { text.isEmpty || contains(text) }
}
