import ALSABackend
import AudioEngine
import GuestRuntime

/// The microphones that `--audio-in` can name.
enum AudioInput {
  static let forms = "alsa:NAME, file:PATH[,loop], tone:HZ, noise or silence"

  /// The microphone of a setting, or of the host if there is none.
  ///
  /// - Parameter seed: What noise derives from.
  /// - Throws: `UsageError` for a spelling that names none; `Complaint` for one that cannot be used.
  static func microphone(
    _ value: Settings.Value?, seed: UInt64
  ) throws -> any Microphone {
    guard let value else { return ALSAMicrophone("default") }
    let (kind, rest) = value.text.splitOnce(at: ":")
    let microphone: any Microphone
    switch (kind, rest) {
    case ("alsa", let name?) where !name.isEmpty: microphone = ALSAMicrophone(name)
    case ("file", let path?) where !path.isEmpty:
      let loops = path.hasSuffix(",loop")
      let file = value.path(loops ? String(path.dropLast(",loop".count)) : path)
      try checkReadable(file)
      microphone = FileMicrophone(path: file, loop: loops)
    case ("tone", let hertz?):
      guard let hertz = Int(hertz), (1...3999).contains(hertz) else {
        throw UsageError("\(value.origin): a tone has 1 to 3999 Hz, not \"\(rest ?? "")\"")
      }
      microphone = ToneMicrophone(hertz: hertz)
    case ("noise", nil): microphone = NoiseMicrophone(seed: seed)
    case ("silence", nil): microphone = SilenceMicrophone()
    default:
      throw UsageError(
        "\(value.origin) is \(forms), not \"\(value.text)\""
          + didYouMean(kind, in: ["alsa", "file", "tone", "noise", "silence"]))
    }
    try tryOut(microphone)
    return microphone
  }

  private static func checkReadable(_ path: String) throws(Complaint) {
    guard HostKind(of: path) != nil, HostFile.canBeRead(path) else {
      throw Complaint(.missingInput, "cannot read the sound file \(path): \(hostReason)")
    }
  }

  /// Opens what is not live once before the start, so that a file that is none does not come up in the
  /// middle of a run.
  private static func tryOut(_ microphone: any Microphone) throws {
    guard !microphone.isLive else { return }
    do throws(AudioError) {
      try microphone.open(frameRate: 8000).close()
    } catch {
      throw Complaint(.badData, error.message)
    }
  }
}

/// The outputs that `--audio-out` can name.
enum AudioOutputChoice {
  static let forms = "null, alsa:NAME or file:PATH"

  /// The output of a setting; null if there is none.
  ///
  /// - Throws: `UsageError` for a spelling that names none; `Complaint` for one that cannot be used.
  static func output(_ value: Settings.Value?, _ console: Console) throws -> any AudioOutput {
    guard let value else { return NullOutput() }
    let (kind, rest) = value.text.splitOnce(at: ":")
    switch (kind, rest) {
    case ("null", nil): return NullOutput()
    case ("alsa", let name?) where !name.isEmpty: return ALSAOutput(name)
    case ("file", let path?) where !path.isEmpty:
      let file = value.path(path)
      console.tellOfPipe(file)
      do throws(AudioError) {
        return try FileOutput(path: file)
      } catch {
        throw Complaint(.hostFailure, error.message)
      }
    default:
      throw UsageError(
        "\(value.origin) is \(forms), not \"\(value.text)\""
          + didYouMean(kind, in: ["null", "alsa", "file"]))
    }
  }
}

/// A sound device of the host, opened at the first sound and again when the rate changes.
private final class ALSAOutput: AudioOutput {
  let isLive = true
  private let playback: ALSAPlayback
  private var openRate: Int?

  init(_ name: String) { playback = ALSAPlayback(name) }

  func play(_ frames: Span<Int16>, frameRate: Int) throws(AudioError) {
    if openRate != frameRate {
      if openRate != nil { playback.drain() }
      try playback.open(frameRate: frameRate)
      openRate = frameRate
    }
    try playback.write(frames)
  }

  func finish() {
    if openRate != nil { playback.drain() }
    playback.close()
  }
}

extension String {
  /// What stands before the first separator, and what stands after it if there is one.
  func splitOnce(at separator: Character) -> (String, String?) {
    guard let index = firstIndex(of: separator) else { return (self, nil) }
    return (String(self[..<index]), String(self[self.index(after: index)...]))
  }
}
