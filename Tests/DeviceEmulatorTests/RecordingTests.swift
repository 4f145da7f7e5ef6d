import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("Recordings to files")
struct RecordingTests {
  @Test("A WAV is exact: length, header, callbacks", arguments: Model.all)
  func wav(model: Model) throws {
    let desk = try Desk(model)
    try desk.listen()
    let bytes = try desk.record("a.wav", seconds: 3)
    #expect(bytes.count == 44 + 48_000)
    #expect(number(bytes, at: 4) == 36 + 48_000)
    #expect(number(bytes, at: 24) == 8000)
    #expect(number(bytes, at: 40) == 48_000)
    #expect(
      desk.takeEvents() == [message("U:/a.wav", 0, 0), message("U:/a.wav", 48_000, 3)])
  }

  @Test("AMR has the magic and 32 bytes a frame; silence shrinks where there is DTX")
  func amr() throws {
    let plain = try Desk(.named("EC200U"), microphone: SilenceMicrophone())
    try plain.listen()
    #expect(try plain.record("a", seconds: 2).starts(with: "#!AMR\n".utf8))
    #expect(plain.takeEvents().last == message("U:/a", 3200, 3))

    let desk = try Desk(microphone: SilenceMicrophone())
    let short = try desk.record("a.amr", seconds: 2).count
    #expect(try desk.call("Record.amrEncDtx_enable", 0) == .none)
    #expect(try desk.record("a.amr", seconds: 2).count == 3206)
    #expect(short < 1000)
  }

  @Test("Nothing is called back before start and stop have returned")
  func order() throws {
    let desk = try Desk()
    try desk.listen()
    #expect(!desk.device.hasEvent)
    #expect(try desk.call("Record.start", "a.wav", 10) == 0)
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0)])
    desk.wait(.milliseconds(1234))
    #expect(!desk.device.hasEvent)
    #expect(try desk.call("Record.stop") == 0)
    #expect(desk.takeEvents() == [message("U:/a.wav", 61 * 320, 3)])
    #expect(desk.clock.nextAlarm == nil, "nothing is left to come")
    desk.wait(.seconds(20))
    #expect(!desk.device.hasEvent, "the end is told once")
  }

  @Test("A callback that is replaced while recording hears the end, the old one only the start")
  func replacedCallback() throws {
    let desk = try Desk()
    try desk.listen()
    try desk.call("Record.start", "a.wav", 1)
    #expect(try desk.call("Record.end_callback", .function(8)) == 0)
    #expect(try desk.call("Record.end_callback", 5) == -1, "a refused one changes nothing")
    desk.wait(.seconds(1))
    #expect(desk.device.nextEvent()?.function == 7)
    #expect(desk.device.nextEvent()?.function == 8)
  }

  @Test("Two objects share the recorder and its callback, which is the one that was set last")
  func twoObjects() throws {
    let desk = try Desk()
    let device = desk.device
    let (first, second) = (try device.makeRecord(), try device.makeRecord())
    let heard = Log<String>()
    _ = try first.endCallback { heard.append("first \($0.path) \($0.state)") }
    _ = try second.endCallback { heard.append("second \($0.path) \($0.state)") }
    #expect(try second.start("b.wav", seconds: 1) == 0)
    #expect(try first.start("a.wav", seconds: 1) == -3)
    #expect(try first.isBusy() == 1)
    #expect(try first.stop() == 0)
    #expect(try first.start("a.wav", seconds: 1) == 0)
    desk.wait(.seconds(1))
    #expect(device.runCallbacks() == 4)
    #expect(
      heard.all == [
        "second U:/b.wav 0", "second U:/b.wav 3", "second U:/a.wav 0", "second U:/a.wav 3",
      ])
  }

  @Test(
    "The four spellings are one file", arguments: ["x.wav", "U:/x.wav", "u:/x.wav", "/usr/x.wav"])
  func spellings(name: String) throws {
    let desk = try Desk()
    try desk.listen()
    #expect(try desk.call("Record.start", .string(name), 1) == 0)
    for other in ["x.wav", "U:/x.wav", "u:/x.wav", "/usr/x.wav"] {
      #expect(try desk.call("Record.getSize", .string(other)) == -3)
    }
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().last == message("U:/x.wav", 16_000, 3))
    for other in ["x.wav", "U:/x.wav", "u:/x.wav", "/usr/x.wav"] {
      #expect(try desk.call("Record.exists", .string(other)) == true)
      #expect(try desk.call("Record.getFilePath", .string(other)) == "U:/x.wav")
    }
    #expect(try desk.call("Record.Delete", .string(name)) == 0)
    #expect(!desk.has("/usr/x.wav"))
  }

  @Test("A name does not lead out of the volume")
  func outside() throws {
    let desk = try Desk()
    #expect(try desk.call("Record.start", "../x.wav", 1) == 0)
    desk.wait(.seconds(1))
    #expect(desk.has("/usr/x.wav"))
    #expect(try desk.call("Record.start", "../bak/x.wav", 1) == -2)
    #expect(try desk.files.entries(of: "/bak").isEmpty)
  }

  @Test(
    "On a full flash the recording ends with -1 and what fitted can be played",
    arguments: ["a.wav", "a.amr"])
  func flashFull(name: String) throws {
    let desk = try Desk()
    try desk.fillFlash(leaving: 4)
    try desk.listen()
    #expect(try desk.call("Record.start", .string(name), 60) == 0)
    desk.wait(.seconds(60))
    let bytes = try desk.files.contents(of: "/usr/" + name)
    let header = name == "a.wav" ? 44 : 6
    #expect(bytes.count > 8192)
    #expect(
      desk.takeEvents() == [
        message("U:/" + name, 0, 0), message("U:/" + name, bytes.count - header, -1),
      ])
    let clip = try AudioClip(bytes, name: name)
    if name == "a.wav" { #expect(clip.frameCount == (bytes.count - header) / 2) }
    #expect(clip.frameCount > 0)
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(try desk.call("Record.getData", .string(name), 0, 4) != -4, "it is in use no more")
    var notices = ["U:/\(name): the recording failed: the flash is full"]
    if name == "a.wav" {
      notices.append(
        "U:/a.wav: its header tells the planned length: the flash had no room for the copy that "
          + "changing it takes")
    }
    #expect(desk.notices.all == notices)
  }

  @Test("A microphone that goes away ends the recording with -1 and keeps what it gave")
  func lost() throws {
    let desk = try Desk(microphone: ScriptedMicrophone(arrivals: [400, 400, 50], isLost: true))
    try desk.listen()
    #expect(try desk.call("Record.start", "a.wav", 60) == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0), message("U:/a.wav", 1600, -1)])
    #expect(try desk.files.contents(of: "/usr/a.wav").count == 1644)
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(desk.notices.all.count == 1)
  }

  @Test("A microphone that cannot be opened ends the run, and leaves nothing behind")
  func absent() throws {
    let desk = try Desk(microphone: AbsentMicrophone())
    #expect(throws: HostFailure("There is no microphone; use tone:440.")) {
      try desk.call("Record.start", "a.wav", 10)
    }
    #expect(!desk.has("/usr/a.wav"))
    #expect(!desk.files.isInUse("/usr/a.wav"))
    #expect(try desk.call("Record.isBusy") == 0)
  }

  @Test("A start that fails leaves neither a file nor a claim nor a timer")
  func failedStart() throws {
    let desk = try Desk()
    try desk.fillFlash()
    for _ in 0..<40 { #expect(try desk.call("Record.start", "a.wav", 10) == -2) }
    #expect(!desk.has("/usr/a.wav"))
    #expect(!desk.files.isInUse("/usr/a.wav"))
    try desk.files.remove("/usr/full.bin")
    #expect(try desk.call("Record.start", "a.wav", 10) == 0)
  }

  @Test("A silent microphone is reported, the recording succeeds")
  func silent() throws {
    let desk = try Desk()
    try desk.listen()
    desk.device.inject(Fault(.microphoneSilent))
    _ = try desk.record("a.wav", seconds: 1)
    #expect(desk.takeEvents().last == message("U:/a.wav", 16_000, 3))
    #expect(
      desk.notices.all == ["U:/a.wav: the microphone delivered nothing but zeros: is it muted?"])
  }

  @Test(
    "Gain changes the level and saturates",
    arguments: [(0, 0, 1000), (1, 0, 1995), (0, -20, 100), (0, 6, 1995), (4, 12, 32_767)])
  func gain(code: Int, dsp: Int, expected: Int16) throws {
    let desk = try Desk(microphone: SquareMicrophone(level: 1000))
    #expect(try desk.call("Record.gain", .int(code), .int(dsp)) == 0)
    let frames = samples(try desk.record("a.wav", seconds: 1))
    #expect(frames.allSatisfy { abs(Int($0).magnitude.distance(to: Int(expected).magnitude)) <= 1 })
  }

  @Test("A refused gain changes nothing")
  func refusedGain() throws {
    let desk = try Desk(microphone: SquareMicrophone(level: 1000))
    #expect(try desk.call("Record.gain", 4, 13) == -1)
    #expect(samples(try desk.record("a.wav", seconds: 1)).allSatisfy { abs($0) == 1000 })
  }

  @Test("Past 64 waiting call-backs the newest is dropped and counted")
  func queue() throws {
    let desk = try Desk()
    try desk.listen()
    for _ in 0..<35 { _ = try desk.record("a.wav", seconds: 1) }
    #expect(desk.device.droppedEvents == 6)
    #expect(
      desk.notices.all == [
        "the script does not run its callbacks: 64 wait, and what comes is dropped"
      ])
    let events = desk.takeEvents()
    #expect(events.count == 64)
    #expect(events.last == message("U:/a.wav", 16_000, 3))
    #expect(events.first == message("U:/a.wav", 0, 0))
  }

  @Test("The hook hears of each call-back that is queued, and of nothing else")
  func hook() throws {
    let desk = try Desk()
    try desk.listen()
    let hooked = Log<Bool>()
    desk.device.whenEventQueued { [weak device = desk.device] in
      hooked.append(device?.hasEvent ?? false)
    }
    try desk.call("Record.start", "a.wav", 1)
    #expect(hooked.all == [true])
    for _ in 0..<10 { try desk.call("Record.isBusy") }
    desk.wait(.milliseconds(900))
    #expect(hooked.all == [true])
    desk.wait(.milliseconds(100))
    #expect(hooked.all == [true, true])
  }

  @Test("A notice may ask the device")
  func reentrantNotice() throws {
    let asked = Log<Answer>()
    let clock = VirtualClock()
    let relay = Monitor<DeviceEmulator?>(nil)
    let device = try DeviceEmulator(
      profile: .named("EC600N"), clock: clock,
      notice: { _ in
        guard let device = relay.withLock({ $0 }) else { return }
        asked.append(Answer(try! device.call("Record.isBusy", on: PeripheralID(0))))
      })
    relay.withLock { $0 = device }
    device.inject(Fault(.microphoneLost))
    #expect(try device.makeRecord().start("a.wav", seconds: 1) == 0)
    clock.advance(by: .seconds(1))
    #expect(asked.all == [0])
    relay.withLock { $0 = nil }
  }

  @Test("The power goes: the recording is closed and readable, timers and sounds end")
  func powerDown() throws {
    let desk = try Desk()
    try desk.listen()
    try desk.call("Record.start", "a.wav", 60)
    _ = desk.device.startTimer(period: .seconds(1), isPeriodic: true, function: 9)
    _ = try desk.play(0, 0)
    desk.wait(.milliseconds(500))
    #expect(desk.device.isWorking)
    _ = desk.takeEvents()
    desk.device.powerDown()
    #expect(!desk.device.isWorking)
    #expect(number(try desk.files.contents(of: "/usr/a.wav"), at: 40) == 8000)
    #expect(desk.takeEvents() == [message("U:/a.wav", 8000, 3)])
    desk.wait(.seconds(10))
    #expect(!desk.device.hasEvent)
    desk.device.powerDown()
  }

  @Test("A module that nobody holds any more goes, with its clock, whatever went on")
  func dropped() throws {
    weak var clock: VirtualClock?
    weak var device: DeviceEmulator?
    do {
      let desk = try Desk()
      (clock, device) = (desk.clock, desk.device)
      try desk.call("Record.start", "a.wav", 10)
      _ = try desk.play(0, 0)
      #expect(device != nil && clock?.nextAlarm != nil)
    }
    #expect(device == nil && clock == nil)
  }

  @Test("The same calls give the same bytes and the same call-backs")
  func determinism() throws {
    let runs = try (0..<2).map { _ in
      let desk = try Desk(microphone: NoiseMicrophone(seed: 5))
      try desk.listen()
      let bytes = try desk.record("a.amr", seconds: 5)
      return (bytes, desk.takeEvents())
    }
    #expect(runs[0] == runs[1])
  }

  @Test("The largest length in seconds is no reason to stop or to trap")
  func longest() throws {
    let desk = try Desk()
    #expect(try desk.call("Record.start", "a.wav", .int(Int(Int32.max))) == 0)
    desk.wait(.seconds(3))
    #expect(try desk.call("Record.isBusy") == 1)
    #expect(try desk.call("Record.stop") == 0)
  }

  @Test(
    "A call without its object, or on one that never was, is refused",
    arguments: OutcomeTables.quecPython.whole.order)
  func noObject(method: DeviceMethod) throws {
    guard !method.rawValue.hasSuffix(".init"),
      OutcomeTables.quecPython.whole.kind(of: method.className) != .functions
    else { return }
    let desk = try Desk()
    for object in [nil, PeripheralID(-1), PeripheralID(3)] {
      guard case .failure = try desk.device.call(method, on: object, [1, 2, 3]) else {
        Issue.record("\(method.rawValue) answered")
        continue
      }
    }
  }

  @Test("Calls from many threads at once keep the device whole")
  func threads() async throws {
    let desk = try Desk()
    try desk.listen()
    let (device, clock) = (desk.device, desk.clock)
    let record = try device.makeRecord()
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for step in 0..<50 {
            _ = try? record.start("\(worker).amr", seconds: 1)
            _ = try? record.isBusy()
            if worker == 0 { clock.advance(by: .milliseconds(100)) }
            if step % 5 == 0 { _ = try? record.stop() }
            _ = device.nextEvent()
          }
        }
      }
    }
    clock.advance(by: .seconds(2))
    #expect(try record.isBusy() == 0)
    #expect((0..<4).allSatisfy { !device.files.isInUse("/usr/\($0).amr") })
  }
}
