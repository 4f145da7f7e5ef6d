import AudioEngine
import DeviceEmulator
import EmulatedTime
import Foundation
import GuestRuntime
import ModuleProfiles
import QuecPython
import Testing

/// One run of a script on an emulated module, and all that came of it.
struct ScriptRun {
  let ending: GuestEnding
  /// What the script printed.
  let console: String
  let device: DeviceEmulator
  /// The lines of the call trace.
  let trace: [String]

  var lines: [String] { console.split(separator: "\n").map(String.init) }

  /// A script's console, as a file without a name.
  final class Console: Sendable {
    let descriptor: Int32

    init() throws {
      var path = Array((NSTemporaryDirectory() + "qpyemu-console-XXXXXX").utf8CString)
      descriptor = mkstemp(&path)
      try #require(descriptor >= 0)
      unlink(path)
    }

    deinit { close(descriptor) }

    var text: String {
      var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
      let count = pread(descriptor, &bytes, bytes.count, 0)
      return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    /// Waits until the script has printed something, at most ten seconds.
    func await(_ marker: String) {
      for _ in 0..<2000 where !text.contains(marker) { usleep(5000) }
    }
  }

  struct Setting {
    var script = "/usr/main.py"
    var profile = "EC600N"
    var policy = Policy.documented
    var seed: UInt64 = 1
    var heapBytes: Int?
    var timeout = Duration.seconds(30)
    /// Whether the script may wait for what never comes.
    var isEndless = false
    /// More files of the flash: path and content.
    var files: [String: String] = [:]
    var clock: any DeviceClock = VirtualClock()
    var microphone: any Microphone = ToneMicrophone(hertz: 440)
  }

  /// Runs a script to its end.
  ///
  /// - Parameter during: What happens meanwhile, on a thread of its own.
  init(
    _ script: String, _ setting: Setting = Setting(),
    during: (@Sendable (GuestRun, Console) -> Void)? = nil
  ) throws {
    device = try DeviceEmulator(
      profile: .named(setting.profile), policy: setting.policy, microphone: setting.microphone,
      clock: setting.clock)
    for (path, content) in setting.files.sorted(by: { $0.key < $1.key })
      + [(setting.script, script)]
    {
      try Self.write(content, to: path, of: device)
    }
    let console = try Console()
    let lines = Monitor([String]())
    var options = GuestOptions(
      .script(setting.script), heapBytes: setting.heapBytes, timeout: setting.timeout,
      seed: setting.seed, console: console.descriptor)
    options.isEndless = setting.isEndless
    let run = GuestRun(
      device, interpreter: try Self.interpreter, options: options,
      journal: Journal([
        .init(.peripherals) { entry in
          lines.withLock { $0.append(String(decoding: entry.line, as: UTF8.self)) }
        }
      ]))
    if let during { HostThread.start { during(run, console) } }
    ending = try run.run()
    self.console = console.text
    trace = lines.withLock { $0 }
  }

  /// The interpreter of this host; without one these tests can show nothing.
  static var interpreter: Interpreter {
    get throws { try Interpreter.find() }
  }

  static func write(_ content: String, to path: String, of device: DeviceEmulator) throws {
    let folders = path.split(separator: "/").dropLast()
    for depth in folders.indices.dropFirst() {
      try? device.files.makeDirectory("/" + folders[...depth].joined(separator: "/"))
    }
    let file = try device.files.open(path, mode: "w")
    let bytes = Array(content.utf8)
    try device.files.write(file, bytes.span)
    try device.files.close(file)
  }

  /// Whether a file of the flash is a WAV whose header tells its true size, and of how many bytes.
  func recordedBytes(_ path: String) throws -> Int? {
    let bytes = try device.files.contents(of: path)
    guard bytes.count >= 44, bytes.starts(with: Array("RIFF".utf8)) else { return nil }
    let size = (0..<4).reduce(0) { $0 | Int(bytes[40 + $1]) << (8 * $1) }
    return size == bytes.count - 44 ? size : nil
  }
}
