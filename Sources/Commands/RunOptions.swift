import DeviceEmulator
import EmulatedTime
import FlashStorage
import GuestRuntime

/// The options of the commands that have a module at work: what goes in besides the settings, and what is
/// kept of it.
struct RunOptions {
  /// The script's heap in bytes; nil for the model's.
  let heapBytes: Int?
  let staging: StageOptions
  /// Whether remarks on the run are left out.
  let isQuiet: Bool
  private let export: String?
  private let trace: String?

  init(_ arguments: inout Arguments) throws {
    export = try arguments.option("--export")
    heapBytes = try arguments.option("--heap").map(Self.bytes)
    trace = try arguments.option("--trace")
    staging = try StageOptions(&arguments)
    isQuiet = arguments.flag("--quiet")
  }

  private static func bytes(_ text: String) throws(UsageError) -> Int {
    guard let bytes = byteCount(text), (64 << 10...1 << 30).contains(bytes) else {
      throw UsageError("--heap is 64k to 1024m, not \"\(text)\"")
    }
    return bytes
  }

  /// Makes what is to be written to, so that its lack is noticed at once.
  func prepare() throws(Complaint) {
    if let export { try HostFile.makeOutputFolder(export) }
  }

  /// Creates the trace's file; nil if none is wanted.
  func openTrace(_ console: Console) throws(Complaint) -> CallTrace? {
    guard let trace else { return nil }
    let descriptor = HostFile.create(trace)
    guard descriptor >= 0 else {
      throw Complaint(.hostFailure, "cannot write the trace \(trace): \(hostReason)")
    }
    let hasFailed = Monitor(false)
    return CallTrace { line in
      hasFailed.withLock { failed in
        guard !failed, !HostFile.writeAll(descriptor, line) else { return }
        failed = true
        console.complain("the trace \(trace) ends here: \(hostReason)")
      }
    }
  }

  /// Copies the flash to the folder that `--export` names, all of it that can be read.
  func copyOut(_ files: ScriptFiles, _ console: Console) throws(Complaint) {
    guard let export else { return }
    var code: ExitCode?
    for mount in files.mounts {
      let summary = try onVolume { () throws(VolumeError) in
        try mount.volume.exportFolder(to: export, at: mount.path)
      }
      for omission in summary.omissions { console.complain("left out: \(omission)") }
      code = code ?? summary.exitCode
    }
    if let code { throw Complaint(code, "the flash is not whole in \(export)") }
  }
}
