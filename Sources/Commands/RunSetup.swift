import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import GuestRuntime
import ModuleProfiles
import QuecPython

/// What a run's time is: device time alone, or the host's.
enum TimeMode: String, CaseIterable { case virtual, real }

/// The effective settings of a run, checked against each other.
struct RunSetup {
  let profile: ModuleProfile
  let policy: Policy
  let seed: UInt64
  let time: TimeMode
  let microphone: any Microphone
  /// What scripts import as if it were part of the firmware.
  let modules: ModulesFolder
  private let loudspeaker: any AudioOutput
  private let loudspeakerText: String
  private let flash: FlashSetting
  private let heapBytes: Int?
  private let host: Host

  /// - Parameters:
  ///   - isAtConsole: Whether somebody outside works with the module while it runs.
  ///   - isWired: Whether something of the host's speaks on its serial ports.
  init(
    _ settings: Settings, heapBytes: Int?, isAtConsole: Bool = false, isWired: Bool = false,
    host: Host, _ console: Console
  ) throws {
    self.heapBytes = heapBytes
    self.host = host
    profile = try settings.moduleProfile(host)
    policy = try settings[.policy]?.choice(of: Policy.self) ?? .documented
    seed = try Self.seed(settings)
    microphone = try AudioInput.microphone(settings[.audioIn], seed: seed)
    loudspeaker = try AudioOutputChoice.output(settings[.audioOut], console)
    loudspeakerText = settings[.audioOut]?.text ?? "null"
    flash = try FlashSetting(settings[.flash])
    modules = try ModulesFolder(settings[.modules])
    let isLive = microphone.isLive || loudspeaker.isLive
    let mode = try settings[.time]?.choice(of: TimeMode.self)
    if isLive, mode == .virtual {
      throw UsageError(
        "live audio runs in real time: leave out \(settings[.time]?.origin ?? "--time") virtual, or "
          + "use tone:HZ, file:PATH, noise or silence as --audio-in")
    }
    if isWired, mode == .virtual {
      throw UsageError(
        "a serial line of the host runs in real time: leave out \(settings[.time]?.origin ?? "--time") "
          + "virtual, or use loopback as --uart")
    }
    time = mode ?? (isLive || isAtConsole || isWired ? .real : .virtual)
  }

  private static func seed(_ settings: Settings) throws(UsageError) -> UInt64 {
    guard let value = settings[.seed] else { return 1 }
    guard let seed = UInt64(value.text) else {
      throw UsageError("\(value.origin) is a whole number from 0 on, not \"\(value.text)\"")
    }
    return seed
  }

  /// Refuses a run that would not be the same a second time.
  ///
  /// - Parameter purpose: What needs that, such as `a sweep`.
  func requireRepeatable(for purpose: String) throws(UsageError) {
    guard time == .virtual else {
      throw UsageError(
        "\(purpose) needs a run that can be repeated: --audio-in tone:HZ, file:PATH, noise or silence, "
          + "not a live microphone")
    }
  }

  /// Refuses a fault that the module cannot have.
  func check(_ fault: Fault) throws(Fault.Malformed) {
    try fault.check(on: profile, under: policy, in: OutcomeTables.quecPython.of)
  }

  /// Every effective setting, in a line.
  var description: String {
    let heap = heapBytes.map { ", heap \($0 / 1024)k" } ?? ""
    return "\(profile.name), policy \(policy.rawValue), microphone \(microphone.description), "
      + "loudspeaker \(loudspeakerText), time \(time.rawValue), "
      + "flash \(flash.description)\(heap), seed \(seed)\(modules.description)"
  }

  /// The module's volumes.
  func files(_ console: Console) throws -> ScriptFiles {
    if let folder = flash.folder { try HostFile.makeOutputFolder(folder) }
    return ScriptFiles(
      try profile.volumes.map { volume in
        try onVolume { () throws(VolumeError) in
          try ScriptFiles.Mount(
            volume, on: flash[mount: volume.mount], policy: policy,
            openFileLimit: profile.limits.openFiles, notice: console.complain)
        }
      })
  }

  /// - Parameter isQuiet: Whether remarks are left out.
  func makeDevice(
    _ files: ScriptFiles, isQuiet: Bool, _ console: Console
  ) throws -> DeviceEmulator {
    let notice: @Sendable (String) -> Void = { console.complain($0) }
    let remark: @Sendable (String) -> Void = { if !isQuiet { console.complain($0) } }
    return try DeviceEmulator(
      profile: .profile(profile), policy: policy, microphone: microphone, loudspeaker: loudspeaker,
      voice: ESpeakVoice(path: host.variable("PATH"), notice: remark),
      photos: JPEGLibrary(notice: remark),
      clock: time == .virtual ? VirtualClock() : HostClock(), mounts: files.mounts,
      secureArea: secureArea(), seed: seed, isQuiet: isQuiet, notice: notice)
  }

  /// The part of the flash beside the volumes, kept where `/usr` is.
  private func secureArea() throws(Complaint) -> SecureArea {
    guard let path = flash.secureFile else { return SecureArea() }
    var content: [UInt8] = []
    if let size = HostFile.size(of: path) {
      guard size == SecureArea.byteCount,
        let kept = HostFile.start(of: path, count: SecureArea.byteCount)
      else {
        throw Complaint(
          .badData,
          "\(path) is no secure area of a module, which has \(SecureArea.byteCount) bytes")
      }
      content = kept
    }
    return SecureArea(content) { bytes throws(HostFailure) in
      do throws(Complaint) {
        try HostFile.write(bytes, to: path)
      } catch {
        throw HostFailure(error.message)
      }
    }
  }
}
