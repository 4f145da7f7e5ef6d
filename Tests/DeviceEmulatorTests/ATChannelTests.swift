import FlashStorage
import ModuleProfiles
import QuecPython
import Testing

@testable import DeviceEmulator

@Suite("AT commands")
struct ATChannelTests {
  private let device: DeviceEmulator
  private var channel = ATChannel()

  init() throws { device = try DeviceEmulator(profile: .named("EC600N")) }

  private mutating func send(_ text: String) -> (text: String, action: ATChannel.Action?) {
    let (reply, action) = channel.receive(Array(text.utf8), by: device)
    return (String(decoding: reply, as: UTF8.self), action)
  }

  /// Sends lines without their ends and an echo, and gives the answers without empty lines.
  private mutating func ask(_ lines: String...) -> [String] {
    _ = send("ATE0\r")
    return lines.flatMap { send("AT\($0)\r").text.split(separator: "\r\n").map { String($0) } }
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
  mutating func answers(line: (sent: String, reply: String)) throws {
    _ = send("ATE0\r")
    let (reply, action) = send(line.sent)
    #expect(reply == line.reply)
    #expect(action == nil)
  }

  @Test("What is sent is echoed until ATE0, and again after ATE1")
  mutating func echo() throws {
    #expect(send("AT\r").text == "AT\r\r\nOK\r\n")
    #expect(send("ATE0\rAT\r").text == "ATE0\r\r\nOK\r\n\r\nOK\r\n")
    #expect(send("ATE1\rAT\r").text == "\r\nOK\r\nAT\r\r\nOK\r\n")
  }

  @Test("SIM, signal and registration are the world's")
  mutating func status() throws {
    device.world.modem.signal = 99
    (device.world.modem.sim, device.world.modem.registered) = (.absent, .searching)
    #expect(
      ask("+CSQ", "+CREG?", "+CPIN?", "+CIMI", "+COPS?", "+CGPADDR") == [
        "+CSQ: 99,99", "OK", "+CREG: 0,2", "OK", "+CME ERROR: 10", "+CME ERROR: 10", "+COPS: 0",
        "OK", "OK",
      ])
  }

  @Test(
    "The module is switched off and restarted by a command, and then echoes as at power-on",
    arguments: [
      ("AT+QPOWD\r", ATChannel.Action.powerDown), ("AT+QPOWD=1\r", .powerDown),
      ("AT+QRST=1\r", .restart), ("AT+QRST=1,0\r", .restart), ("AT+QRST\r", .restart),
      ("AT+CFUN=1,1\r", .restart),
    ])
  mutating func power(command: String, action: ATChannel.Action) throws {
    let (text, done) = send("ATE0\r\(command)AT")
    #expect(done == action)
    let notice = action == .powerDown ? "\r\nPOWERED DOWN\r\n" : ""
    #expect(text == "ATE0\r\r\nOK\r\n\r\nOK\r\n\(notice)")
    #expect(send("A/AT\r").text == "A/AT\r\r\nOK\r\n")
  }

  @Test("The card, the operator, data and the calendar are told as to scripts")
  mutating func facts() throws {
    #expect(
      ask("+CIMI", "+QCCID", "+COPS?", "+CGATT?", "+CGPADDR=1", "+CCLK?", "+CFUN?", "+CGACT?") == [
        "460000000000001", "OK", "+QCCID: 89860000000000000018", "OK",
        "+COPS: 0,0,\"CHINA MOBILE\",7", "OK", "+CGATT: 1", "OK", "+CGPADDR: 1,\"10.0.0.2\"", "OK",
        "+CCLK: \"25/01/01,08:00:00+32\"", "OK", "+CFUN: 1", "OK", "+CGACT: 1,1", "+CGACT: 2,0",
        "+CGACT: 3,0", "OK",
      ])
    #expect(
      ask("+CEREG=2", "+CEREG?", "+CREG?") == [
        "OK", "+CEREG: 2,1,\"1001\",\"1020101\",7", "OK", "+CREG: 0,1", "OK",
      ])
    #expect(
      ask("+CCLK=\"26/12/01,13:14:15+32\"", "+CCLK?", "+CCLK=\"26/13/01,13:14:15+32\"") == [
        "OK", "+CCLK: \"26/12/01,13:14:15+32\"", "OK", "+CME ERROR: 50",
      ])
  }

  @Test("What a command changes, scripts are told")
  mutating func changes() throws {
    try device.call("net.setCallback", [.function(1)])
    #expect(ask("+CFUN=4", "+CSQ", "+CGACT=1,2") == ["OK", "+CSQ: 99,99", "OK", "+CME ERROR: 30"])
    #expect(device.nextEvent()?.arguments == [.tuple([1, 0, 0, 0, 0])])
    #expect(ask("+CFUN=1", "+CGACT=1,2", "+CGACT=0,1") == ["OK", "OK", "OK"])
    #expect(device.world.modem.dialled == [2])
    #expect(
      ask("+CGDCONT=2,\"IP\",\"internet\"", "+CGDCONT?").dropLast()
        == ["OK", "+CGDCONT: 2,\"IP\",\"internet\""])
    #expect(
      try device.call("dataCall.getPDPContext", [2])
        == .success(
          .tuple([0, "internet", "", "", 0])))
  }

  @Test("Failures are told as AT+CMEE says: not at all, by number, or in words")
  mutating func errors() throws {
    device.world.modem.sim = .absent
    #expect(
      ask("+CMEE=0", "+CPIN?", "+CMEE=2", "+CPIN?", "+CMEE?", "+CMEE=1", "+CIMI", "+CMEE=3") == [
        "OK", "ERROR", "OK", "+CME ERROR: SIM not inserted", "+CMEE: 2", "OK", "OK",
        "+CME ERROR: 10", "+CME ERROR: 50",
      ])
  }

  @Test("A PIN unlocks the card, wrong ones block it, and the PUK with a new PIN unblocks it")
  mutating func pin() throws {
    device.world.modem.sim = .locked
    #expect(
      ask("+CPIN?", "+CIMI", "+CPIN=1234", "+CPIN?").suffix(3) == ["OK", "+CPIN: READY", "OK"])
    #expect(ask("+CPIN=1234") == ["+CME ERROR: 3"])
    device.world.modem.sim = .locked
    #expect(ask("+CPIN=1", "+CPIN=2", "+CPIN=3") == [String](repeating: "+CME ERROR: 16", count: 3))
    #expect(
      ask("+CPIN?", "+CIMI", "+CPIN=\"12345678\",\"4321\"", "+CPIN?") == [
        "+CPIN: SIM PUK", "OK", "+CME ERROR: 12", "OK", "+CPIN: READY", "OK",
      ])
    #expect(device.world.card.pin == "4321")
  }

  @Test("Messages are listed, read, deleted and sent as texts; PDUs are refused")
  mutating func messages() throws {
    device.change(.message(ShortMessage("+49301", "Hello; you, \"there\"")))
    #expect(ask("+CMGL=4", "+CMGS=20") == ["+CMS ERROR: 302", "+CMS ERROR: 302"])
    let header = "\"+49301\",,\"25/01/01,08:00:00+32\""
    let text = "Hello; you, \"there\""
    #expect(
      ask("+CMGF=1", "+CPMS?", "+CMGL", "+CMGL=\"REC UNREAD\"", "+CMGR=0", "+CMGD=0", "+CMGR=0")
        == [
          "OK", "+CPMS: \"SM\",1,50,\"SM\",1,50,\"SM\",1,50", "OK",
          "+CMGL: 0,\"REC UNREAD\",\(header)", text, "OK", "OK", "+CMGR: \"REC READ\",\(header)",
          text,
          "OK", "OK", "+CMS ERROR: 321",
        ])
    #expect(send("AT+CMGS=\"10086\"\r").text == "\r\n> ")
    #expect(send("How much, please?\u{1A}").text == "\r\n+CMGS: 1\r\n\r\nOK\r\n")
    #expect(send("AT+CMGS=\"10086\"\rno\u{1B}").text == "\r\n> \r\nOK\r\n")
    #expect(device.world.network.sentMessages == [ShortMessage("10086", "How much, please?")])
  }

  @Test("Calls are made, listed, answered and ended")
  mutating func calls() throws {
    #expect(
      ask("D+49301;", "+CLCC", "H", "A") == [
        "OK", "+CLCC: 1,0,2,0,0,\"+49301\",145", "OK", "OK", "NO CARRIER",
      ])
    device.change(.call(.calls("10086")))
    #expect(
      ask("A", "+CLCC", "+CHUP", "+CLCC", "D10086") == [
        "OK", "+CLCC: 1,1,0,0,0,\"10086\",129", "OK", "OK", "OK", "ERROR",
      ])
  }

  @Test("A model without messages or calls has none of their commands")
  mutating func without() throws {
    var channel = ATChannel()
    let device = try DeviceEmulator(profile: .named("EC600M"))
    let reply = channel.receive(Array("ATE0\rAT+CMGF=1\rATA\r".utf8), by: device).reply
    #expect(
      String(decoding: reply, as: UTF8.self)
        == "ATE0\r\r\nOK\r\n\r\nERROR\r\n\r\nERROR\r\n")
  }

  @Test("Files and the room for them are those of /usr")
  mutating func files() throws {
    let file = try device.files.open("/usr/a.txt", mode: "wb")
    try device.files.write(file, [UInt8](repeating: 65, count: 5).span)
    try device.files.close(file)
    #expect(
      ask("+QFLST", "+QFLST=\"*\"", "+QFLST=\"b.txt\"", "+QFLDS") == [
        "+QFLST: \"UFS:a.txt\",5", "OK", "+QFLST: \"UFS:a.txt\",5", "OK", "OK", "+QFLDS: 5,1", "OK",
      ])
    let room = try device.files.statistics(of: "/usr")
    #expect(
      ask("+QFLDS=\"UFS\"")
        == ["+QFLDS: \(room.freeBlockCount * 4096),\(room.blockCount * 4096)", "OK"])
  }

  @Test("A script's commands are those of the port, and their answer is without the OK")
  mutating func fromScripts() throws {
    func send(_ line: String) throws -> (code: Int?, text: String, due: Duration?) {
      let reply = try device.reply(
        to: "atcmd.sendSync", [.string(line + "\r\n"), .buffer(count: 40), "", 20])
      let code = try reply.result.get().integer
      return (code, String(decoding: reply.fill?.bytes ?? [], as: UTF8.self), reply.due)
    }
    #expect(try send("at+cpin?") == (0, "\r\n+CPIN: READY\r\n\n", .zero))
    #expect(try send("at+cpin") == (1, "\r\nERROR\r\n\n", .zero))
    #expect(try send("AT") == (0, "\r\nOK\r\n\n", .zero))
    device.world.modem.sim = .absent
    #expect(try send("AT+CIMI") == (2, "\r\n+CME ERROR: 10\r\n\n", .zero))
    #expect(try send("AT+CFUN=1,1").code == 0)
    #expect(device.takePowerRequest() == .restart(.reset))
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
  mutating func nonsense() throws {
    var number: UInt32 = 1
    for _ in 0..<200 {
      let bytes = (0..<500).map { _ in
        number = number &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: number >> 24)
      }
      _ = channel.receive(bytes, by: device)
      // Escape ends a message.
      #expect(send("\u{1B}\rATE0\rAT\r").text.hasSuffix("\r\nOK\r\n\r\nOK\r\n"))
    }
  }
}
