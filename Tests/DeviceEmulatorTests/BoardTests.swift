import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("Timers")
struct TimerTests {
  @Test("A periodic timer keeps to its grid, a one-shot fires once")
  func grid() throws {
    let desk = try Desk()
    let periodic = desk.device.startTimer(period: .milliseconds(300), isPeriodic: true, function: 1)
    _ = desk.device.startTimer(period: .milliseconds(500), isPeriodic: false, function: 2)
    desk.wait(.seconds(1))
    var functions: [Int] = []
    while let event = desk.device.nextEvent() { functions.append(event.function) }
    #expect(functions == [1, 2, 1, 1])
    desk.device.stopTimer(try #require(periodic))
    desk.device.stopTimer(99)
    #expect(!desk.device.isWorking)
    desk.wait(.seconds(1))
    #expect(!desk.device.hasEvent)
  }

  @Test(
    "There are as many as the profile says; recordings take one while they last",
    arguments: Model.all)
  func pool(model: Model) throws {
    let desk = try Desk(model)
    let limit = desk.device.profile.limits.timers
    try desk.call("Record.start", "a.wav", 1)
    for _ in 1..<limit {
      #expect(
        desk.device.startTimer(period: .seconds(9), isPeriodic: false, function: 1) != nil)
    }
    #expect(desk.device.startTimer(period: .seconds(9), isPeriodic: false, function: 1) == nil)
    desk.wait(.seconds(1))
    #expect(desk.device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) != nil)
    #expect(desk.device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) == nil)
    desk.wait(.seconds(1))
    #expect(desk.device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) != nil)
  }

  @Test("On the host's clock a timer calls back by itself, not before its time")
  func realTime() throws {
    let clock = HostClock()
    let device = try DeviceEmulator(profile: .named("EC600N"), clock: clock)
    let isQueued = Monitor(false)
    device.whenEventQueued { isQueued.withLock(thenNotify: true) { $0 = true } }
    _ = device.startTimer(period: .milliseconds(30), isPeriodic: false, function: 5)
    isQueued.wait { $0 ? .done(()) : .waiting(until: nil) }
    #expect(clock.now >= .milliseconds(30))
    #expect(device.nextEvent()?.function == 5)
    #expect(!device.isWorking)
  }

  @Test("No period lets time stand still", arguments: [Duration.zero, .seconds(-1)])
  func noPeriod(period: Duration) throws {
    let desk = try Desk()
    _ = desk.device.startTimer(period: period, isPeriodic: true, function: 1)
    desk.wait(.milliseconds(10))
    #expect(desk.takeEvents().isEmpty && desk.device.droppedEvents == 0)
    #expect(desk.clock.now == .milliseconds(10))
  }
}

@Suite("Pins")
struct PinTests {
  private let desk: Desk
  private var pins: Pins { desk.device.pins }

  init() throws { desk = try Desk() }

  @Test("An input has the level from outside, else that of its pull")
  func input() throws {
    #expect(!pins.level(1))
    try desk.construct("Pin", [1, 0, 1, 0])
    #expect(pins.level(1) && !pins.isOutput(1))
    pins.drive(1, false)
    #expect(try !pins.level(1) && desk.on(1, "Pin.read", []) == 0)
    pins.drive(1, nil)
    #expect(try pins.level(1) && desk.on(1, "Pin.read", []) == 1)
  }

  @Test("An output has the script's level, whatever is outside")
  func output() throws {
    try desk.construct("Pin", [2, 1, 0, 1])
    #expect(pins.level(2) && pins.isOutput(2))
    pins.drive(2, false)
    #expect(pins.level(2))
    try desk.on(2, "Pin.write", [0])
    #expect(!pins.level(2))
    pins.drive(2, true)
    try desk.on(2, "Pin.set_dir", [0])
    #expect(pins.level(2))
    #expect(!pins.level(3), "another pin is another matter")
  }

  @Test("A pin that a script has dropped is set up no more; what drives it goes on")
  func dropped() throws {
    try desk.construct("Pin", [2, 1, 0, 1])
    #expect(try desk.on(2, "Pin.__del__", []) == 0)
    #expect(!pins.level(2) && !pins.isOutput(2))
    pins.drive(2, true)
    #expect(pins.level(2))
  }

  @Test("There are as many pins as the model has", arguments: [("EC800N", 37), ("EC600U", 47)])
  func count(model: String, count: Int) throws {
    let desk = try Desk(.named(model))
    #expect(try desk.construct("Pin", [.int(count)]) == .value(.object(PeripheralID(count))))
    #expect(
      try desk.construct("Pin", [.int(count + 1)]) == .raises("ValueError", "invalid pin"))
    let names = desk.device.constants(of: "Pin").map(\.name).filter { $0.hasPrefix("GPIO") }
    #expect(names == (1...count).map { "GPIO\($0)" })
  }
}

@Suite("The script's files")
struct ScriptFilesTests {
  private let desk: Desk
  private var files: ScriptFiles { desk.files }

  init() throws { desk = try Desk() }

  @Test("The root holds the mount points and nothing else")
  func root() throws {
    #expect(try files.entries(of: "/").map(\.name) == ["usr", "bak"])
    #expect(try files.status(of: "/").kind == .directory)
    #expect(try files.status(of: "/usr/../bak/.").kind == .directory)
    #expect(throws: FlashError.notFound) { try files.status(of: "/etc/passwd") }
    #expect(throws: FlashError.notFound) { try files.entries(of: "/usrx") }
    #expect(throws: FlashError.notFound) { try files.open("/etc/passwd", mode: "r") }
    #expect(throws: FlashError.isDirectory) { try files.open("/", mode: "r") }
    #expect(throws: FlashError.isDirectory) { try files.open("/usr", mode: "r") }
    #expect(throws: FlashError.invalid) { try files.makeDirectory("/x") }
    #expect(throws: FlashError.notFound) { try files.statistics(of: "/etc") }
    #expect(throws: FlashError.notFound) { try files.contents(of: "/a") }
  }

  @Test("/bak is for reading only")
  func bak() throws {
    for mode in ["w", "a", "r+", "x"] {
      #expect(throws: FlashError.readOnly) { try files.open("/bak/a", mode: mode) }
    }
    #expect(throws: FlashError.notFound) { try files.open("/bak/a", mode: "r") }
    #expect(throws: FlashError.readOnly) { try files.makeDirectory("/bak/d") }
    #expect(throws: FlashError.readOnly) { try files.remove("/bak/a") }
    #expect(throws: FlashError.readOnly) { try files.rename("/usr/a", to: "/bak/a") }
    #expect(throws: FlashError.invalid) { try files.rename("/usr/a", to: "/a") }
  }

  @Test("Modes are Python's")
  func modes() throws {
    try desk.write(Array("one".utf8), to: "/usr/f")
    func result(_ mode: String) throws -> String {
      let file = try files.open("/usr/f", mode: mode)
      let text = Array("two".utf8)
      try? files.write(file, text.span)
      try files.close(file)
      return String(decoding: try files.contents(of: "/usr/f"), as: UTF8.self)
    }
    #expect(try result("r") == "one")
    #expect(try result("a") == "onetwo")
    #expect(try result("r+b") == "twotwo")
    #expect(try result("wt") == "two")
    #expect(throws: FlashError.exists) { try result("x") }
    for mode in ["z", "rw", "r+w", "rr", "wx"] {
      #expect(throws: FlashError.invalid) { try result(mode) }
    }
  }

  @Test("Reading, seeking and writing go by the handle's position")
  func positions() throws {
    let file = try files.open("/usr/f", mode: "w+b")
    let content: [UInt8] = [1, 2, 3, 4, 5]
    try files.write(file, content.span)
    #expect(try files.seek(file, to: 1) == 1)
    #expect(try files.read(file, count: 2) == [2, 3])
    #expect(try files.seek(file, to: -1, from: .end) == 4)
    #expect(try files.read(file, count: .max) == [5])
    #expect(try files.read(file, count: 10) == [])
    #expect(try files.read(file, count: -1) == [])
    #expect(throws: FlashError.invalid) { try files.seek(file, to: -1) }
    try files.sync(file)
    #expect(try files.contents(of: "/usr/f") == content)
    try files.close(file)
    #expect(throws: FlashError.badHandle) { try files.close(file) }
    #expect(throws: FlashError.badHandle) { try files.read(file, count: 1) }
  }

  @Test("A file is in use as often as it is open for writing")
  func inUse() throws {
    let (first, second) = (
      try files.open("/usr/f", mode: "w"), try files.open("/usr/./f", mode: "a")
    )
    let reader = try files.open("/usr/f", mode: "r")
    #expect(files.isInUse("/usr/f"))
    try files.close(first)
    #expect(files.isInUse("/usr//f"))
    try files.close(second)
    #expect(!files.isInUse("/usr/f"), "reading is no use")
    #expect(throws: FlashError.busy) { try files.remove("/usr/f") }
    try files.close(reader)
    try files.remove("/usr/f")
  }

  @Test("closeAll keeps what was written and frees the files")
  func closeAll() throws {
    let file = try files.open("/usr/f", mode: "w")
    let bytes: [UInt8] = [1, 2]
    try files.write(file, bytes.span)
    _ = try files.open("/usr/g", mode: "w")
    files.closeAll()
    #expect(!files.isInUse("/usr/f") && !files.isInUse("/usr/g"))
    #expect(try files.contents(of: "/usr/f") == [1, 2])
    #expect(throws: FlashError.badHandle) { try files.write(file, bytes.span) }
  }

  @Test("A volume's limit of open files and its room are the profile's", arguments: Model.all)
  func limits(model: Model) throws {
    let desk = try Desk(model)
    let limit = desk.device.profile.limits.openFiles
    for number in 0..<limit { _ = try desk.files.open("/usr/\(number)", mode: "w") }
    #expect(throws: FlashError.tooManyOpenFiles) { try desk.files.open("/usr/x", mode: "w") }
    desk.files.closeAll()
    try desk.fillFlash()
    #expect(throws: FlashError.noSpace) { try desk.write([1], to: "/usr/x") }
  }
}
