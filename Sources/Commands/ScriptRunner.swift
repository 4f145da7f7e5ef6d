import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import Glibc
import GuestRuntime
import ModuleProfiles

/// Runs scripts of a sweep on modules that differ in nothing but their flash.
struct ScriptRunner: Sendable {
  private let profile: ModuleProfile
  private let policy: Policy
  private let seed: UInt64
  private let microphone: any Microphone
  private let interpreter: Interpreter
  private let timeout: Duration

  init(_ setup: RunSetup, timeout: Duration, host: Host) throws {
    (profile, policy, seed) = (setup.profile, setup.policy, setup.seed)
    microphone = setup.microphone
    self.timeout = timeout
    interpreter = try Interpreter.required(host)
  }

  /// The volume whose flash is cut: `/usr`.
  private var volume: FlashVolume { profile.volumes[0] }

  /// Runs a script on a fresh flash and writes down what happens there.
  func record(_ source: ScriptImport, _ console: Console) throws -> FlashRecording {
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
    let ending = try run(
      path, on: mount, output: console.errorDescriptor, notice: console.complain)
    let total = recorder.operationCount
    console.complain(
      "the run \(ending.sentence(timeout)) and made \(count(total, "operation")) on the flash, "
        + "\(copied) of them while the script was copied there")
    if case .hostFailed(let failure) = ending { throw Complaint(.hostFailure, failure.message) }
    return recorder.recording
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
    let ending = try run(path, on: mount, output: output.descriptor)
    guard ending != .exited(0) else { return nil }
    let lines = output.text.split(separator: "\n").suffix(3).joined(separator: "; ")
    return "the check \(ending.sentence(timeout))\(lines.isEmpty ? "" : ": \(lines)")"
  }

  private var openFileLimit: Int { profile.limits.openFiles }

  private func run(
    _ path: String, on mount: ScriptFiles.Mount, output: Int32,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> GuestRun.Ending {
    let others = try profile.volumes.dropFirst().map { volume in
      try onVolume { () throws(VolumeError) in
        try ScriptFiles.Mount(volume, openFileLimit: openFileLimit)
      }
    }
    let device = try DeviceEmulator(
      profile, policy: policy, microphone: microphone, clock: VirtualClock(),
      mounts: [mount] + others, notice: notice)
    let run = GuestRun(
      device, interpreter: interpreter,
      options: GuestRun.Options(
        .script(path), timeout: timeout, seed: seed, console: output))
    do throws(HostError) {
      return try run.run()
    } catch {
      throw Complaint(.internalError, error.message)
    }
  }
}

extension GuestRun.Ending {
  /// Such as `ended with 0`.
  fileprivate func sentence(_ timeout: Duration) -> String {
    switch self {
    case .exited(let code): "ended with \(code)"
    case .crashed(let signal): "was ended by signal \(signal)"
    case .timedOut: "had not ended after \(Int(timeout / .seconds(1))) s"
    case .interrupted: "was interrupted"
    case .powerCut: "ended with a loss of power"
    case .reset: "ended with a restart of the module"
    case .poweredDown: "switched the module off"
    case .hostFailed(let failure): "failed: \(failure.message)"
    }
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

/// A file without a name that collects what a child prints.
private struct TemporaryOutput: ~Copyable {
  let descriptor: Int32

  init() throws(Complaint) {
    var template = Array("/tmp/qpyemu-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw Complaint(.hostFailure, "cannot make a temporary file: \(hostReason)")
    }
    unsafe unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// What was printed so far, at most 64 KiB.
  var text: String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
