import DeviceEmulator
import ModuleProfiles
import QuecPython
import Testing

@Suite("AT commands")
struct ATChannelTests {
  private static func channel() throws -> ATChannel {
    let identity = try ProfileSelection.named("EC600N").resolve().identity
    return ATChannel(identity, serialNumber: identity.serialNumber(seed: 1))
  }

  /// What is sent and what comes back, without the echo.
  static let lines: [(sent: String, reply: String)] = [
    ("AT\r", "\r\nOK\r\n"), ("at\r\n", "\r\nOK\r\n"),
    (
      "ATI\r",
      "\r\nQuectel\r\nEC600N\r\nRevision: EC600NCNLCR03A01M08_OCPU_QPY\r\n\r\nOK\r\n"
    ),
    ("AT+CGMI\r", "\r\nQuectel\r\n\r\nOK\r\n"), ("AT+CGMM\r", "\r\nEC600N\r\n\r\nOK\r\n"),
    ("AT+CGMR\r", "\r\nEC600NCNLCR03A01M08_OCPU_QPY\r\n\r\nOK\r\n"),
    ("AT+CSQ\r", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"),
    ("AT + cs q\r", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"),
    ("AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"),
    ("AT+CREG?\r", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
    ("AT+CGSN=?\r", "\r\nOK\r\n"), ("AT+CREG=?\r", "\r\n+CREG: (0-2)\r\n\r\nOK\r\n"),
    ("AT+CPIN=?\r", "\r\nOK\r\n"), ("AT+QRST=?\r", "\r\nOK\r\n"),
    ("AT+CREG?=?\r", "\r\nERROR\r\n"), ("AT+CSQ=?=?\r", "\r\nERROR\r\n"),
    ("AT+CSQ;+CREG?\r", "\r\n+CSQ: 24,99\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
    ("AT+CSX\u{8}Q\r", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"),
    ("AT+NO\r", "\r\nERROR\r\n"), ("AT+CSQ;+NO;+CREG?\r", "\r\n+CSQ: 24,99\r\n\r\nERROR\r\n"),
    ("hello\r", ""), ("\r\r", ""), ("AT\u{0}\r", "\r\nOK\r\n"),
    ("AT+CREG?\rA/", "\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
    ("AT" + String(repeating: "+", count: 600) + "\rAT\r", "\r\nERROR\r\n\r\nOK\r\n"),
    (
      "AT\rAT+CSQ" + String(repeating: " ", count: 600) + "\rA/",
      "\r\nOK\r\n\r\nERROR\r\n\r\nOK\r\n"
    ),
    (
      "AT" + String(repeating: "+", count: 600) + String(repeating: "\u{8}", count: 600)
        + "A/AT\r", "\r\nERROR\r\n\r\nOK\r\n"
    ),
  ]

  @Test("A line is answered as a module does", arguments: lines)
  func answers(line: (sent: String, reply: String)) throws {
    var channel = try Self.channel()
    _ = channel.receive(Array("ATE0\r".utf8), status: ModemStatus())
    let (reply, action) = channel.receive(Array(line.sent.utf8), status: ModemStatus())
    #expect(String(decoding: reply, as: UTF8.self) == line.reply)
    #expect(action == nil)
  }

  @Test("What is sent is echoed until ATE0, and again after ATE1")
  func echo() throws {
    var channel = try Self.channel()
    let text = { (sent: String) in
      String(
        decoding: channel.receive(Array(sent.utf8), status: ModemStatus()).reply, as: UTF8.self)
    }
    #expect(text("AT\r") == "AT\r\r\nOK\r\n")
    #expect(text("ATE0\rAT\r") == "ATE0\r\r\nOK\r\n\r\nOK\r\n")
    #expect(text("ATE1\rAT\r") == "\r\nOK\r\nAT\r\r\nOK\r\n")
  }

  @Test("SIM, signal and registration are the world's")
  func status() throws {
    var channel = try Self.channel()
    var status = ModemStatus()
    (status.signal, status.sim, status.registered) = (99, .absent, .searching)
    let (reply, _) = channel.receive(
      Array("ATE0\rAT+CSQ\rAT+CREG?\rAT+CPIN?\r".utf8), status: status)
    #expect(
      String(decoding: reply, as: UTF8.self)
        == "ATE0\r\r\nOK\r\n\r\n+CSQ: 99,99\r\n\r\nOK\r\n\r\n+CREG: 0,2\r\n\r\nOK\r\n\r\n+CME ERROR: 10\r\n"
    )
  }

  @Test(
    "The module is switched off and restarted by a command, and then echoes as at power-on",
    arguments: [
      ("AT+QPOWD\r", ATChannel.Action.powerDown), ("AT+QPOWD=1\r", .powerDown),
      ("AT+QRST=1,0\r", .restart), ("AT+QRST\r", .restart),
    ])
  func power(command: String, action: ATChannel.Action) throws {
    var channel = try Self.channel()
    let (reply, done) = channel.receive(Array("ATE0\r\(command)AT".utf8), status: ModemStatus())
    #expect(done == action)
    let text = String(decoding: reply, as: UTF8.self)
    let notice = action == .powerDown ? "\r\nPOWERED DOWN\r\n" : ""
    #expect(text == "ATE0\r\r\nOK\r\n\r\nOK\r\n\(notice)")
    let next = channel.receive(Array("A/AT\r".utf8), status: ModemStatus()).reply
    #expect(String(decoding: next, as: UTF8.self) == "A/AT\r\r\nOK\r\n")
  }

  @Test(
    "A serial number has the model's range, a right check digit, and another seed another number")
  func serialNumber() throws {
    let identity = try ProfileSelection.named("EC600N").resolve().identity
    let numbers = (0..<200).map { identity.serialNumber(seed: $0) }
    #expect(Set(numbers).count == 200)
    for number in numbers {
      let digits = number.compactMap(\.wholeNumberValue)
      #expect(digits.count == 15 && number.hasPrefix("86420004"))
      let sum = digits.reversed().enumerated().reduce(0) { sum, entry in
        let value = entry.element * (entry.offset % 2 == 1 ? 2 : 1)
        return sum + value / 10 + value % 10
      }
      #expect(sum % 10 == 0)
    }
  }

  @Test("Any bytes at all leave the channel answering")
  func nonsense() throws {
    var channel = try Self.channel()
    var number: UInt32 = 1
    for _ in 0..<200 {
      let bytes = (0..<500).map { _ in
        number = number &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: number >> 24)
      }
      _ = channel.receive(bytes, status: ModemStatus())
      let (reply, _) = channel.receive(Array("\rATE0\rAT\r".utf8), status: ModemStatus())
      #expect(String(decoding: reply, as: UTF8.self).hasSuffix("\r\nOK\r\n\r\nOK\r\n"))
    }
  }
}
