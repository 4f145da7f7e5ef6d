import DeviceEmulator
import ModuleProfiles

/// What each AT command answers, as a table.
struct ATCommands: Sendable {
  let identity: ModuleIdentity
  let serialNumber: String

  private typealias Body = @Sendable (ATCommands, ModemStatus) -> ATChannel.Answer

  /// By the command as it is sent, without AT and blanks.
  private static let table: [String: Body] = [
    "I": { module, _ in
      .ok(["Quectel\r\n\(module.identity.nodename)\r\nRevision: \(module.identity.firmware)"])
    },
    "+CGMI": { _, _ in .ok(["Quectel"]) },
    "+CGMM": { module, _ in .ok([module.identity.nodename]) },
    "+CGMR": { module, _ in .ok([module.identity.firmware]) },
    "+CGSN": { module, _ in .ok([module.serialNumber]) },
    "+CSQ": { _, status in .ok(["+CSQ: \(status.heardSignal),99"]) },
    "+CSQ=?": { _, _ in .ok(["+CSQ: (0-31,99),(0-7,99)"]) },
    "+CPIN?": { _, status in
      switch status.sim {
      case .ready: .ok(["+CPIN: READY"])
      case .locked: .ok(["+CPIN: SIM PIN"])
      case .puk: .ok(["+CPIN: SIM PUK"])
      case .blocked: .failure(13)
      case .absent: .failure(10)
      }
    },
    "+CREG?": { _, status in .ok(["+CREG: 0,\(status.registration.number)"]) },
    "+CREG=?": { _, _ in .ok(["+CREG: (0-2)"]) },
    "+QPOWD": powerDown, "+QPOWD=0": powerDown, "+QPOWD=1": powerDown,
    "+QPOWD=?": { _, _ in .ok(["+QPOWD: (0,1)"]) },
    "+QRST": restart, "+QRST=1": restart, "+QRST=1,0": restart,
  ]

  private static let powerDown: Body = { _, _ in .act(.powerDown, then: ["POWERED DOWN"]) }
  private static let restart: Body = { _, _ in .act(.restart, then: []) }

  /// The test forms of all extended commands: such as +CPIN=?.
  private static let testForms = Set(
    table.keys.filter { $0.hasPrefix("+") }.map { $0.prefix { !"?=".contains($0) } + "=?" })

  /// What a command comes to; a test form without a row of its own tells that the command is there.
  func answer(_ command: String, _ status: ModemStatus) -> ATChannel.Answer {
    if let body = Self.table[command] { return body(self, status) }
    return Self.testForms.contains(command[...]) ? .ok() : .error
  }
}
