import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModuleProfiles
import QuecPython
import Testing

@testable import GuestRuntime

/// A module at whose console a test types.
final class ConsoleDesk: Sendable {
  private struct State {
    var shown: [UInt8] = []
    var run: GuestRun?
    var isOver = false
  }

  private let state = Monitor(State())
  private let console: ModuleConsole
  /// The module's time.
  private let time: any DeviceClock
  let device: DeviceEmulator

  /// How long a test waits for what has to come.
  private static let patience = Duration.seconds(60)

  /// Switches a module on.
  ///
  /// - Parameter files: What is on its flash.
  init(
    _ profile: String = "EC600N", policy: Policy = .documented, files: [String: String] = [:],
    clock: any DeviceClock = VirtualClock()
  ) throws {
    let state = state
    time = clock
    console = ModuleConsole(banner: "MicroPython; a module\r\n", codeLimit: 65536) { bytes in
      state.withLock(thenNotify: true) { $0.shown += bytes }
    }
    device = try DeviceEmulator(
      profile: .named(profile), policy: policy, microphone: ToneMicrophone(hertz: 440),
      clock: clock)
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      try ScriptRun.write(text, to: path, of: device)
    }
    let interpreter = try ScriptRun.interpreter
    HostThread.start { [state, console, device] in
      try? Self.live(device, console, interpreter, state)
      state.withLock(thenNotify: true) { $0.isOver = true }
    }
  }

  deinit { state.withLock { $0.run }?.end(.poweredDown) }

  private static func live(
    _ device: DeviceEmulator, _ console: ModuleConsole, _ interpreter: Interpreter,
    _ state: Monitor<State>
  ) throws {
    let options = GuestOptions(.console(console))
    // The console leads to what it has shown, which must not lead to the console.
    defer { state.withLock { $0.run = nil } }
    while true {
      let run = GuestRun(device, interpreter: interpreter, options: options)
      state.withLock { $0.run = run }
      guard case .reset(let reset) = try run.run() else { return }
      if reset != .soft { console.restart() }
    }
  }

  func type(_ text: String) { console.receive(Array(text.utf8)) }

  func type(_ bytes: [UInt8]) { console.receive(bytes) }

  /// Waits until the console shows something, and takes all that it shows until then.
  @discardableResult
  func shows(_ text: String, _ place: SourceLocation = #_sourceLocation) throws -> String {
    try shows(Array(text.utf8), place)
  }

  @discardableResult
  func shows(_ text: [UInt8], _ place: SourceLocation = #_sourceLocation) throws -> String {
    let due = ContinuousClock.now + Self.patience
    let shown = state.wait { state in
      if let end = state.shown.firstRange(of: text)?.upperBound {
        defer { state.shown.removeFirst(end) }
        return .done(Optional(String(decoding: state.shown[..<end], as: UTF8.self)))
      }
      return ContinuousClock.now >= due || state.isOver ? .done(nil) : .waiting(until: due)
    }
    if shown == nil {
      let instead = state.withLock { String(decoding: $0.shown, as: UTF8.self) }
      Issue.record(
        "the console does not show \(String(decoding: text, as: UTF8.self).debugDescription) but \(instead.debugDescription)",
        sourceLocation: place)
    }
    return try #require(shown, sourceLocation: place)
  }

  /// The clock that the test moves by hand.
  var clock: VirtualClock { time as! VirtualClock }

  /// Goes to the raw mode, as a tool does.
  func enterRaw(_ place: SourceLocation = #_sourceLocation) throws {
    try shows(">>> ", place)
    type("\u{1}")
    try shows("raw REPL; CTRL-B to exit\r\n>", place)
  }

  /// Types a line and gives all that is shown up to the next prompt.
  func enter(_ line: String, _ place: SourceLocation = #_sourceLocation) throws -> String {
    type(line + "\r")
    return try shows(">>> ", place)
  }
}
