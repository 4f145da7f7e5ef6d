import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator

@Suite("Short messages")
struct MessageTests {
  private func arrival(_ index: Int, _ store: String = "SM") -> GuestValue {
    .tuple([0, .int(index), .string(store)])
  }

  private func receive(_ text: String, _ desk: Desk) {
    desk.device.change(.message(ShortMessage("+49301", text)))
  }

  @Test("A message that arrives is told once and can be read, and then counts as read")
  func arrives() throws {
    let desk = try Desk()
    try desk.call("sms.setCallback", .function(1))
    receive("hello", desk)
    #expect(desk.takeEvents() == [arrival(0)])
    #expect(desk.device.world.card.messages[0]?.isRead == false)
    #expect(try desk.call("sms.searchTextMsg", 0) == .value(.tuple(["+49301", "hello", 5])))
    #expect(desk.device.world.card.messages[0]?.isRead == true)
    #expect(desk.takeEvents() == [])
  }

  @Test("Messages wait in the network while the module is out of reach, off, or its store is full")
  func wait() throws {
    let desk = try Desk()
    try desk.call("sms.setCallback", .function(1))
    desk.device.world.card.messageCapacity = 2
    desk.device.world.modem.registered = .searching
    for text in ["a", "b", "c", "d"] { receive(text, desk) }
    #expect(desk.takeEvents() == [])
    desk.device.world.modem.registered = .home
    #expect(desk.takeEvents() == [arrival(0), arrival(1)])
    #expect(try desk.call("sms.deleteMsg", 1) == 0)
    #expect(desk.takeEvents() == [arrival(1)])
    #expect(desk.device.world.card.messages.mapValues(\.text) == [0: "a", 1: "c"])
    // The module's own memory has room.
    #expect(try desk.call("sms.setSaveLoc", "SM", "ME", "ME") == 0)
    #expect(desk.takeEvents() == [arrival(0, "ME")])
    #expect(desk.device.world.network.waitingMessages == [])
  }

  @Test("What the module sends can be seen from outside, and comes back if it goes to itself")
  func sends() throws {
    let desk = try Desk()
    #expect(try desk.call("sms.sendTextMsg", "10086", "how much?", "GSM") == 0)
    #expect(desk.device.world.network.sentMessages == [ShortMessage("10086", "how much?")])
    desk.device.world.card.number = "12345"
    try desk.call("sms.setCallback", .function(1))
    #expect(try desk.call("sms.sendTextMsg", "12345", "me", "GSM") == 0)
    #expect(desk.takeEvents() == [arrival(0)])
  }

  @Test("Messages stay over a restart, with the stores that were chosen; the function goes")
  func restart() throws {
    let desk = try Desk()
    try desk.call("sms.setCallback", .function(1))
    try desk.call("sms.setSaveLoc", "ME", "ME", "ME")
    receive("a", desk)
    desk.device.restart()
    receive("b", desk)
    #expect(desk.takeEvents() == [])
    #expect(try desk.call("sms.getMsgNums") == 2)
  }

  @Test("Another card has other messages, and none are read without one")
  func otherCard() throws {
    let desk = try Desk()
    receive("a", desk)
    desk.device.world.modem.sim = .absent
    #expect(try desk.call("sms.searchTextMsg", 0) == -1)
    desk.device.world.card = SIMCard()
    desk.device.world.modem.sim = .ready
    #expect(try desk.call("sms.getMsgNums") == 0)
  }

  @Test("The models for data alone have no such module", arguments: Model.all)
  func models(model: Model) throws {
    let isMissing = ["EC600M", "EC800M"].contains(model.name)
    let desk = try Desk(model)
    #expect(desk.device.lacksModule("sms") == isMissing)
    #expect(desk.device.missingMethods(of: "sms").isEmpty == !isMissing)
    #expect(!desk.device.lacksModule("net"))
  }
}
