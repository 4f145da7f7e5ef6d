import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("A power cut")
struct PowerCutTests {
  @Test("The flash keeps what was synced, and nothing more happens", arguments: Policy.allCases)
  func recording(policy: Policy) throws {
    let desk = try Desk(.named("EC600N"), policy)
    try desk.listen()
    try desk.call("Record.start", "a.wav", 10)
    let file = try desk.files.open("/usr/log", mode: "wb")
    let bytes: [UInt8] = [1, 2, 3]
    try desk.files.write(file, bytes.span)
    try desk.files.sync(file)
    try desk.files.write(file, bytes.span)
    _ = desk.device.startTimer(period: .milliseconds(100), isPeriodic: true, function: 1)
    desk.wait(.milliseconds(1990))
    while desk.device.nextEvent() != nil {}

    desk.device.cutPower()
    #expect(try desk.files.status(of: "/usr/a.wav").size == 44 + 24_000, "as of 1.5 s")
    #expect(try desk.files.status(of: "/usr/log").size == 3)
    #expect(desk.clock.nextAlarm == nil)
    desk.wait(.seconds(20))
    #expect(!desk.device.hasEvent && !desk.device.isWorking)
    #expect(try desk.files.status(of: "/usr/a.wav").size == 44 + 24_000)
    #expect(desk.notices.all == [])
  }

  @Test("A stream, a sound and a recorder that pretends end as well")
  func others() throws {
    let desk = try Desk(.named("EC600N"), .observed)
    try desk.write(sound(seconds: 5))
    try desk.call("Audio.play", 0, 0, "U:/a.wav")
    try desk.call("Record.start", "a.mp3", 5)
    desk.device.cutPower()
    #expect(desk.clock.nextAlarm == nil && !desk.device.isWorking)

    let other = try Desk()
    try other.call("Record.stream_start", 4, 8000, 0)
    other.wait(.seconds(1))
    other.device.cutPower()
    #expect(other.clock.nextAlarm == nil)
  }
}

@Suite("Another microphone")
struct MicrophoneChangeTests {
  private func levels(_ bytes: [UInt8]) -> [Int] {
    stride(from: 0, to: samples(bytes).count, by: 160).map { start in
      samples(bytes)[start..<start + 160].map { Int($0.magnitude) }.max()!
    }
  }

  @Test("It is heard from the time of the change on, whenever the recorder looks")
  func inTime() throws {
    let desk = try Desk(microphone: SquareMicrophone(level: 1000))
    for (time, level) in [(300, 2000), (500, 3000)] {
      desk.clock.schedule(at: .milliseconds(time)) { [device = desk.device] in
        device.changeMicrophone(to: SquareMicrophone(level: Int16(level)))
      }
    }
    let bytes = try desk.record("a.wav", seconds: 1)
    #expect(
      levels(bytes)
        == [Int](repeating: 1000, count: 15) + [Int](repeating: 2000, count: 10)
        + [Int](repeating: 3000, count: 25))
  }

  @Test("A stream, which is looked after less often, changes at the same frame")
  func stream() throws {
    func sizes(changingAt time: Duration?) throws -> [Int] {
      let desk = try Desk(microphone: ToneMicrophone(hertz: 440))
      if let time {
        desk.clock.schedule(at: time) { [device = desk.device] in
          device.changeMicrophone(to: SilenceMicrophone())
        }
      }
      try desk.listen()
      try desk.call("Record.stream_start", 4, 8000, 0)
      desk.wait(.seconds(3))
      return desk.takeEvents().compactMap { event in
        guard case .list(let parts) = event else { return nil }
        return parts[1].integer
      }
    }
    // Silence shrinks under DTX, after some frames of hang-over.
    let (plain, changed) = (try sizes(changingAt: nil), try sizes(changingAt: .milliseconds(1030)))
    #expect(plain.dropFirst().allSatisfy { $0 == 5 * 32 })
    #expect(Array(plain.prefix(11)) == Array(changed.prefix(11)))
    #expect(changed.last! < 5 * 32)
  }

  @Test("It is what the next recording hears, from its first frame")
  func next() throws {
    let desk = try Desk(microphone: SilenceMicrophone())
    _ = try desk.record("a.wav", seconds: 1)
    desk.device.changeMicrophone(to: ToneMicrophone(hertz: 440))
    let changed = try desk.record("a.wav", seconds: 1)
    #expect(try Desk(microphone: ToneMicrophone(hertz: 440)).record("a.wav", seconds: 1) == changed)
  }

  @Test("One that cannot be opened ends the recording with -1")
  func absent() throws {
    let desk = try Desk()
    try desk.listen()
    try desk.call("Record.start", "a.wav", 5)
    desk.wait(.seconds(1))
    desk.device.changeMicrophone(to: AbsentMicrophone())
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().last == message("U:/a.wav", 16_000, -1))
  }
}
