import AudioEngine
import DeviceEmulator
import ModelTable
import ModuleProfiles
import Testing

@Suite("What the observed firmware does beside the outcome table")
struct ObservedTests {
  private let desk: Desk

  init() throws { desk = try Desk(.named("EC600N"), .observed) }

  @Test("Constructing again forgets callback and busy flag while the recording goes on")
  func again() throws {
    try desk.listen()
    try desk.call(.recordStart, "a.wav", 2)
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0)])
    #expect(try desk.construct() == .object(0))
    #expect(try desk.call(.recordIsBusy) == 0)
    #expect(try desk.call(.recordGetSize, "a.wav") == -3, "the file is in use all the same")
    #expect(try desk.call(.recordStart, "b.wav", 2) == -6, "the hardware is taken")
    #expect(try desk.call(.recordStreamStart, 4, 8000, 0) == .valueError("record is busy"))
    desk.wait(.seconds(2))
    #expect(desk.takeEvents() == [], "the callback was forgotten")
    #expect(try desk.files.contents(of: "/usr/a.wav").count == 32_044)
    #expect(try desk.call(.recordStart, "b.wav", 2) == 0)
    #expect(try desk.call(.recordIsBusy) == 1)
  }

  @Test("A wrong suffix leaves the recorder busy until its timer ends")
  func suffix() throws {
    #expect(try desk.call(.recordStart, "a.mp3", 5) == -6)
    desk.wait(.milliseconds(4999))
    #expect(try desk.call(.recordIsBusy) == 1)
    #expect(try desk.call(.recordStart, "a.wav", 5) == -3)
    desk.wait(.milliseconds(1))
    #expect(try desk.call(.recordIsBusy) == 0)
    #expect(try desk.call(.recordStart, "a.wav", 5) == 0)
  }

  @Test("An older wrong suffix does not end a newer one's pretence")
  func twoSuffixes() throws {
    try desk.call(.recordStart, "a.mp3", 5)
    desk.wait(.seconds(3))
    try desk.construct()
    #expect(try desk.call(.recordIsBusy) == 0)
    try desk.call(.recordStart, "a.mp3", 5)
    desk.wait(.seconds(4))
    #expect(try desk.call(.recordIsBusy) == 1)
    desk.wait(.seconds(1))
    #expect(try desk.call(.recordIsBusy) == 0)
  }

  @Test("The documented policy is not busy after a wrong suffix")
  func documentedSuffix() throws {
    let desk = try Desk()
    #expect(try desk.call(.recordStart, "a.mp3", 5) == -6)
    #expect(try desk.call(.recordIsBusy) == 0)
  }

  @Test("The constructor takes a timer, once, and a refused one takes none")
  func timers() throws {
    let limit = desk.device.profile.limits.timers
    #expect(try desk.construct("Record", [2]) != .object(0))
    try desk.construct()
    try desk.construct()
    var count = 0
    while desk.device.startTimer(period: .seconds(1), isPeriodic: true, function: 1) != nil {
      count += 1
    }
    #expect(count == limit - 1)
    #expect(try desk.call(.recordStart, "a.wav", 1) == 0)
  }

  @Test("With no timer left the constructor gives -1, and an object once there is one again")
  func noTimer() throws {
    let last = desk.device.startTimer(period: .seconds(1), isPeriodic: true, function: 1)
    desk.takeTimers()
    #expect(try desk.construct() == -1)
    #expect(throws: GuestException.self) { try desk.device.makeRecord() }
    desk.device.stopTimer(try #require(last))
    #expect(try desk.construct() == .object(0))
  }

  @Test("The WAV header stays unfinished: RIFF size 36, data size 0")
  func header() throws {
    let bytes = try desk.record("a.wav", seconds: 2)
    #expect(bytes.count == 32_044)
    #expect(number(bytes, at: 4) == 36)
    #expect(number(bytes, at: 40) == 0)
  }

  @Test("A callback that cannot be called is taken, and nothing is called")
  func noCallback() throws {
    try desk.listen()
    #expect(try desk.call(.recordEndCallback, nil) == 0)
    _ = try desk.record("a.wav", seconds: 1)
    #expect(!desk.device.hasEvent)
  }

  @Test("The console session of an EC600S comes out the same")
  func session() throws {
    try desk.listen()
    #expect(try desk.call(.recordStart, "record_test.wav", 40) == 0)
    #expect(try desk.call(.recordIsBusy) == 1)
    desk.wait(.milliseconds(13_500))
    #expect(try desk.call(.recordStop) == 0)
    #expect(desk.takeEvents().last == message("U:/record_test.wav", 216_000, 3))
    #expect(try desk.call(.recordGetSize, "record_test.wav") == 216_044)
    guard case .value(let data) = try desk.call(.recordGetData, "record_test.wav", 0, 44) else {
      return #expect(Bool(false), "no data")
    }
    let header = try #require(data.bytes)
    #expect(number(header, at: 24) == 8000 && number(header, at: 40) == 0)
    #expect(try desk.call(.recordDelete, "record_test.wav") == 0)
    #expect(try desk.call(.recordExists, "record_test.wav") == false)
  }
}
