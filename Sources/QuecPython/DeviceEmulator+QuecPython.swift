public import AudioEngine
public import DeviceEmulator
public import EmulatedTime
public import ModuleProfiles

extension DeviceEmulator {
  /// Powers a module on. A Swift program may record with ``makeRecord(_:)``.
  ///
  /// ```swift
  /// let clock = VirtualClock()
  /// let device = try DeviceEmulator(
  ///   profile: .named("EC600N"), microphone: ToneMicrophone(hertz: 440), clock: clock)
  /// let record = try device.makeRecord()
  /// try record.start("a.wav", seconds: 10)  // 0
  /// clock.advance(by: .seconds(10))
  /// let bytes = try device.files.contents(of: "/usr/a.wav")
  /// ```
  ///
  /// - Parameters:
  ///   - profile: Which module, by name or from the environment (`QPYEMU_PROFILE`).
  ///   - policy: `documented` answers as the vendor's page says, `observed` as firmware was seen to.
  ///   - microphone: What it hears.
  ///   - loudspeaker: Where what it plays goes.
  ///   - voice: Who speaks for TTS.
  ///   - photos: Who reads JPEG files for the display.
  ///   - clock: Its time; a live microphone needs a ``HostClock``.
  ///   - mounts: Its volumes; left out, empty ones in memory of the profile's sizes.
  ///   - secureArea: The part of its flash beside the volumes; left out, an empty one in memory.
  ///   - outcomes: What calls come to; left out, what the tables of the modules say.
  ///   - seed: What the open digits of its serial numbers come from.
  ///   - isQuiet: Whether the notice gets errors alone, and no remarks: why a call has failed because of
  ///     what the model or the emulator lacks, or that a microphone delivers only zeros.
  ///   - notice: Gets a sentence when something happens that a person should know and the script cannot.
  /// - Throws: `ProfileError` for an unknown or broken profile, `VolumeError` for volumes that cannot be.
  public convenience init(
    profile: ProfileSelection, policy: Policy = .documented,
    microphone: any Microphone = SilenceMicrophone(),
    loudspeaker: any AudioOutput = NullOutput(), voice: any Voice = TimedSilence(),
    photos: any PhotoReader = NoPhotos(), clock: any DeviceClock = VirtualClock(),
    mounts: [ScriptFiles.Mount]? = nil, secureArea: SecureArea = SecureArea(),
    outcomes: OutcomeTable? = nil, seed: UInt64 = 1, isQuiet: Bool = false,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    try self.init(
      profile.resolve(), modules: .quecPython, policy: policy, microphone: microphone,
      loudspeaker: loudspeaker, voice: voice, photos: photos, clock: clock, mounts: mounts,
      secureArea: secureArea, outcomes: outcomes, seed: seed, isQuiet: isQuiet, notice: notice)
  }
}
