import DeviceEmulator
import XCTest

/// The same with XCTest, for a suite that has it already.
final class VoiceNoteXCTests: XCTestCase {
  func testNoteIsStopped() throws {
    let bench = try Bench()
    XCTAssertEqual(try bench.record.start("note.wav", seconds: 10), 0)
    bench.wait(.seconds(3))
    XCTAssertEqual(try bench.record.stop(), 0)
    bench.wait(.seconds(1))
    XCTAssertEqual(bench.heard.map(\.state), [0, 3])
    XCTAssertEqual(bench.heard.last?.path, "U:/note.wav")
    XCTAssertEqual(bench.heard.last?.length, 48_000)
  }

  func testWornFlashFailsTheRead() throws {
    let bench = try Bench()
    XCTAssertEqual(try bench.record.start("note.wav", seconds: 1), 0)
    bench.wait(.seconds(1))
    try bench.device.inject("what=read when=call:2 times=once")
    let answers = try (0..<3).map { _ in
      try bench.record.getData("note.wav", offset: 0, size: 4)
    }
    let start = GuestValue.bytearray(Array("RIFF".utf8))
    XCTAssertEqual(answers, [start, -1, start])
  }
}
