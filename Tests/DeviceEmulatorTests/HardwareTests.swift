import EmulatedTime
import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("Timers of scripts")
struct ScriptTimerTests {
  private static let timer = GuestValue.object(PeripheralID(1, of: "Timer"))

  private func start(
    _ desk: Desk, _ mode: Int, _ period: Int, ticks: Int = 1000, hertz: GuestValue = .none,
    _ function: Int = 7
  ) throws -> Answer {
    try desk.on(
      1, "Timer.start", [.int(mode), .int(period), .function(function), .int(ticks), hertz])
  }

  /// When call-backs come within a second, in milliseconds, and of which functions.
  private func calls(_ desk: Desk) -> [[Int]] {
    var calls: [[Int]] = []
    for time in 1...1000 {
      desk.wait(.milliseconds(1))
      while let event = desk.device.nextEvent() { calls.append([time, event.function]) }
    }
    return calls
  }

  @Test("A Timer calls back with itself, an osTimer with None")
  func arguments() throws {
    let desk = try Desk()
    try desk.construct("Timer", [1])
    #expect(try start(desk, 0, 10) == 0)
    try desk.construct("osTimer", [])
    #expect(try desk.call("osTimer.start", 20, 0, Desk.callback) == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [Self.timer, .none])
    #expect(!desk.device.isWorking && desk.device.heldFunctions.isEmpty)
  }

  @Test("In the firmware a Timer keeps its period until it is stopped, also when it has served")
  func keptPeriod() throws {
    let desk = try Desk(.named("EC600N"), .observed)
    try desk.construct("Timer", [1])
    #expect(try start(desk, 1, 400) == 0)
    #expect(try start(desk, 1, 100, 8) == 0)
    #expect(calls(desk) == [[400, 8], [800, 8]])
    #expect(try start(desk, 0, 100, 9) == 0)
    #expect(calls(desk) == [[200, 9]])
    #expect(try start(desk, 1, 100) == 0)
    #expect(calls(desk) == [] && desk.device.heldFunctions.isEmpty)
    #expect(try desk.on(1, "Timer.stop", []) == 0)
    #expect(try start(desk, 0, 100) == 0)
    #expect(calls(desk) == [[100, 7]])
  }

  @Test("By the page a Timer that is started again begins anew")
  func newPeriod() throws {
    let desk = try Desk()
    try desk.construct("Timer", [1])
    #expect(try start(desk, 1, 400) == 0)
    #expect(try start(desk, 0, 100, 8) == 0)
    #expect(calls(desk) == [[100, 8]])
  }

  @Test("The period can be told in ticks, or as a frequency")
  func frequency() throws {
    let desk = try Desk()
    try desk.construct("Timer", [1])
    #expect(try start(desk, 0, 50, ticks: 100) == 0)
    #expect(calls(desk) == [[500, 7]])
    #expect(try start(desk, 0, -1, hertz: .double(2.5)) == 0)
    #expect(calls(desk) == [[400, 7]])
    #expect(try start(desk, 0, -1, hertz: 4) == 0)
    #expect(calls(desk) == [[250, 7]])
  }

  @Test(
    "An osTimer that the script drops is stopped, and the functions of others go as they are replaced"
  )
  func dropped() throws {
    let desk = try Desk()
    try desk.construct("osTimer", [])
    for function in 0..<1000 {
      #expect(try desk.on(0, "osTimer.start", [100, 1, .function(function)]) == 0)
    }
    #expect(desk.device.heldFunctions == [999])
    desk.device.drop(PeripheralID(0), of: "osTimer")
    #expect(desk.device.heldFunctions.isEmpty && !desk.device.isWorking)
  }

  @Test("A Timer that the script drops goes on")
  func droppedTimer() throws {
    let desk = try Desk(.named("EC600N"), .observed)
    try desk.construct("Timer", [1])
    #expect(try start(desk, 0, 100) == 0)
    desk.device.drop(PeripheralID(1), of: "Timer")
    #expect(calls(desk) == [[100, 7]])
  }
}

@Suite("The calendar's alarm")
struct CalendarAlarmTests {
  /// So many seconds after the start of virtual time.
  private func time(_ second: Int) -> GuestValue {
    .tuple([2025, 1, 1, 3, 8, .int(second / 60), .int(second % 60), 0])
  }

  @Test("It calls back at its time, once, and only while it is enabled")
  func alarm() throws {
    let desk = try Desk()
    try desk.construct("RTC", [])
    try desk.call("RTC.register_callback", Desk.callback)
    #expect(try desk.call("RTC.set_alarm", time(5)) == 0)
    desk.wait(.seconds(10))
    #expect(desk.takeEvents().isEmpty)
    #expect(try desk.call("RTC.enable_alarm", 1) == 0)
    desk.wait(.seconds(10))
    #expect(desk.takeEvents().isEmpty, "its time has passed")
    #expect(try desk.call("RTC.set_alarm", time(90)) == 0 && desk.device.isWorking)
    desk.wait(.seconds(69))
    #expect(desk.takeEvents().isEmpty)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [.none] && !desk.device.isWorking)
    #expect(try desk.call("RTC.set_alarm", time(100)) == 0)
    #expect(try desk.call("RTC.enable_alarm", 0) == 0)
    desk.wait(.seconds(100))
    #expect(desk.takeEvents().isEmpty)
  }

  @Test("Setting the calendar moves the alarm, and a restart takes it away")
  func moved() throws {
    let desk = try Desk()
    try desk.construct("RTC", [])
    try desk.call("RTC.register_callback", Desk.callback)
    try desk.call("RTC.set_alarm", time(100))
    try desk.call("RTC.enable_alarm", 1)
    #expect(try desk.call("RTC.datetime", time(97)) == 0)
    desk.wait(.seconds(3))
    #expect(desk.takeEvents() == [.none])
    try desk.call("RTC.set_alarm", time(200))
    desk.device.restart()
    #expect(!desk.device.isWorking)
    #expect(desk.device.unixTime == 1_735_689_600 + 100)
  }
}

@Suite("What is outside of the module")
struct OutsideHardwareTests {
  private let desk: Desk

  init() throws { desk = try Desk() }

  private func edges(_ levels: Bool?...) -> [GuestValue] {
    levels.flatMap { level in
      desk.device.pins.drive(5, level)
      return desk.takeEvents()
    }
  }

  @Test(
    "An interrupt hears of the edges that it is for, once it is enabled",
    arguments: [(0, [[5, 0], [5, 0]]), (1, [[5, 1]]), (2, [[5, 0], [5, 1], [5, 0]])]
      as [(Int, [GuestValue])])
  func edges(mode: Int, heard: [GuestValue]) throws {
    try desk.construct("ExtInt", [5, .int(mode), 0, Desk.callback])
    #expect(edges(true, false) == [])
    #expect(try desk.on(5, "ExtInt.enable", []) == 0)
    #expect(edges(true, true, false, nil, true) == heard)
    let counts = [heard.count { $0 == [5, 0] }, heard.count { $0 == [5, 1] }]
    #expect(try desk.on(5, "ExtInt.read_count", [1]) == .value([.int(counts[0]), .int(counts[1])]))
    #expect(try desk.on(5, "ExtInt.read_count", [0]) == .value([0, 0]))
    #expect(try desk.on(5, "ExtInt.disable", []) == 0)
    #expect(edges(false, true) == [])
  }

  @Test("A pull is the level of a pin that nobody drives")
  func pull() throws {
    try desk.construct("ExtInt", [5, 2, 1, Desk.callback])
    try desk.on(5, "ExtInt.enable", [])
    #expect(edges(false, nil) == [[5, 1], [5, 0]])
    #expect(try desk.on(5, "ExtInt.read_level", []) == 1)
  }

  @Test("Of a button that bounces one edge counts, when the level has lasted")
  func bounce() throws {
    try desk.construct("ExtInt", [5, 2, 0, Desk.callback, 50])
    try desk.on(5, "ExtInt.enable", [])
    for level in [true, false, true, false, true] {
      desk.device.pins.drive(5, level)
      desk.wait(.milliseconds(5))
    }
    #expect(desk.takeEvents().isEmpty)
    desk.wait(.milliseconds(50))
    #expect(desk.takeEvents() == [[5, 0]])
    desk.device.pins.drive(5, false)
    desk.wait(.milliseconds(20))
    desk.device.pins.drive(5, true)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().isEmpty)
  }

  @Test("A restart ends the interrupts")
  func restart() throws {
    try desk.construct("ExtInt", [5, 2, 0, Desk.callback, 50])
    try desk.on(5, "ExtInt.enable", [])
    desk.device.pins.drive(5, true)
    desk.device.restart()
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().isEmpty && desk.device.heldFunctions.isEmpty)
  }

  @Test("The power key and the USB cable call back, and the last function that was given is called")
  func keys() throws {
    try desk.construct("PowerKey", [])
    try desk.construct("USB", [])
    #expect(try desk.call("USB.getStatus") == 1)
    for function in 1...100 {
      try desk.call("PowerKey.powerKeyEventRegister", .function(function))
      try desk.call("USB.setCallback", .function(function))
    }
    #expect(desk.device.heldFunctions == [100])
    desk.device.change(.powerKey(isPressed: true))
    desk.device.change(.powerKey(isPressed: true))
    desk.device.change(.powerKey(isPressed: false))
    desk.device.change(.usb(isPlugged: false))
    #expect(desk.takeEvents() == [1, 0, 0])
    #expect(try desk.call("USB.getStatus") == 0)
  }

  @Test("Voltages are those of the world")
  func voltages() throws {
    try desk.construct("ADC", [])
    #expect(try desk.call("ADC.read", 1) == -1, "not open")
    try desk.call("ADC.open")
    desk.device.change(.adc(1, millivolts: 1250))
    desk.device.change(.battery(millivolts: 3300))
    #expect(try desk.call("ADC.read", 1) == 1250)
    #expect(try desk.call("ADC.read", 2) == 0)
    #expect(try Answer(desk.device.call("Power.getVbatt")) == 3300)
  }

  @Test("What a PWM output does can be seen")
  func pulses() throws {
    #expect(desk.device.pulses(2) == nil)
    try desk.construct("PWM", [2, 1, 5, 20])
    #expect(desk.device.pulses(2)?.isOn == false)
    try desk.on(2, "PWM.open", [])
    #expect(desk.device.pulses(2) == PulseOutput(range: 1, high: 5, cycle: 20, isOn: true))
  }

  @Test("Why the module is on tells how it was started")
  func reason() throws {
    func reasons() throws -> [Answer] {
      [
        Answer(try desk.device.call("Power.powerOnReason")),
        Answer(try desk.device.call("Power.powerDownReason")),
      ]
    }
    #expect(try reasons() == [1, 0])
    desk.device.restart()
    #expect(try reasons() == [2, 1])
  }
}
