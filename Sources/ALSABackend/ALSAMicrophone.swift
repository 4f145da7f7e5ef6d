public import AudioEngine

/// A microphone of the host, or of its sound server, by its ALSA name.
///
/// Recording goes on through overruns and suspends: they are counted, and each lost frame is replaced
/// by a frame of silence, so that the recording keeps its length. A device that is unplugged, or that
/// delivers nothing for longer than a limit, is lost.
public struct ALSAMicrophone: Microphone {
  /// The ALSA name of the device, such as `default` or `plughw:1,0`; `arecord -L` lists them.
  public let name: String
  private let stallLimit: Duration
  private let ringLength: Duration

  public var description: String { "alsa:\(name)" }
  public var isLive: Bool { true }

  /// - Parameters:
  ///   - name: The ALSA name of the device.
  ///   - stallLimit: How long a device may deliver nothing before it is lost; sound servers that stop
  ///     report no error.
  ///   - ringLength: How much is kept for a reader that is late; what comes then overruns the device.
  public init(
    _ name: String, stallLimit: Duration = .seconds(2), ringLength: Duration = .seconds(2)
  ) {
    self.name = name
    self.stallLimit = stallLimit
    self.ringLength = ringLength
  }

  /// Opens the device at the native rate that is nearest to `frameRate` and starts capturing.
  ///
  /// - Throws: ``AudioError/unavailable(_:)`` naming the device, ALSA's reason and the alternatives.
  public func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    var step = "cannot open the ALSA device \"\(name)\""
    do throws(ALSAError) {
      return try quietly { () throws(ALSAError) in
        let device = try CapturePCM(opening: name)
        step = "cannot capture 16-bit audio from the ALSA device \"\(name)\""
        try device.configure(wantedRate: frameRate)
        return try ALSASource(
          name: name, device: device, stallLimit: stallLimit, ringLength: ringLength)
      }
    } catch {
      throw .unavailable(
        "\(step): \(error.reason); list devices with arecord -L, "
          + "or use --audio-in tone:440, file:PATH, noise or silence")
    }
  }
}
