import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModuleProfiles
import QuecPython
import Synchronization

/// A module on the bench, the model of which `QPYEMU_PROFILE` names: it hears a tone, its clock is moved
/// by hand, and what it calls back is collected.
final class Bench {
  let clock = VirtualClock()
  let device: DeviceEmulator
  let record: Record
  private let messages = Messages()

  init() throws {
    device = try DeviceEmulator(
      profile: .fromEnvironment(), microphone: ToneMicrophone(hertz: 440), clock: clock)
    // Models differ in the channels they have: 0 earpiece, 1 headphone, 2 speaker.
    let channels = device.profile.record.channels.map(\.rawValue)
    record = try device.makeRecord(channels.min() ?? 0)
    _ = try record.endCallback { [messages] message in messages.append(message) }
  }

  /// What the callback has heard so far.
  var heard: [Record.Message] { messages.all }

  /// Lets time pass on the module; then runs the callbacks that are due, as its script would.
  func wait(_ duration: Duration) {
    clock.advance(by: duration)
    device.runCallbacks()
  }
}

/// A list that a callback may add to from any thread.
private final class Messages: Sendable {
  private let list = Mutex<[Record.Message]>([])

  var all: [Record.Message] { list.withLock { $0 } }

  func append(_ message: Record.Message) { list.withLock { $0.append(message) } }
}
