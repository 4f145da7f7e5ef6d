import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles

/// Answers the calls of one script: those of peripherals go through the device's gate, the others
/// (files, time, threads, pins) are the rows of ``handlers``.
final class GuestServices: Sendable {
  private typealias Arguments = [GuestValue]
  private typealias Handler = @Sendable (GuestServices, Int, Arguments) throws -> GuestValue

  private let device: DeviceEmulator
  private let scheduler: GuestScheduler
  /// What the interpreter's own generator starts from: 30 bits, as it takes.
  private let seed: Int
  private let random: Monitor<SeededGenerator>
  private let trace: CallTrace?

  init(_ device: DeviceEmulator, _ scheduler: GuestScheduler, seed: UInt64, trace: CallTrace?) {
    self.device = device
    self.scheduler = scheduler
    self.trace = trace
    self.seed = Int(seed & 0x3FFF_FFFF)
    random = Monitor(SeededGenerator(seed: seed))
  }

  /// Answers one call of a thread.
  ///
  /// - Throws: ``HostFailure`` if the host cannot give what the device needs.
  func answer(
    _ request: GuestRequest, thread: Int
  ) throws(HostFailure) -> Result<GuestValue, GuestException> {
    if thread != GuestScheduler.mainThread, scheduler.mustStop(thread) {
      return .failure(GuestException("SystemExit", ""))
    }
    if let method = DeviceMethod(rawValue: request.name) {
      scheduler.beginCall(takesTime: true)
      let answer = try device.call(
        method, on: request.object, request.arguments, heapFree: request.heapFree)
      trace?.record(request, answer, at: device.clock.now)
      return answer
    }
    guard let handler = Self.handlers[request.name] else {
      return .failure(.malformed("there is no call \(request.name)"))
    }
    scheduler.beginCall(takesTime: handler.takesTime)
    return result { try handler.body(self, thread, request.arguments) }
  }

  /// Turns what a handler throws into what the script sees.
  private func result(_ body: () throws -> GuestValue) -> Result<GuestValue, GuestException> {
    do {
      return .success(try body())
    } catch let error as FlashError {
      return .failure(GuestException("OSError", String(error.errno)))
    } catch let error as GuestException {
      return .failure(error)
    } catch {
      return .failure(GuestException("RuntimeError", "\(error)"))
    }
  }

  // MARK: The table

  /// Calls that are no peripheral's method: whether they take device time, and what they do.
  private static let handlers: [String: (takesTime: Bool, body: Handler)] = [
    "audio.constants": (false, { this, _, _ in this.constants() }),
    "audio.missing": (false, { this, _, _ in this.missing() }),
    "module.source": (false, { _, _, a in try source(a) }),
    "module.uname": (false, { this, _, _ in this.uname() }),
    "module.seed": (false, { this, _, _ in .int(this.seed) }),
    "module.random": (true, { this, _, a in try this.randomBytes(a) }),

    "event.next": (
      false,
      { this, _, _ in
        this.scheduler.nextEvent()
        return .none
      }
    ),
    "event.take": (false, { this, _, _ in try this.takeEvent() }),
    "event.done": (
      false,
      { this, _, _ in
        this.scheduler.eventDone()
        return .none
      }
    ),
    "run.idle": (false, { this, _, _ in .bool(this.scheduler.awaitIdle()) }),

    "time.sleep": (true, { this, thread, a in try this.sleep(thread, a) }),
    "time.ticks": (true, { this, _, _ in .int(this.nanoseconds) }),
    "time.now": (true, { this, _, _ in .int(this.unixTime) }),

    "thread.start": (true, { this, _, _ in try this.startThread() }),
    "thread.stop": (true, { this, thread, a in try this.stopThread(thread, a) }),
    "thread.ident": (false, { _, thread, _ in .int(thread) }),
    "thread.running": (true, { this, _, a in .bool(this.scheduler.isRunning(try a.int(0))) }),
    "lock.make": (false, { this, _, _ in .int(this.scheduler.makeLock()) }),
    "lock.acquire": (false, { this, thread, a in try this.acquire(thread, a) }),
    "lock.release": (false, { this, _, a in try this.release(a) }),
    "lock.locked": (true, { this, _, a in .bool(this.scheduler.isHeld(try this.lock(a))) }),

    "timer.start": (true, { this, _, a in try this.startTimer(a) }),
    "timer.stop": (
      true,
      { this, _, a in
        this.device.stopTimer(try a.int(0))
        return .none
      }
    ),

    "pin.configure": (true, { this, _, a in try this.configurePin(a) }),
    "pin.read": (true, { this, _, a in .int(this.device.pins.level(try a.int(0)) ? 1 : 0) }),
    "pin.write": (
      true,
      { this, _, a in
        this.device.pins.write(try a.int(0), try a.int(1) != 0)
        return .int(0)
      }
    ),
    "pin.direct": (
      true,
      { this, _, a in
        this.device.pins.setDirection(try a.int(0), isOutput: try a.int(1) == 1)
        return .int(0)
      }
    ),
    "pin.direction": (
      true, { this, _, a in .int(this.device.pins.isOutput(try a.int(0)) ? 1 : 0) }
    ),

    "file.open": (
      true,
      { this, _, a in
        .int(try this.device.files.open(try a.string(0), mode: try a.string(1)))
      }
    ),
    "file.read": (
      true,
      { this, _, a in
        .bytes(try this.device.files.read(try a.int(0), count: min(try a.int(1), 65536)))
      }
    ),
    "file.write": (
      true,
      { this, _, a in
        let bytes = try a.bytes(1)
        try this.device.files.write(try a.int(0), bytes.span)
        return .none
      }
    ),
    "file.seek": (
      true,
      { this, _, a in
        .int(try this.device.files.seek(try a.int(0), to: try a.int(1), from: try a.origin(2)))
      }
    ),
    "file.sync": (
      true,
      { this, _, a in
        try this.device.files.sync(try a.int(0))
        return .none
      }
    ),
    "file.close": (
      true,
      { this, _, a in
        try this.device.files.close(try a.int(0))
        return .none
      }
    ),

    "fs.stat": (true, { this, _, a in try this.status(try a.string(0)) }),
    "fs.list": (true, { this, _, a in try this.list(try a.string(0)) }),
    "fs.statvfs": (true, { this, _, a in try this.statistics(try a.string(0)) }),
    "fs.mkdir": (
      true,
      { this, _, a in
        try this.device.files.makeDirectory(try a.string(0))
        return .none
      }
    ),
    "fs.remove": (
      true,
      { this, _, a in
        try this.device.files.remove(try a.string(0))
        return .none
      }
    ),
    "fs.rename": (
      true,
      { this, _, a in
        try this.device.files.rename(try a.string(0), to: try a.string(1))
        return .none
      }
    ),
    "fs.folder": (true, { this, _, a in try this.folder(try a.string(0)) }),
  ]

  // MARK: The module

  private static func source(_ arguments: Arguments) throws -> GuestValue {
    guard let source = guestModuleSource(try arguments.string(0)) else {
      throw GuestException("ImportError", "no module named '\(try arguments.string(0))'")
    }
    return .string(source)
  }

  private func constants() -> GuestValue {
    .list(device.recordConstants.map { .list([.string($0.name), .int($0.value)]) })
  }

  private func missing() -> GuestValue {
    .list(
      device.missingMethods.map {
        .list([.string(String($0.className)), .string(String($0.functionName))])
      })
  }

  private func uname() -> GuestValue {
    let identity = device.profile.identity
    let fields = [
      ("sysname", identity.sysname), ("nodename", identity.nodename),
      ("release", identity.release), ("version", identity.version),
      ("machine", identity.machine), ("qpyver", identity.qpyver),
    ]
    return .list(fields.map { .string("\($0)=\($1)") })
  }

  private func randomBytes(_ arguments: Arguments) throws -> GuestValue {
    let count = try arguments.int(0)
    guard (0...65536).contains(count) else { throw GuestException("ValueError", "invalid count") }
    return .bytes(
      random.withLock { generator in
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      })
  }

  private func takeEvent() throws -> GuestValue {
    guard let event = scheduler.takeEvent() else {
      throw GuestException("RuntimeError", "no call-back is due")
    }
    trace?.record(event, at: device.clock.now)
    return .list([.int(event.function), .list(event.arguments)])
  }

  // MARK: Time

  /// Device time since power-on.
  private var nanoseconds: Int { Int(device.clock.now / .nanoseconds(1)) }

  /// Seconds since 1970. A virtual day always begins at the same time; a real one is today.
  private var unixTime: Int {
    device.clock is VirtualClock
      ? GuestRun.virtualEpoch + nanoseconds / 1_000_000_000 : HostTime.unixSeconds
  }

  /// The argument is what is left in nanoseconds; so is the answer if it has to be made again.
  private func sleep(_ thread: Int, _ arguments: Arguments) throws -> GuestValue {
    let due = device.clock.now + .nanoseconds(max(try arguments.int(0), 0))
    if scheduler.sleep(thread, until: due) { return .bool(true) }
    return .int(max(Int((due - device.clock.now) / .nanoseconds(1)), 0))
  }

  // MARK: Threads and locks

  private func startThread() throws -> GuestValue {
    guard let number = scheduler.startThread() else {
      throw GuestException("RuntimeError", "can't create thread")
    }
    return .int(number)
  }

  private func stopThread(_ thread: Int, _ arguments: Arguments) throws -> GuestValue {
    let number = try arguments.int(0)
    let target = number == 0 ? thread : number
    guard target != GuestScheduler.mainThread else {
      throw GuestException("RuntimeError", "Deleting the main thread is not allowed!")
    }
    guard scheduler.stopThread(target) else {
      throw GuestException("RuntimeError", "No thread with thread id \(number) was found!")
    }
    return .none
  }

  private func lock(_ arguments: Arguments) throws -> Int {
    let number = try arguments.int(0)
    guard scheduler.hasLock(number) else { throw GuestException.wrongArguments }
    return number
  }

  /// The second argument is the time-out in nanoseconds, negative for none.
  private func acquire(_ thread: Int, _ arguments: Arguments) throws -> GuestValue {
    let (lock, timeout) = (try lock(arguments), try arguments.int(1))
    let due = timeout < 0 ? nil : device.clock.now + .nanoseconds(timeout)
    if let taken = scheduler.acquire(lock, thread, until: due) { return .bool(taken) }
    let left = due.map { max(Int(($0 - device.clock.now) / .nanoseconds(1)), 0) } ?? -1
    return .list([.int(lock), .int(left)])
  }

  private func release(_ arguments: Arguments) throws -> GuestValue {
    guard scheduler.release(try lock(arguments)) else {
      throw GuestException("RuntimeError", "release unlocked lock")
    }
    return .none
  }

  // MARK: Timers and pins

  private func startTimer(_ arguments: Arguments) throws -> GuestValue {
    let period = try arguments.int(0)
    guard period > 0, arguments.count == 3, let function = arguments[2].function else {
      throw GuestException("ValueError", "a timer takes a period of 1 ms or more and a function")
    }
    let number = device.startTimer(
      period: .milliseconds(period), isPeriodic: try arguments.int(1) != 0, function: function)
    return .int(number ?? -1)
  }

  private func configurePin(_ arguments: Arguments) throws -> GuestValue {
    device.pins.configure(
      try arguments.int(0), isOutput: try arguments.int(1) == 1,
      pullsUp: try arguments.int(2) == 1, level: try arguments.int(3) != 0)
    return .none
  }

  // MARK: Files

  private static func mode(_ kind: FileStatus.Kind) -> GuestValue {
    .int(kind == .directory ? 0x4000 : 0x8000)
  }

  private func status(_ path: String) throws -> GuestValue {
    let status = try device.files.status(of: path)
    return .list([Self.mode(status.kind), .int(status.size)])
  }

  private func list(_ path: String) throws -> GuestValue {
    .list(
      try device.files.entries(of: path).map {
        .list([.string($0.name), Self.mode($0.status.kind), .int($0.status.size)])
      })
  }

  private func statistics(_ path: String) throws -> GuestValue {
    let statistics = try device.files.statistics(of: path)
    return .list(
      [
        statistics.blockSize, statistics.blockCount, statistics.freeBlockCount,
        statistics.nameLimit,
      ].map { .int($0) })
  }

  private func folder(_ path: String) throws -> GuestValue {
    guard try device.files.status(of: path).kind == .directory else {
      throw FlashError.notDirectory
    }
    return .string(ScriptFiles.normal(path))
  }
}

extension [GuestValue] {
  fileprivate func int(_ index: Int) throws -> Int {
    guard index < count, let value = self[index].integer else {
      throw GuestException.wrongArguments
    }
    return value
  }

  fileprivate func string(_ index: Int) throws -> String {
    guard index < count, let value = self[index].string else { throw GuestException.wrongArguments }
    return value
  }

  fileprivate func bytes(_ index: Int) throws -> [UInt8] {
    guard index < count, case .bytes(let value) = self[index] else {
      throw GuestException.wrongArguments
    }
    return value
  }

  fileprivate func origin(_ index: Int) throws -> SeekOrigin {
    switch try int(index) {
    case 0: .start
    case 1: .position
    case 2: .end
    default: throw GuestException.wrongArguments
    }
  }
}
