import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// A call that is no peripheral's method: the files, time, threads and pins of the module.
struct GuestService: Sendable {
  typealias Body =
    @Sendable (GuestServices, GuestScheduler.Caller, [GuestValue]) throws -> GuestValue

  /// What it is as far as time goes.
  let character: GuestScheduler.CallCharacter
  /// Whether it is for the thread that waits for call-backs, and not for the script's.
  let isForEvents: Bool
  /// Answers it; takes the services, the call's thread and the arguments.
  let body: Body

  /// A call that answers with a value.
  private static func gives(
    _ character: GuestScheduler.CallCharacter = .takesTime, isForEvents: Bool = false,
    _ body: @escaping Body
  ) -> GuestService {
    GuestService(character: character, isForEvents: isForEvents, body: body)
  }

  /// A call that answers None.
  private static func does(
    _ character: GuestScheduler.CallCharacter = .takesTime, isForEvents: Bool = false,
    _ body: @escaping @Sendable (GuestServices, GuestScheduler.Caller, [GuestValue]) throws -> Void
  ) -> GuestService {
    GuestService(character: character, isForEvents: isForEvents) { this, caller, arguments in
      try body(this, caller, arguments)
      return .none
    }
  }

  /// All of them, by name.
  static let all: [String: GuestService] = modules.merging(running, uniquingKeysWith: { a, _ in a })
    .merging(world, uniquingKeysWith: { a, _ in a })
    .merging(files, uniquingKeysWith: { a, _ in a })
    .merging(console, uniquingKeysWith: { a, _ in a })
    .merging(tests, uniquingKeysWith: { a, _ in a })

  /// The names of those that models may answer differently: of files, timers, pins, the module's name.
  static let ofModel = Set(world.keys).union(files.keys).union(["module.uname"])

  private static let modules: [String: GuestService] = [
    "audio.constants": gives([]) { this, _, _ in this.constants() },
    "audio.missing": gives([]) { this, _, _ in this.missing() },
    "module.lacks": does([]) { this, _, a in try this.lacks(a) },
    "module.absent": does([]) { this, _, a in try this.absent(a) },
    "module.provided": gives([]) { this, _, _ in this.provided() },
    "module.file": gives(.loadsCode) { this, _, a in try this.providedFile(try a.string(0)) },
    "module.source": gives(.loadsCode) { _, _, a in try GuestServices.source(a) },
    "module.uname": gives([]) { this, _, _ in this.uname() },
    "module.seed": gives([]) { this, _, _ in .int(this.seed) },
    "module.random": gives { this, _, a in try this.randomBytes(a) },
  ]

  /// Call-backs, time, threads and locks.
  private static let running: [String: GuestService] = [
    "event.next": does(.arrives, isForEvents: true) { this, _, _ in this.scheduler.nextEvent() },
    "event.take": gives([]) { this, _, _ in try this.takeEvent() },
    "event.done": does([]) { this, _, _ in this.scheduler.eventDone() },
    "run.idle": gives([]) { this, caller, _ in
      this.scheduler.awaitIdle(caller) ? .none : .list([])
    },
    "time.sleep": gives { this, caller, a in try this.sleep(caller, a) },
    "time.ticks": gives { this, _, _ in .int(this.nanoseconds) },
    "time.now": gives { this, _, _ in .int(this.unixTime) },
    "time.set": does { this, _, a in try this.setTime(a) },
    "thread.start": gives { this, _, _ in try this.startThread() },
    "thread.drop": does([]) { this, _, a in this.scheduler.endThread(try a.int(0)) },
    "thread.await": does(.keepsTurn) { this, _, a in this.scheduler.awaitArrival(try a.int(0)) },
    "thread.begin": does(.arrives) { _, _, _ in },
    "thread.stop": gives { this, caller, a in try this.stopThread(caller.thread, a) },
    "thread.ident": gives([]) { _, caller, _ in .int(caller.thread) },
    "thread.running": gives { this, _, a in .bool(this.scheduler.isRunning(try a.int(0))) },
    "lock.acquire": gives([]) { this, caller, a in try this.acquire(caller, a) },
    "lock.release": gives([]) { this, _, a in try this.release(a) },
    "lock.locked": gives { this, _, a in .bool(this.scheduler.isHeld(try a.int(0))) },
  ]

  /// Timers and pins.
  private static let world: [String: GuestService] = [
    "timer.start": gives { this, _, a in try this.startTimer(a) },
    "timer.stop": does { this, _, a in this.device.stopTimer(try a.int(0)) },
    "pin.configure": does { this, _, a in try this.configurePin(a) },
    "pin.read": gives { this, _, a in .int(this.device.pins.level(try this.pin(a)) ? 1 : 0) },
    "pin.write": gives { this, _, a in
      this.device.pins.write(try this.pin(a), try a.int(1) != 0)
      return .int(0)
    },
    "pin.direct": gives { this, _, a in
      this.device.pins.setDirection(try this.pin(a), isOutput: try a.int(1) == 1)
      return .int(0)
    },
    "pin.direction": gives { this, _, a in
      .int(this.device.pins.isOutput(try this.pin(a)) ? 1 : 0)
    },
  ]

  private static let files: [String: GuestService] = [
    "file.open": gives { this, _, a in
      .int(try this.device.files.open(try a.string(0), mode: try a.string(1)))
    },
    "file.read": gives { this, _, a in try this.read(a) },
    "file.write": does { this, _, a in try this.write(a) },
    "file.seek": gives { this, _, a in
      .int(try this.device.files.seek(try a.int(0), to: try a.int(1), from: try a.origin(2)))
    },
    "file.sync": does { this, _, a in try this.device.files.sync(try a.int(0)) },
    "file.close": does([.takesTime, .loadsCode]) { this, _, a in
      try this.device.files.close(try a.int(0))
    },
    "fs.stat": gives { this, _, a in try this.status(try a.string(0)) },
    "fs.list": gives { this, _, a in try this.list(try a.string(0)) },
    "fs.statvfs": gives { this, _, a in try this.statistics(try a.string(0)) },
    "fs.mkdir": does { this, _, a in try this.device.files.makeDirectory(try a.string(0)) },
    "fs.remove": does { this, _, a in try this.device.files.remove(try a.string(0)) },
    "fs.rename": does { this, _, a in
      try this.device.files.rename(try a.string(0), to: try a.string(1))
    },
    "fs.folder": gives { this, _, a in try this.folder(try a.string(0)) },
  ]

  /// The console, of a run that has one, and the module's power.
  private static let console: [String: GuestService] = [
    "console.next": gives([.loadsCode, .betweenJobs]) { this, caller, a in
      try this.nextJob(caller, a)
    },
    "console.text": gives(.loadsCode) { this, _, _ in try this.jobText() },
    "console.read": gives([]) { this, caller, a in try this.readConsole(caller, a) },
    "console.ready": gives { this, _, _ in try this.consoleHasInput() },
    "console.write": does { this, _, a in try this.writeConsole(a) },
    "console.line": gives([]) { this, caller, a in try this.readLine(caller, a) },
    "console.interrupts": does { this, _, a in try this.setConsoleInterrupt(a) },
    "host.fail": does([]) { this, _, a in try this.fail(a) },
    "power.restart": does { this, _, _ in try this.end(.reset(.hard)) },
    "power.down": does { this, _, _ in try this.end(.poweredDown) },
  ]

  /// What a test asks of the emulator, which no module has. It takes no time, so that a script with it
  /// runs as one without.
  private static let tests: [String: GuestService] = [
    "fault.inject": does([]) { this, _, a in try this.injectFault(a) },
    "fault.list": gives([]) { this, _, _ in this.faults() },
    "fault.clear": does([]) { this, _, _ in this.device.clearFaults() },
    "module.profile": gives([]) { this, _, _ in .string(this.device.profile.name) },
    "module.policy": gives([]) { this, _, _ in .string(this.device.policy.rawValue) },
  ]
}
