import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator

@Suite("Telephone calls")
struct VoiceCallTests {
  private func desk(technology: Int = 7) throws -> Desk {
    let desk = try Desk()
    desk.device.world.network.technology = technology
    try desk.call("voiceCall.setCallback", .function(1))
    return desk
  }

  /// The first fields of each call-back: what has happened, and to which call.
  private func events(_ desk: Desk) -> [[Int]] {
    desk.takeEvents().map { event in
      (event.items ?? [event]).prefix(2).compactMap(\.integer)
    }
  }

  @Test("A call that the module makes rings, is answered and ends, each told once")
  func outgoing() throws {
    let desk = try desk()
    #expect(try desk.call("voiceCall.callStart", "10086") == 0)
    for act in [CallAct.alerts, .answers, .hangsUp] { desk.device.change(.call(act)) }
    #expect(events(desk) == [[14, 1], [15, 1], [11, 1], [12, 1]])
    #expect(desk.device.world.calls == [])
  }

  @Test("Where calls do not go over LTE there are other events, and none for the other's ringing")
  func withoutLTE() throws {
    let desk = try desk(technology: 0)
    #expect(try desk.call("voiceCall.callStart", "10086") == 0)
    for act in [CallAct.alerts, .answers] { desk.device.change(.call(act)) }
    #expect(events(desk) == [[7], [3, 1]])
    desk.device.change(.call(.calls("1")))
    #expect(try desk.call("voiceCall.callAnswer") == 0)
    #expect(events(desk) == [[6, 2], [3, 2], [9, 1]])
    #expect(try desk.call("voiceCall.callEnd") == 0)
    #expect(events(desk) == [[4, 1], [4, 2]])
  }

  @Test("A second call waits, and a third finds the module busy")
  func waiting() throws {
    let desk = try desk()
    for number in ["1", "2", "3"] { desk.device.change(.call(.calls(number))) }
    #expect(desk.device.world.calls.map(\.number) == ["1"])
    #expect(try desk.call("voiceCall.callAnswer") == 0)
    for number in ["2", "3"] { desk.device.change(.call(.calls(number))) }
    #expect(desk.device.world.calls.map(\.state) == [.active, .waiting])
    #expect(events(desk) == [[10, 1], [11, 1], [13, 2]])
  }

  @Test("A call is answered by itself after the time that was set, if it still rings then")
  func autoAnswer() throws {
    let desk = try desk()
    #expect(try desk.call("voiceCall.setAutoAnswer", 3) == 0)
    #expect(!desk.device.isWorking)
    desk.device.change(.call(.calls("1")))
    #expect(desk.device.isWorking)
    desk.wait(.milliseconds(2999))
    #expect(events(desk) == [[10, 1]])
    desk.wait(.milliseconds(1))
    #expect(events(desk) == [[11, 1]])
    desk.device.change(.call(.hangsUp))
    desk.device.change(.call(.calls("2")))
    desk.device.change(.call(.hangsUp))
    #expect(!desk.device.isWorking)
    desk.wait(.seconds(10))
    #expect(events(desk) == [[12, 1], [10, 1], [12, 1]])
  }

  @Test("Calls end with the network, with flight mode and with a restart")
  func lost() throws {
    let desk = try desk()
    desk.device.change(.call(.calls("1")))
    desk.device.world.modem.registered = .searching
    #expect(desk.device.world.calls == [])
    desk.device.world.modem.registered = .home
    #expect(try desk.call("voiceCall.callStart", "1") == 0)
    #expect(try desk.call("net.setModemFun", 4) == 0)
    #expect(desk.device.world.calls == [])
    #expect(try desk.call("net.setModemFun", 1) == 0)
    #expect(try desk.call("voiceCall.callStart", "1") == 0)
    desk.device.restart()
    #expect(desk.device.world.calls == [])
  }

  @Test(
    "The network forwards calls always, when the module is busy, out of reach, or does not answer")
  func forwarding() throws {
    let desk = try desk()
    func call(_ number: String) { desk.device.change(.call(.calls(number))) }
    func forward(_ reason: Int, _ mode: Int) throws {
      #expect(try desk.call("voiceCall.setFw", .int(reason), .int(mode), "10000") == 0)
    }
    try forward(0, 3)
    call("always")
    try forward(0, 0)
    try forward(2, 3)
    call("late")
    desk.wait(.seconds(20))
    try forward(1, 3)
    call("here")
    call("busy")
    try forward(3, 3)
    desk.device.world.modem.registered = .searching
    call("away")
    #expect(desk.device.world.network.forwardedCalls == ["always", "late", "busy", "away"])
    #expect(events(desk) == [[10, 1], [12, 1], [10, 1], [12, 1]])
  }

  @Test("Keys are heard in a call where that was asked for, and tones can be seen from outside")
  func tones() throws {
    let desk = try desk()
    try desk.call("voiceCall.dtmfSetCb", .function(2))
    func press(_ keys: String) { desk.device.change(.call(.presses(keys))) }
    desk.device.change(.call(.calls("1")))
    try desk.call("voiceCall.dtmfDetEnable", 1)
    press("1")
    try desk.call("voiceCall.callAnswer")
    press("23")
    try desk.call("voiceCall.dtmfDetEnable", 0)
    press("4")
    try desk.call("voiceCall.dtmfDetEnable", 1)
    #expect(desk.takeEvents().compactMap(\.string) == ["2", "3"])
    #expect(try desk.call("voiceCall.startDtmf", "1A", 100) == 0)
    #expect(try desk.call("voiceCall.startDtmf", "#", 100) == 0)
    #expect(desk.device.world.network.sentTones == "1A#")
  }
}
