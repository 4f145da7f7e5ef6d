import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import Glibc
import GuestRuntime
import ModuleProfiles
import QuecPython

/// Runs scripts on modules with a fresh flash, or with one that is given.
struct ScriptRunner: Sendable {
  /// What is not for settings to choose.
  static let decided: Set<Settings.Name> = [.flash, .time, .audioOut]

  private let profile: ModuleProfile
  private let policy: Policy
  private let seed: UInt64
  private let microphone: any Microphone
  private let interpreter: Interpreter
  private let modules: FirmwareModules
  private let timeout: Duration
  private let length: RunLength?
  private let earlyEnd: EarlyEnd

  init(_ setup: RunSetup, timeout: Duration, length: RunLength? = nil, host: Host) throws {
    (profile, policy, seed) = (setup.profile, setup.policy, setup.seed)
    microphone = setup.microphone
    modules = setup.modules.modules
    (self.timeout, self.length) = (timeout, length)
    earlyEnd = host.earlyEnd
    interpreter = try Interpreter.required(host)
  }

  /// The volume whose flash is cut: `/usr`.
  private var volume: FlashVolume { profile.volumes[0] }

  /// Runs a script on a fresh flash and writes down what happens there.
  ///
  /// - Parameter isQuiet: Whether remarks on the run are left out.
  func record(
    _ source: ScriptImport, isQuiet: Bool, _ console: Console
  ) throws -> FlashRecording {
    let recorder = try onVolume { () throws(VolumeError) in
      FlashRecorder(start: try FreshFlash.content(of: volume))
    }
    let mount = try onFlash { () throws(FlashError) in
      let volume = try LittleFSVolume(
        mounting: RecordingFlash(recorder), openFileLimit: openFileLimit)
      return ScriptFiles.Mount(
        path: self.volume.mount, volume: try PromisingVolume(volume, recorder),
        isReadOnly: self.volume.readOnly)
    }
    let path = mount.path + (try source.copy(to: mount.volume))
    let copied = recorder.operationCount
    let output = try onHost { () throws(HostError) in
      try OutputTee(
        to: { bytes in
          console.writeAside(bytes)
          return true
        }, failed: {})
    }
    let ending = try run(
      path, on: device(with: mount, isQuiet: isQuiet, notice: console.complain),
      output: output.descriptor, isMain: true)
    output.finish()
    try ending.refuseFailure()
    let total = recorder.operationCount
    console.complain(
      "the run \(ending.sentence(timeout)) and made \(count(total, "operation")) on the flash, "
        + "\(copied) of them while the script was copied there")
    return recorder.recording
  }

  /// Runs a script on a fresh flash and takes note of all that passes between it and the module.
  ///
  func trace(_ source: ScriptImport) throws -> TracedRun {
    let mount = try mount(volume)
    let path = mount.path + (try source.copy(to: mount.volume))
    let device = try device(with: mount)
    let output = try TemporaryOutput()
    let entries = Monitor<[Journal.Entry]>([])
    let journal = Journal([.init(.module) { entry in entries.withLock { $0.append(entry) } }])
    let ending = try run(path, on: device, output: output.descriptor, journal: journal)
    try ending.refuseFailure()
    return TracedRun(
      entries: entries.withLock { $0 }, ending: ending, console: output.text,
      missingMethods: device.missingMethods)
  }

  /// Runs a script on what is left of a flash.
  ///
  /// - Returns: What is wrong with its ending; nil if it is 0.
  func check(_ source: ScriptImport, on content: FlashContent) throws -> String? {
    let mount = try onFlash { () throws(FlashError) in
      let volume = try LittleFSVolume(mounting: RAMFlash(content), openFileLimit: openFileLimit)
      return ScriptFiles.Mount(
        path: self.volume.mount, volume: volume, isReadOnly: self.volume.readOnly)
    }
    let path = mount.path + (try source.copy(to: mount.volume))
    let output = try TemporaryOutput()
    let ending = try run(path, on: device(with: mount), output: output.descriptor)
    guard ending != .exited(0) else { return nil }
    try ending.refuseFailure()
    let lines = output.text.split(separator: "\n").suffix(3).joined(separator: "; ")
    return "the check \(ending.sentence(timeout))\(lines.isEmpty ? "" : ": \(lines)")"
  }

  private var openFileLimit: Int { profile.limits.openFiles }

  private func mount(_ volume: FlashVolume) throws(Complaint) -> ScriptFiles.Mount {
    try onVolume { () throws(VolumeError) in
      try ScriptFiles.Mount(volume, openFileLimit: openFileLimit)
    }
  }

  /// A module with this `/usr`, its other volumes empty.
  private func device(
    with mount: ScriptFiles.Mount, isQuiet: Bool = true,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> DeviceEmulator {
    let others = try profile.volumes.dropFirst().map(self.mount)
    return try DeviceEmulator(
      profile: .profile(profile), policy: policy, microphone: microphone, clock: VirtualClock(),
      mounts: [mount] + others, seed: seed, isQuiet: isQuiet, notice: notice)
  }

  /// - Parameter isMain: Whether it is all that the command does at the moment, and ends early with it.
  private func run(
    _ path: String, on device: DeviceEmulator, output: Int32, journal: Journal = Journal(),
    isMain: Bool = false
  ) throws -> GuestEnding {
    var options = GuestOptions(
      .script(path), timeout: timeout, seed: seed, console: output, modules: modules)
    length?.put(into: &options)
    let run = GuestRun(device, interpreter: interpreter, options: options, journal: journal)
    if isMain { earlyEnd.handle { run.end($0.ending) } }
    return try onHost(run.run)
  }
}

extension GuestEnding {
  /// Ends the command if it was not the script that ended the run.
  fileprivate func refuseFailure() throws(Complaint) {
    switch self {
    case .hostFailed(let failure): throw Complaint(.hostFailure, failure.message)
    case .noInterpreter(let sentence): throw Complaint(.unavailable, sentence)
    default: break
    }
  }

  /// Such as `ended with 0`.
  func sentence(_ timeout: Duration) -> String {
    switch self {
    case .exited(let code): "ended with \(code)"
    case .crashed(let signal): "was ended by signal \(signal)"
    case .timedOut: "had not ended after \(timeout.inSeconds) s"
    case .limitReached(let limit): Self.overTime(limit)
    case .interrupted: "was interrupted"
    case .outputLost: "could print no more"
    case .noInterpreter(let sentence): sentence
    case .powerCut: "ended with a loss of power"
    case .reset: "ended with a restart of the module"
    case .poweredDown: "switched the module off"
    case .hostFailed(let failure): "failed: \(failure.message)"
    case .stuck(let place): "came to an end: \(Self.nothingLeft(at: place))"
    case .guestFailed(let sentence): "failed: \(sentence)"
    case .refusedCall(let number): Self.refused(number)
    }
  }

  /// That a run has taken all the device time that it may.
  static func overTime(_ limit: Duration) -> String {
    "had not ended after \(limit.inSeconds) s of device time"
  }

  /// That the interpreter's filter has refused something.
  static func refused(_ number: Int) -> String {
    "made the system call \(number), which it may not"
  }

  /// That a script waits for what never comes.
  static func nothingLeft(at place: ScriptPlace?) -> String {
    "nothing is left to wait for" + (place.map { ": \($0)" } ?? "")
  }
}

/// Does something with a flash of ours and turns its error into one for the user.
func onFlash<Result>(
  _ body: () throws(FlashError) -> Result
) throws(Complaint) -> Result {
  do throws(FlashError) {
    return try body()
  } catch {
    throw Complaint(.badData, "the flash: \(error)")
  }
}
