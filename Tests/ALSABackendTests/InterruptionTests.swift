import AudioEngine
import Glibc
import TestSupport
import Testing

@testable import ALSABackend

private typealias Config = VirtualMicrophoneConfig

/// What befalls a device while it is recorded; each at frame 2000 of a ramp that is never silent.
struct InterruptionTests {
  /// Checks that frames of the ramp come first, then the lost ones as silence, then the ramp again,
  /// at its place in time to within a period.
  private func expectGap(in capture: Capture, after least: Int) throws {
    let lost = capture.source.health.lostFrames
    let frames = capture.frames
    let gap = try #require(frames.firstIndex(of: 0))
    #expect(gap >= least)
    #expect(mismatch(frames.prefix(gap), Config.ramp) == nil)
    #expect(mismatch(frames.dropFirst(gap).prefix(lost)) { _ in 0 } == nil)
    let after = frames.dropFirst(gap + lost)
    let resumedAt = Int(try #require(after.first)) - 1
    #expect(mismatch(after) { Config.ramp(resumedAt + $0) } == nil)
    #expect(abs(resumedAt - (gap + lost)) <= 160)
  }

  @Test("An overrun is counted and its lost frames are silence, so that time stays true")
  func overrun() throws {
    let capture = try Capture("mic_overrun")
    try capture.read(upTo: 8000)
    #expect(capture.source.health.overruns == 1)
    #expect(capture.source.health.lostFrames > 3000, "what the buffer held, and more")
    try expectGap(in: capture, after: 2000)
  }

  @Test("A reader that is late for longer than ring and buffer hold makes the device overrun")
  func lateReader() throws {
    let capture = try Capture(ALSAMicrophone("mic_ramp", ringLength: .milliseconds(100)))
    usleep(700_000)
    try capture.read(upTo: 8000)
    #expect(capture.source.health.overruns == 1)
    try expectGap(in: capture, after: 640)
  }

  @Test(
    "A suspended device is resumed, or started again if it cannot resume",
    arguments: ["mic_suspend", "mic_resume"])
  func suspend(name: String) throws {
    let capture = try Capture(name)
    try capture.read(upTo: 6500)
    #expect(capture.source.health.suspends == 1)
    #expect(capture.source.health.overruns == 0)
    try expectGap(in: capture, after: 2000)
  }

  @Test("An unplugged device is lost after the frames that came before")
  func unplugged() throws {
    let capture = try Capture("mic_unplugged")
    let end = try capture.readToEnd()
    #expect(capture.frames.count == 2000)
    #expect(mismatch(capture.frames, Config.ramp) == nil)
    #expect(end == .lost("the ALSA device \"mic_unplugged\" is gone: No such device"))
    #expect(try capture.readToEnd() == end, "and it stays lost")
  }

  @Test("A device that stops without an error is lost after the stall limit")
  func stall() throws {
    let capture = try Capture(ALSAMicrophone("mic_stall", stallLimit: .milliseconds(500)))
    let end = try capture.readToEnd()
    #expect(capture.frames.count == 2000)
    #expect(mismatch(capture.frames, Config.ramp) == nil)
    #expect(
      end
        == .lost(
          "the ALSA device \"mic_stall\" has delivered nothing for 0.5 seconds; "
            + "look whether its sound server still runs"))
  }

  @Test("Frames that are ready when a device is lost are delivered to a reader that comes later")
  func lateReaderOfLostDevice() throws {
    let capture = try Capture("mic_unplugged")
    usleep(400_000)
    _ = try capture.readToEnd()
    #expect(capture.frames.count == 2000)
    #expect(mismatch(capture.frames, Config.ramp) == nil)
  }
}
