import JSONText
import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("The SIM, the network and data calls")
struct NetworkTests {
  private static let up: GuestValue = [1, 0, "10.0.0.2", "127.0.0.1", "0.0.0.0"]
  private static let down: GuestValue = [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]

  private func listening() throws -> Desk {
    let desk = try Desk()
    #expect(try desk.call("net.setCallback", .function(1)) == 0)
    #expect(try desk.call("dataCall.setCallback", .function(2)) == 0)
    #expect(try desk.call("sim.setCallback", .function(3)) == 0)
    return desk
  }

  private func events(_ desk: Desk) -> [DeviceEvent] {
    var events: [DeviceEvent] = []
    while let event = desk.device.nextEvent() { events.append(event) }
    return events
  }

  private func registration(_ status: Int) -> DeviceEvent {
    let cell: [GuestValue] = [1, 5].contains(status) ? [4097, 16_908_545, 7] : [0, 0, 0]
    return DeviceEvent(function: 1, arguments: [.tuple([1, .int(status)] + cell)])
  }

  private func link(_ id: Int, _ state: Int) -> DeviceEvent {
    DeviceEvent(function: 2, arguments: [.tuple([.int(id), .int(state)])])
  }

  private func state(_ desk: Desk, _ id: Int = 1) throws -> GuestValue? {
    guard
      case .success(.tuple(let values)) = try desk.device.call(
        "dataCall.getInfo", [.int(id), 0])
    else { return nil }
    return values.last
  }

  @Test("Flight mode ends registration and data call, and what follows it brings both back at once")
  func flight() throws {
    let desk = try listening()
    for mode in [4, 0] {
      #expect(try desk.call("net.setModemFun", .int(mode)) == 0)
      #expect(events(desk) == [registration(0), link(1, 0)])
      #expect(try state(desk) == Self.down)
      #expect(try desk.call("net.setModemFun", 1) == 0)
      #expect(events(desk) == [registration(1), link(1, 1)])
      #expect(try state(desk) == Self.up)
    }
  }

  @Test("In asynchronous mode a data call comes up with the network, and is told then")
  func asynchronous() throws {
    let desk = try listening()
    let call: [GuestValue] = [2, 0, "a", "", "", 0]
    desk.device.world.modem.registered = .searching
    _ = events(desk)
    #expect(try desk.device.call("dataCall.start", call) == .success(-1))
    #expect(try desk.call("dataCall.setAsynMode", 1) == 0)
    #expect(try desk.device.call("dataCall.start", call) == .success(0))
    #expect(events(desk) == [])
    #expect(try state(desk, 2) == Self.down)
    desk.device.world.modem.registered = .home
    #expect(events(desk) == [registration(1), link(1, 1), link(2, 1)])
    #expect(try state(desk, 2) == Self.up)
  }

  @Test("What happens outside is told, each change once")
  func outside() throws {
    let desk = try listening()
    desk.device.world.modem.registered = .searching
    #expect(events(desk) == [registration(2), link(1, 0)])
    desk.device.world.modem.registered = .roaming
    #expect(events(desk) == [registration(5), link(1, 1)])
    desk.device.world.modem.signal = 3
    desk.device.world = desk.device.world
    #expect(events(desk) == [])
  }

  @Test("A card that comes or goes is told only where the slot is watched")
  func hotPlug() throws {
    let desk = try listening()
    desk.device.world.modem.sim = .absent
    desk.device.world.modem.sim = .ready
    #expect(events(desk).filter { $0.function == 3 } == [])
    #expect(try desk.call("sim.setSimDet", 1, 1) == 0)
    desk.device.world.modem.sim = .absent
    desk.device.world.modem.sim = .locked
    #expect(
      events(desk).filter { $0.function == 3 }
        == [2, 1].map { DeviceEvent(function: 3, arguments: [$0]) })
  }

  @Test("A PIN that is verified lets the module register")
  func pin() throws {
    let desk = try listening()
    desk.device.world.modem.sim = .locked
    #expect(events(desk) == [registration(0), link(1, 0)])
    #expect(try desk.call("sim.verifyPin", "1234") == 0)
    #expect(events(desk) == [registration(1), link(1, 1)])
  }

  @Test("A card whose PIN is enabled asks for it after a restart, and a disabled one does not")
  func enabledPIN() throws {
    let desk = try Desk()
    #expect(try desk.call("sim.enablePin", "1234") == 0)
    desk.device.restart()
    #expect(try desk.call("sim.getStatus") == 2)
    #expect(try desk.call("sim.disablePin", "1234") == 0)
    desk.device.restart()
    #expect(try desk.call("sim.getStatus") == 1)
  }

  @Test("A right PIN or PUK gives all tries back, and a wrong one costs one")
  func tries() throws {
    let desk = try Desk()
    for wrong in 1...2 {
      #expect(try desk.call("sim.verifyPin", "0000") == -1)
      #expect(desk.device.world.card.pinTries == 3 - wrong)
    }
    #expect(try desk.call("sim.verifyPin", "1234") == 0)
    #expect(desk.device.world.card.pinTries == 3)
    desk.device.world.modem.sim = .puk
    #expect(try desk.call("sim.unblockPin", "0", "5555") == -1)
    #expect(desk.device.world.card.pukTries == 9)
    #expect(try desk.call("sim.unblockPin", "12345678", "5555") == 0)
    #expect(desk.device.world.card.pin == "5555" && desk.device.world.card.pukTries == 10)
  }

  @Test("A setter keeps whatever it is given: None and what cannot be called are nobody")
  func setters() throws {
    let desk = try listening()
    #expect(try desk.call("net.setCallback", .none) == 0)
    #expect(try desk.call("dataCall.setCallback", 5) == 0)
    #expect(try desk.call("net.setModemFun", 4) == 0)
    #expect(events(desk) == [])
  }

  @Test("AT commands are told the same as scripts")
  func commands() throws {
    let desk = try Desk()
    func ask(_ line: String) -> String {
      var channel = ATChannel()
      let bytes = Array("ATE0;\(line)\r".utf8)
      return String(decoding: channel.receive(bytes, by: desk.device).reply, as: UTF8.self)
    }
    #expect(ask("+CREG?").contains("+CREG: 0,1"))
    #expect(try desk.call("net.setModemFun", 4) == 0)
    #expect(ask("+CREG?").contains("+CREG: 0,0") && ask("+CSQ").contains("+CSQ: 99,99"))
    desk.device.world.modem.sim = .puk
    #expect(ask("+CPIN?").contains("+CPIN: SIM PUK"))
    desk.device.world.modem.sim = .blocked
    #expect(ask("+CPIN?").contains("+CME ERROR: 13"))
  }

  @Test(
    "At power-on the first context is dialled, unless the firmware's file or the script says otherwise"
  )
  func powerOn() throws {
    let desk = try Desk()
    #expect(try state(desk) == Self.up)
    try desk.write(
      Array(#"{"replFlag": 0, "datacallFlag": 0}"#.utf8), to: "/usr/system_config.json")
    #expect(try state(desk) == Self.up)
    desk.device.restart()
    #expect(try state(desk) == Self.down)
    #expect(try desk.call("dataCall.setAutoActivate", 2, 1) == 0)
    desk.device.restart()
    #expect(try state(desk) == Self.down && state(desk, 2) == Self.up)
  }

  @Test("setApn dials, and its context is the one that is dialled from the next power-on on")
  func accessPoint() throws {
    let desk = try Desk()
    #expect(try desk.call("dataCall.setApn", 2, 0, "a.b", "u", "p", 1) == 0)
    #expect(try state(desk) == Self.up && state(desk, 2) == Self.up)
    let text = String(decoding: try desk.files.contents(of: "/usr/user_apn.json"), as: UTF8.self)
    let kept = [
      "pdp": "2", "iptype": "0", "apn": "a.b", "user": "u", "password": "p", "authtype": "1",
    ]
    let file = try JSONNode(parsing: Array(text.utf8))
    #expect(file.object?.count == kept.count)
    for (key, value) in kept { #expect(file[key]?.string == value, "\(key)") }
    desk.device.restart()
    #expect(try state(desk) == Self.down && state(desk, 2) == Self.up)
    try desk.write(
      Array(text.replacing("2", with: "3").replacing("a.b", with: "c").utf8),
      to: "/usr/user_apn.json")
    desk.device.restart()
    #expect(try state(desk, 2) == Self.down && state(desk, 3) == Self.up)
    #expect(
      try desk.device.call("dataCall.getPDPContext", [3])
        == .success(.tuple([0, "c", "u", "p", 1])))
    try desk.write(Array("{".utf8), to: "/usr/user_apn.json")
    desk.device.restart()
    #expect(try state(desk, 3) == Self.down && state(desk) == Self.down)
  }

  @Test("Without a network setApn dials nothing, and keeps its context for the next power-on")
  func accessPointForLater() throws {
    let desk = try Desk()
    desk.device.world.modem.registered = .searching
    #expect(try desk.call("dataCall.setApn", 3, 0, "a", "", "", 0) == -1)
    desk.device.world.modem.registered = .home
    #expect(try state(desk) == Self.up && state(desk, 3) == Self.down)
    desk.device.restart()
    #expect(try state(desk) == Self.down && state(desk, 3) == Self.up)
  }

  @Test("A context that is not to come back stays down once the network was lost")
  func notBack() throws {
    let desk = try listening()
    #expect(try desk.call("dataCall.setAutoConnect", 1, 0) == 0)
    desk.device.world.modem.registered = .no
    desk.device.world.modem.registered = .home
    #expect(events(desk).filter { $0.function == 2 } == [link(1, 0)])
    #expect(try desk.call("dataCall.activate", 1) == 0)
    #expect(events(desk) == [link(1, 1)])
  }

  @Test("Settings and contexts are kept over a restart, which ends flight mode")
  func restart() throws {
    let desk = try Desk()
    #expect(try desk.call("dataCall.setPDPContext", 1, 0, "a", "u", "p", 1) == 0)
    #expect(try desk.call("net.setConfig", 6, 1) == 0)
    #expect(try desk.call("net.setModemFun", 4) == 0)
    desk.device.restart()
    #expect(try desk.device.call("net.getModemFun") == .success(1))
    #expect(try desk.device.call("net.getConfig") == .success(.tuple([6, true])))
    #expect(
      try desk.device.call("dataCall.getPDPContext", [1])
        == .success(.tuple([0, "a", "u", "p", 1])))
  }

  @Test("setModemFun restarts the module if it is told to")
  func reset() throws {
    let desk = try Desk()
    #expect(try desk.call("net.setModemFun", 1, 0) == 0)
    #expect(desk.device.takePowerRequest() == nil)
    #expect(try desk.call("net.setModemFun", 1, 1) == 0)
    #expect(desk.device.takePowerRequest() == .restart(.reset))
  }

  @Test("The network's time is the one at which it took the module last")
  func networkTime() throws {
    let desk = try Desk()
    func told() throws -> Int? {
      guard case .success(let value) = try desk.device.call("net.nitzTime") else { return nil }
      return value.items?[1].integer ?? value.integer
    }
    desk.wait(.seconds(100))
    #expect(try told() == 1_735_689_600)
    desk.device.world.modem.registered = .searching
    desk.wait(.seconds(100))
    #expect(try told() == 1_735_689_600)
    desk.device.world.modem.registered = .roaming
    #expect(try told() == 1_735_689_800)
    desk.device.world.network.time = .atPowerOn(1000)
    #expect(try told() == 1200)
    desk.wait(.seconds(100))
    desk.device.restart()
    #expect(try told() == 1300)
    desk.device.world.network.time = .none
    #expect(try told() == -1)
  }

  @Test(
    "A scenario gives the network a time of UTC, or none",
    arguments: [
      ("2025-01-31T08:09:10", NetworkTime.atPowerOn(1_738_310_950)), ("none", NetworkTime.none),
      ("2025-02-30T00:00:00", nil), ("2025-01-31 08:09:10", nil), ("2025-1-31T08:09:10", nil),
      ("1999-12-31T23:59:59", nil), ("2025-01-31T24:00:00", nil), ("", nil),
    ] as [(String, NetworkTime?)])
  func networkTimeInput(text: String, time: NetworkTime?) throws {
    let desk = try Desk()
    let isTaken = (try? desk.device.change("time", to: .string(text))) != nil
    #expect(isTaken == (time != nil))
    #expect(desk.device.world.network.time == time ?? .actual)
  }

  @Test("A time zone that was set lasts until the module restarts")
  func timeZone() throws {
    let desk = try Desk()
    desk.device.timeZone = -3
    #expect(desk.device.timeZone == -3)
    desk.device.restart()
    #expect(desk.device.timeZone == 8)
  }

  @Test("A search for cells takes a second of the module's time")
  func search() throws {
    let desk = try Desk()
    #expect(try desk.device.reply(to: "net.getCellInfo").due == .seconds(1))
  }

  @Test("The chips of ASR give the country's code in hexadecimal digits", arguments: Model.all)
  func country(model: Model) throws {
    let desk = try Desk(model)
    #expect(try desk.call("net.getServingMcc") == (model.isUnisoc ? 460 : 1120))
  }

  @Test("The serial numbers are those of the seed, as the AT channel tells them")
  func serialNumbers() throws {
    let profile = try Model.named("EC600N").profile()
    for seed: UInt64 in [1, 2] {
      let imei = profile.identity.serialNumber(seed: seed)
      let device = try DeviceEmulator(profile: .profile(profile), seed: seed)
      #expect(try device.call("modem.getDevImei") == .success(.string(imei)))
    }
  }

  @Test("A change that cannot be is refused, and changes nothing")
  func changes() throws {
    let desk = try Desk()
    try desk.device.change("mcc", to: "262")
    #expect(desk.device.world.network.mcc == "262")
    let unknown = #expect(throws: GuestException.self) { try desk.device.change("csq", to: 1) }
    #expect(unknown?.text.hasPrefix("there is no csq to change; there is signal, sim,") == true)
    let wrong = #expect(throws: GuestException.self) { try desk.device.change("sim", to: "x") }
    #expect(
      wrong == GuestException("ValueError", "sim must be ready, locked, puk, blocked, absent"))
  }
}
