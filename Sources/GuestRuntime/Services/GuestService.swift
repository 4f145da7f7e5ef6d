import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles
import QuecPython

/// A call that is no peripheral's method: of the interpreter itself, or of the files, and what the emulator
/// is asked.
struct GuestService: Sendable {
  /// What answers it.
  typealias Body = @Sendable (GuestServices, ServiceCall) throws -> GuestLink.Outcome

  /// Whether it takes the time of a call.
  let takesTime: Bool
  /// Whether models may answer it differently, so that a trace of the whole module has it.
  let isOfModel: Bool
  let body: Body

  private init(takesTime: Bool, isOfModel: Bool = false, _ body: @escaping Body) {
    (self.takesTime, self.isOfModel, self.body) = (takesTime, isOfModel, body)
  }

  /// A call that comes to what the body says.
  private static func comes(
    takesTime: Bool = true, isOfModel: Bool = false, _ body: @escaping Body
  ) -> GuestService {
    GuestService(takesTime: takesTime, isOfModel: isOfModel, body)
  }

  /// A call that answers with a value.
  private static func gives(
    takesTime: Bool = true, isOfModel: Bool = false,
    _ body: @escaping @Sendable (GuestServices, ServiceCall) throws -> GuestValue
  ) -> GuestService {
    GuestService(takesTime: takesTime, isOfModel: isOfModel) { .value(try body($0, $1)) }
  }

  /// A call that answers None.
  private static func does(
    takesTime: Bool = true, isOfModel: Bool = false,
    _ body: @escaping @Sendable (GuestServices, ServiceCall) throws -> Void
  ) -> GuestService {
    GuestService(takesTime: takesTime, isOfModel: isOfModel) { this, call in
      try body(this, call)
      return .value(.none)
    }
  }

  /// All of them, by name.
  static let all: [String: GuestService] = [interpreter, console, files, module, tests].reduce(
    into: [:]) {
      $0.merge($1) { first, _ in first }
    }

  /// Of the interpreter itself.
  private static let interpreter: [String: GuestService] = [
    "hello": comes(takesTime: false) { try $0.greet($1) },
    "guest.refused": comes(takesTime: false) { .end(.refusedCall(try $1.int(0))) },
    "object.number": gives(takesTime: false) { .int($0.number(of: $1.request.object)) },
    "stream.ready": gives { .int($0.readiness(of: $1.request.object, among: try $1.int(0))) },
    "job.next": comes(takesTime: false) { try $0.nextJob($1) },
    "import.stat": gives { .int($0.kindForImport(try $1.string(0))) },
    "import.source": gives { .bytes(try $0.source(try $1.string(0))) },
    "module.describe": comes(takesTime: false) { .written($0.describe(try $1.string(0))) },
    "module.list": gives(takesTime: false) { this, _ in .list(this.moduleNames.map { .string($0) })
    },
    "module.bare": does(takesTime: false) { $0.device.tellBareName(try $1.string(0)) },
    "module.lacks": does(takesTime: false) {
      $0.device.tellLack(of: try $1.string(1), in: try $1.string(0))
    },
    "module.absent": does(takesTime: false) { $0.device.tellAbsence(ofModule: try $1.string(0)) },
    "thread.refused": does(takesTime: false) { this, _ in this.device.tellThreadLimit() },
    "time.sleep": comes { .wait(until: $0.now + .nanoseconds(max(try $1.int(0), 0)), then: .none) },
    "time.sleep_us": comes { this, call in
      .wait(until: this.now + this.shortSleep(of: max(try call.int(0), 0)), then: .none)
    },
    "time.now": gives { this, _ in .int(this.device.unixTime) },
    "time.local": gives { this, _ in .int(this.device.unixTime + 3600 * this.device.timeZone) },
    "time.zone": gives { this, _ in .int(this.device.timeZone) },
    "time.set_zone": does { this, call in
      this.device.timeZone = try call.int(0)
    },
  ]

  private static let console: [String: GuestService] = [
    "console.write": comes(takesTime: false) { $0.write($1) },
    "console.read": comes(takesTime: false) { try $0.readConsole($1) },
    "console.ready": gives { this, _ in .bool(this.console?.hasInput ?? false) },
    "console.line": comes(takesTime: false) { try $0.readLine($1) },
    "console.interrupts": does { $0.console?.setInterrupt(UInt8(exactly: try $1.int(0))) },
  ]

  private static let files: [String: GuestService] = [
    "file.open": comes(isOfModel: true) { try $0.openFile($1) },
    "file.read": gives(isOfModel: true) { try $0.read($1) },
    "file.write": gives(isOfModel: true) { try $0.write($1, to: $0.file($1)) },
    "file.seek": gives(isOfModel: true) {
      .int(try $0.device.files.seek($0.file($1), to: $1.int(0), from: $1.origin(1)))
    },
    "file.sync": does(isOfModel: true) { try $0.device.files.sync($0.file($1)) },
    "file.close": does(isOfModel: true) { try $0.device.files.close($0.file($1)) },
    "fs.stat": gives(isOfModel: true) { try $0.status($1.string(0)) },
    "fs.list": gives(isOfModel: true) { try $0.list($1.string(0)) },
    "fs.statvfs": gives(isOfModel: true) { try $0.statistics($1.string(0)) },
    "fs.mkdir": does(isOfModel: true) { try $0.device.files.makeDirectory($1.string(0)) },
    "fs.remove": does(isOfModel: true) { try $0.device.files.remove($1.string(0)) },
    "fs.rename": does(isOfModel: true) {
      try $0.device.files.rename($1.string(0), to: $1.string(1))
    },
    "fs.folder": does(isOfModel: true) { try $0.requireFolder($1.string(0)) },
  ]

  /// The module's name and its random numbers.
  private static let module: [String: GuestService] = [
    "module.uname": gives(takesTime: false, isOfModel: true) { this, _ in this.uname },
    "module.random": gives { try $0.randomBytes($1) },
  ]

  /// What a test asks of the emulator, which no module has. It takes no time, so that a script with it runs as one
  /// without.
  private static let tests: [String: GuestService] = [
    "fault.inject": does(takesTime: false) { try $0.injectFault($1) },
    "fault.list": gives(takesTime: false) { this, _ in this.faults },
    "fault.clear": does(takesTime: false) { this, _ in this.device.clearFaults() },
    "world.change": does(takesTime: false) {
      try $0.device.change($1.string(0), to: $1.value(1))
    },
    "module.profile": gives(takesTime: false) { this, _ in .string(this.device.profile.name) },
    "module.policy": gives(takesTime: false) { this, _ in .string(this.device.policy.rawValue) },
  ]
}
