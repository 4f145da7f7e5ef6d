import ALSABackend
import AudioEngine
import Foundation
import TestSupport
import Testing

struct ALSAPlaybackTests {
  @Test("What is written is what the device plays")
  func exact() throws {
    VirtualMicrophoneConfig.install()
    let playback = ALSAPlayback("file_out")
    try playback.open(frameRate: 8000)
    let frames = (0..<12_345).map(VirtualMicrophoneConfig.hash)
    for start in stride(from: 0, to: frames.count, by: 1000) {
      try playback.write(frames.span.extracting(start..<min(start + 1000, frames.count)))
    }
    playback.drain()
    playback.close()
    let played = try Data(
      contentsOf: URL(filePath: VirtualMicrophoneConfig.folder + "/out.raw"))
    #expect(
      Array(played.prefix(2 * frames.count))
        == frames.flatMap { [$0.littleBytes.0, $0.littleBytes.1] })
  }

  @Test("An unknown device is named, with the reason and the alternatives")
  func unknown() {
    VirtualMicrophoneConfig.install()
    #expect(
      throws: AudioError.unavailable(
        "cannot play on the ALSA device \"nosuch\": No such file or directory; "
          + "list devices with aplay -L, or use --audio-out null or file:PATH")
    ) { try ALSAPlayback("nosuch").open(frameRate: 8000) }
  }
}

struct ALSADevicesTests {
  @Test("Devices to record from are listed with their descriptions")
  func list() {
    VirtualMicrophoneConfig.install()
    let devices = ALSADevices.list()
    #expect(devices.contains { $0.name == "mic_hash" && $0.description == "Virtual microphone" })
  }
}

extension Int16 {
  fileprivate var littleBytes: (UInt8, UInt8) {
    (UInt8(truncatingIfNeeded: self), UInt8(truncatingIfNeeded: self >> 8))
  }
}
