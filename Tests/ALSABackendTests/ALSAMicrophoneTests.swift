import AudioEngine
import Glibc
import TestSupport
import Testing

@testable import ALSABackend

private typealias Config = VirtualMicrophoneConfig

struct ALSAMicrophoneTests {
  @Test(
    "A capture has exactly the samples of the device, whatever its format and channels",
    arguments: [
      "mic_hash", "mic_infile", "mic_stereo", "mic_s24", "mic_s24_packed", "mic_s32_stereo",
      "mic_float", "mic_eager",
    ])
  func exact(name: String) throws {
    let capture = try Capture(name)
    try capture.read(upTo: 4000)
    #expect(mismatch(capture.frames, Config.hash) == nil)
    #expect(capture.source.health.overruns == 0)
    #expect(capture.source.frameRate == 8000)
  }

  @Test("An 8-bit device gives the upper half of each sample")
  func eightBits() throws {
    let capture = try Capture("mic_u8")
    try capture.read(upTo: 2000)
    #expect(mismatch(capture.frames) { (Config.hash($0) >> 8) << 8 } == nil)
  }

  @Test("A device without a pace of its own is captured exactly, however late the reader is")
  func unpaced() throws {
    let capture = try Capture("file_hash")
    usleep(100_000)
    try capture.read(upTo: Config.fileFrames)
    #expect(mismatch(capture.frames, Config.hash) == nil)
    #expect(capture.source.health.overruns == 0)
  }

  @Test(
    "The source runs at the native rate nearest to the wanted one and says so",
    arguments: [
      ("mic_hash", 8000, 8000, "8000 Hz, 1 channel, S16_LE"),
      ("mic_hash", 16000, 16000, "16000 Hz, 1 channel, S16_LE"),
      ("mic_48000", 8000, 48000, "48000 Hz, 2 channels, S16_LE"),
      ("mic_plug", 8000, 48000, "48000 Hz, 1 channel, S16_LE"),
      ("mic_44100_48000", 8000, 44100, "44100 Hz, 1 channel, S16_LE"),
      ("mic_44100_48000", 48000, 48000, "48000 Hz, 1 channel, S16_LE"),
      ("mic_s32_stereo", 8000, 8000, "8000 Hz, 2 channels, S32_LE"),
    ])
  func nativeRate(name: String, wanted: Int, native: Int, description: String) throws {
    let capture = try Capture(name, frameRate: wanted)
    try capture.read(upTo: native / 10)
    #expect(mismatch(capture.frames, Config.hash) == nil)
    #expect(capture.source.frameRate == native)
    #expect(capture.source.health.native == description)
  }

  @Test("A tone is heard at its pitch, ten times faster than real time")
  func tone() throws {
    let capture = try Capture("mic_10x")
    try capture.read(upTo: 800)
    let crossings = zip(capture.frames, capture.frames.dropFirst()).count { $0 < 0 && $1 >= 0 }
    #expect(crossings == 43 || crossings == 44)
  }

  @Test("An unknown device is named, with the reason and the alternatives")
  func unknown() {
    Config.install()
    #expect(
      throws: AudioError.unavailable(
        "cannot open the ALSA device \"nosuch\": No such file or directory; "
          + "list devices with arecord -L, "
          + "or use --audio-in tone:440, file:PATH, noise or silence")
    ) { try ALSAMicrophone("nosuch").open(frameRate: 8000) }
  }

  @Test("A device without a usable sample format is refused with a sentence")
  func unusable() {
    Config.install()
    #expect(
      throws: AudioError.unavailable(
        "cannot capture 16-bit audio from the ALSA device \"mic_double\": Invalid argument; "
          + "list devices with arecord -L, "
          + "or use --audio-in tone:440, file:PATH, noise or silence")
    ) { try ALSAMicrophone("mic_double").open(frameRate: 8000) }
  }

  @Test("It is live, and its description is the setting that selects it")
  func description() {
    #expect(ALSAMicrophone("hw:1,0").isLive)
    #expect(ALSAMicrophone("hw:1,0").description == "alsa:hw:1,0")
  }

  @Test("Closing ends a capture that waits for a silent device", .timeLimit(.minutes(1)))
  func closeWhileStalled() throws {
    let capture = try Capture(ALSAMicrophone("mic_mute", stallLimit: .seconds(3600)))
    capture.source.close()
    capture.source.close()
  }

  @Test("A source that is let go closes itself", .timeLimit(.minutes(1)))
  func letGo() throws {
    weak var device: CapturePCM?
    do {
      let capture = try Capture(ALSAMicrophone("mic_mute", stallLimit: .seconds(3600)))
      device = capture.source.device
      #expect(device != nil)
    }
    #expect(device == nil)
  }

  @Test("The capture thread waits once a period, and is not kept busy by a device that lies")
  func wakeUps() throws {
    for (name, turnsASecond) in [("mic_hash", 50), ("mic_eager", 100)] {
      let begin = ContinuousClock.now
      let capture = try Capture(name)
      try capture.read(upTo: 4000)
      let elapsed = Double((ContinuousClock.now - begin).milliseconds) / 1000
      #expect(Double(capture.source.turns) <= 10 + elapsed * Double(turnsASecond))
    }
  }

  @Test("With a full ring, an unpaced device does not keep the thread busy", arguments: ["null"])
  func fullRing(name: String) throws {
    let begin = ContinuousClock.now
    let capture = try Capture(name)
    usleep(200_000)
    let turns = capture.source.turns
    let elapsed = (ContinuousClock.now - begin).milliseconds
    #expect(Int64(turns) <= 20 + elapsed / 10)
  }
}
