import AudioEngine
import DeviceEmulator
import EmulatedTime
import GuestRuntime

/// Has the host's espeak-ng speak; where there is none, says so once.
final class ESpeakVoice: Voice {
  private static let byteLimit = 64 << 20

  private let program: String?
  private let notice: @Sendable (String) -> Void
  private let hasComplained = Monitor(false)

  init(path: String?, notice: @escaping @Sendable (String) -> Void) {
    program = HostFile.program(named: "espeak-ng", onPath: path)
    self.notice = notice
  }

  func speak(_ text: String, speed: Int) -> AudioClip? {
    guard let program else {
      complain("espeak-ng is not installed, so TTS is silence of about the right length")
      return nil
    }
    // 80 to 260 words a minute; 160 at the module's middle speed (ruled).
    let rate = 80 + 20 * speed
    guard
      let sound = ChildProcess.output(
        of: [program, "--stdout", "-s", String(rate), "--", text], limit: Self.byteLimit),
      let clip = try? AudioClip(sound, name: "what espeak-ng says")
    else {
      complain("espeak-ng failed, so TTS is silence of about the right length")
      return nil
    }
    return clip
  }

  private func complain(_ message: String) {
    let isFirst = hasComplained.withLock { complained in
      defer { complained = true }
      return !complained
    }
    if isFirst { notice(message) }
  }
}
