import AudioEngine
import DeviceEmulator
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("What the observed firmware does beside the outcome table")
struct ObservedTests {
  private let desk: Desk

  init() throws { desk = try Desk(.named("EC600N"), .observed) }

  @Test("Constructing again forgets that it is busy, while the recording goes on and calls back")
  func again() throws {
    try desk.listen()
    try desk.call("Record.start", "a.wav", 2)
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0)])
    #expect(try desk.construct() == .object(0))
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(
      try desk.call("Record.getData", "a.wav", 0, 0) == -1, "the file can be read all the same")
    #expect(try desk.call("Record.start", "b.wav", 2) == -3, "the module knows that it records")
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == .valueError("record is busy\n"))
    desk.wait(.seconds(2))
    #expect(desk.takeEvents() == [message("U:/a.wav", 32_000, 3)])
    #expect(try desk.files.contents(of: "/usr/a.wav").count == 32_044)
    #expect(try desk.call("Record.start", "b.wav", 2) == 0)
    #expect(try desk.call("Record.isBusy") == 1)
  }

  @Test("The timer of an earlier constructor ends whatever file is recorded when it is due")
  func olderTimer() throws {
    try desk.listen()
    try desk.call("Record.start", "a.wav", 5)
    try desk.construct()
    try desk.call("Record.stop")
    desk.wait(.seconds(3))
    #expect(try desk.call("Record.start", "b.wav", 10) == 0)
    desk.wait(.seconds(2))
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(desk.takeEvents().last == message("U:/b.wav", 32_000, 3))
  }

  @Test("Constructing again has the next stream forget the callback, but not files")
  func forgottenCallback() throws {
    try desk.listen()
    try desk.construct()
    try desk.call("Record.stream_start", 4, 8000, 1)
    desk.wait(.seconds(2))
    #expect(desk.takeEvents() == [])
    _ = try desk.record("a.wav", seconds: 1)
    #expect(desk.takeEvents().count == 2)
  }

  @Test("A stream that began without a callback hears of none that is set while it runs")
  func lateCallback() throws {
    try desk.call("Record.stream_start", 4, 8000, 1)
    try desk.listen()
    desk.wait(.seconds(2))
    #expect(desk.takeEvents() == [])
  }

  @Test("Each stop ends what it is for, and forgets whatever else goes on")
  func wrongStop() throws {
    try desk.listen()
    try desk.call("Record.start", "a.wav", 5)
    #expect(try desk.call("Record.stream_stop") == 0)
    #expect(try desk.call("Record.isBusy") == 0)
    desk.wait(.seconds(10))
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0)], "the file has no end any more")
    #expect(try desk.call("Record.stop") == 0)
    #expect(desk.takeEvents() == [message("U:/a.wav", 160_000, 3)])
    try desk.call("Record.stream_start", 4, 8000, 0)
    #expect(try desk.call("Record.stop") == 0)
    #expect(try desk.call("Record.isBusy") == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().count == 11, "the stream goes on")
  }

  @Test(
    "A stream that the driver refuses has a ring all the same, stops the timer and frees the recorder"
  )
  func refusedStream() throws {
    try desk.listen()
    try desk.call("Record.start", "a.wav", 5)
    try desk.call("Record.stream_stop")
    #expect(try desk.call("Record.stream_read", .buffer(count: 10), 10) == -1)
    #expect(try desk.call("Record.stream_start", 4, 8000, 1) == -1)
    #expect(try desk.call("Record.stream_read", .buffer(count: 10), 10) == .value(.filled([])))
    #expect(try desk.call("Record.isBusy") == 0)
    desk.wait(.seconds(10))
    #expect(desk.takeEvents() == [message("U:/a.wav", 0, 0)], "the file goes on")
  }

  @Test(
    "A stream that the driver refuses ends the one that was forgotten, which the new callback hears"
  )
  func refusedSecondStream() throws {
    try desk.call("Record.stream_start", 4, 8000, 0)
    try desk.call("Record.stop")
    try desk.listen()
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [], "it began without a callback")
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == -1)
    #expect(desk.takeEvents().last == message("stream", 1600, 3))
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == 0)
  }

  @Test("After a failure the recorder is busy until its timer ends or it is stopped")
  func failure() throws {
    try desk.listen()
    desk.device.inject(Fault(.microphoneLost, when: .second(.seconds(1))))
    try desk.call("Record.start", "a.wav", 5)
    desk.wait(.seconds(2))
    #expect(desk.takeEvents().last == message("U:/a.wav", 16_000, -1))
    #expect(try desk.call("Record.isBusy") == 1)
    #expect(try desk.call("Record.start", "b.wav", 5) == -3)
    desk.wait(.seconds(3))
    #expect(try desk.call("Record.isBusy") == 0)
  }

  @Test("What an old stream left in the ring comes first in the next one")
  func leftover() throws {
    try desk.call("Record.stream_start", 4, 8000, 1)
    desk.wait(.seconds(2))
    try desk.call("Record.stream_start", 4, 8000, 0)
    #expect(try desk.call("Record.stream_read", .buffer(count: 4000), 4000) != .value(.filled([])))
  }

  @Test("A suffix of mp3 leaves the recorder busy until its timer ends, and the old file is gone")
  func suffix() throws {
    try desk.write([1], to: "/usr/a.mp3")
    #expect(try desk.call("Record.start", "a.mp3", 5) == -6)
    #expect(!desk.has("/usr/a.mp3"))
    desk.wait(.milliseconds(4999))
    #expect(try desk.call("Record.isBusy") == 1)
    #expect(try desk.call("Record.start", "a.wav", 5) == -3)
    desk.wait(.milliseconds(1))
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(try desk.call("Record.start", "a.wav", 5) == 0)
  }

  @Test("stop() frees a recorder that a wrong suffix has left busy; another suffix leaves it free")
  func freed() throws {
    try desk.call("Record.start", "a.mp3", 5)
    #expect(try desk.call("Record.stop") == 0)
    #expect(try desk.call("Record.isBusy") == 0)
    #expect(try desk.call("Record.start", "a.txt", 5) == -6)
    #expect(try desk.call("Record.isBusy") == 0)
  }

  @Test("__del__ ends all, and the next constructor makes a new object")
  func finalised() throws {
    try desk.listen()
    try desk.call("Record.start", "a.wav", 5)
    #expect(try desk.call("Record.__del__") == 0)
    #expect(try desk.call("Record.isBusy") == 1, "the old object's flag stays")
    #expect(try desk.construct() == .object(1))
    #expect(try desk.on(1, "Record.start", ["b.wav", 5]) == 0)
    #expect(try desk.call("Record.amrEncDtx_enable") == 0)
  }

  @Test("An object that was finalised has no timer: what it records has no end")
  func recordsWithoutTimer() throws {
    try desk.call("Record.__del__")
    try desk.construct()
    #expect(try desk.on(0, "Record.start", ["a.wav", 1]) == 0)
    desk.wait(.seconds(5))
    #expect(try desk.on(1, "Record.start", ["b.wav", 1]) == -3)
    #expect(try desk.call("Record.stop") == 0)
  }

  @Test("The documented policy is not busy after a wrong suffix")
  func documentedSuffix() throws {
    let desk = try Desk()
    #expect(try desk.call("Record.start", "a.mp3", 5) == -6)
    #expect(try desk.call("Record.isBusy") == 0)
  }

  @Test("Each constructor takes a timer for ever, and a refused one takes none")
  func timers() throws {
    let limit = desk.device.profile.limits.timers
    #expect(try desk.construct("Record", [2]) != .object(0))
    try desk.construct()
    try desk.construct()
    var count = 0
    while desk.device.startTimer(period: .seconds(1), isPeriodic: true, function: 1) != nil {
      count += 1
    }
    #expect(count == limit - 2)
    #expect(try desk.call("Record.start", "a.wav", 1) == 0)
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
    #expect(try desk.call("Record.end_callback", nil) == 0)
    _ = try desk.record("a.wav", seconds: 1)
    #expect(!desk.device.hasEvent)
  }

  @Test("The console session of an EC600S comes out the same")
  func session() throws {
    try desk.listen()
    #expect(try desk.call("Record.start", "record_test.wav", 40) == 0)
    #expect(try desk.call("Record.isBusy") == 1)
    desk.wait(.milliseconds(13_500))
    #expect(try desk.call("Record.stop") == 0)
    #expect(desk.takeEvents().last == message("U:/record_test.wav", 216_000, 3))
    #expect(try desk.call("Record.getSize", "record_test.wav") == 216_044)
    guard case .value(let data) = try desk.call("Record.getData", "record_test.wav", 0, 44) else {
      return #expect(Bool(false), "no data")
    }
    let header = try #require(data.bytes)
    #expect(number(header, at: 24) == 8000 && number(header, at: 40) == 0)
    #expect(try desk.call("Record.Delete", "record_test.wav") == 0)
    #expect(try desk.call("Record.exists", "record_test.wav") == false)
  }
}
