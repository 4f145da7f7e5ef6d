import DeviceEmulator
import EmulatedTime
import FlashStorage
import Glibc
import GuestRuntime

/// The options of the commands that have a module at work: what goes in besides the settings, and what is
/// kept of it.
struct RunOptions {
  /// The script's heap in bytes; nil for the model's.
  let heapBytes: Int?
  let staging: StageOptions
  /// What is at the other end of the serial ports.
  let wiring: SerialWiring
  /// Whether remarks on the run are left out.
  let isQuiet: Bool
  /// Whether the interpreter runs without its filter of system calls.
  let isUnconfined: Bool
  private let export: String?
  private let trace: String?

  init(_ arguments: inout Arguments) throws {
    export = try arguments.option("--export")
    heapBytes = try arguments.option("--heap").map(Self.bytes)
    trace = try arguments.option("--trace")
    staging = try StageOptions(&arguments, export: export)
    wiring = try SerialWiring(&arguments)
    isQuiet = arguments.flag("--quiet")
    isUnconfined = arguments.flag("--unconfined")
  }

  /// What the line of settings says of the interpreter: nothing where all is as it should be.
  func note(on interpreter: Interpreter) -> String {
    (interpreter.bits == 32
      ? "" : ", interpreter of \(interpreter.bits) bits, whose heap figures are not the module's")
      + (isUnconfined ? ", interpreter without its filter of system calls" : "")
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
  func openTrace(_ console: Console, _ earlyEnd: EarlyEnd) throws(Complaint) -> TraceFile? {
    try trace.map { path throws(Complaint) in try TraceFile(path, console, earlyEnd) }
  }

  /// Copies the flash to the folder that `--export` names, all of it that can be read, and what the display shows.
  func copyOut(_ device: DeviceEmulator, _ console: Console) throws(Complaint) {
    guard let export else { return }
    if let picture = device.world.display?.picture {
      try HostFile.write(picture.png, to: export + "/display.png")
    }
    let files = device.files
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

/// The file of `--trace`.
final class TraceFile: Sendable {
  private let hasFailed: Monitor<Bool>
  /// What writes into it.
  let reader: Journal.Reader
  private let finish: @Sendable () -> Void

  /// Creates the file; of a named pipe waits for somebody who reads.
  init(_ path: String, _ console: Console, _ earlyEnd: EarlyEnd) throws(Complaint) {
    console.tellOfPipe(path)
    let descriptor = HostFile.create(path) { earlyEnd.hasCome }
    guard descriptor >= 0 else {
      let reason = errno == ENXIO ? "nobody reads this named pipe" : hostReason
      throw Complaint(.hostFailure, "cannot write the trace \(path): \(reason)")
    }
    let hasFailed = Monitor(false)
    self.hasFailed = hasFailed
    let attempt: @Sendable (() -> Bool) -> Void = { write in
      hasFailed.withLock { failed in
        guard !failed, !write() else { return }
        failed = true
        guard !earlyEnd.hasCome else { return }
        console.complain("the trace \(path) ends here: \(hostReason)")
      }
    }
    reader = Journal.Reader(.peripherals) { entry in
      attempt { HostFile.writeAll(descriptor, entry.line, unless: { earlyEnd.hasCome }) }
    }
    // What takes nothing refuses an empty trace, too; some hosts say only at the end that the disk is full.
    finish = { attempt { Glibc.write(descriptor, nil, 0) == 0 && Glibc.close(descriptor) == 0 } }
  }

  /// Closes the file once nothing is traced any more.
  ///
  /// - Returns: What a command ends with that would end with `code`: a trace that is not whole is no success.
  func close(after code: ExitCode) -> ExitCode {
    finish()
    return hasFailed.withLock { $0 } ? .hostFailure : code
  }
}
