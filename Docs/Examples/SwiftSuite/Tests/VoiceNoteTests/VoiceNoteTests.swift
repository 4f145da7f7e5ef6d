import DeviceEmulator
import Testing

/// With Swift Testing.
struct VoiceNoteTests {
  @Test("A note of ten seconds is as long as the page says, and is told of at its start and end")
  func note() throws {
    let bench = try Bench()
    #expect(try bench.record.start("note.wav", seconds: 10) == 0)
    bench.wait(.seconds(9))
    #expect(try bench.record.isBusy() == 1)
    #expect(bench.heard.map(\.state) == [0])

    bench.wait(.seconds(1))
    #expect(try bench.record.isBusy() == 0)
    #expect(bench.heard.map(\.state) == [0, 3])
    #expect(bench.heard.last?.length == 160_000)
    // Whether the 44 bytes of the header count is a difference between models.
    let header = bench.device.profile.record.sizeCountsHeader ? 44 : 0
    #expect(try bench.record.getSize("note.wav") == .int(160_000 + header))
  }

  @Test("A microphone that goes away ends the note; what was heard stays, and the next one works")
  func lostMicrophone() throws {
    let bench = try Bench()
    bench.device.inject(Fault(.microphoneLost, when: .second(.seconds(2)), times: 1))
    #expect(try bench.record.start("note.wav", seconds: 10) == 0)
    bench.wait(.seconds(10))
    #expect(bench.heard.map(\.state) == [0, -1])
    #expect(bench.heard.last?.length == 32_000)
    #expect(try bench.device.files.contents(of: "/usr/note.wav").count == 44 + 32_000)

    #expect(try bench.record.start("note.wav", seconds: 1) == 0)
    bench.wait(.seconds(1))
    #expect(bench.heard.map(\.state) == [0, -1, 0, 3])
  }

  @Test("A flash that is full is told by start", arguments: [1, 10])
  func fullFlash(seconds: Int) throws {
    let bench = try Bench()
    try bench.device.inject("what=flash-full when=byte:0")
    #expect(try bench.record.start("note.wav", seconds: seconds) == -2)
    #expect(bench.heard.isEmpty)
  }
}
