package import DeviceEmulator
import EmulatedTime
import Glibc
import ModuleProfiles

/// One run of a script on an emulated module, from the interpreter's start to its end.
package final class GuestRun: Sendable {
  /// How a run ended.
  package enum Ending: Equatable, Sendable {
    /// The script's own exit code; 1 after an uncaught exception.
    case exited(Int32)
    /// The interpreter was killed or crashed.
    case crashed(signal: Int32)
    case timedOut
    case interrupted
    /// The module's power was cut, as ``cutPower()`` does.
    case powerCut
    /// The interpreter is to be started anew, or the whole module.
    case reset(Reset)
    /// The script has switched the module off.
    case poweredDown
    /// What the script prints can be written nowhere any more.
    case outputLost
    /// The host could not give the device what it needs.
    case hostFailed(HostFailure)
    /// What was started as the interpreter is none: it has never said anything to the device. A sentence
    /// says which program, and what it did instead.
    case noInterpreter(String)
  }

  package enum Reset: Equatable, Sendable {
    /// Of the interpreter alone, as Ctrl-D at the prompt does it.
    case soft
    /// Of the module.
    case hard
  }

  /// What may be chosen for a run.
  package struct Options: Sendable {
    /// What is run.
    package var work: Work
    /// Module heap in bytes; nil for the profile's.
    package var heapBytes: Int?
    /// Host time after which the run is ended.
    package var timeout: Duration?
    /// What everything random in the run derives from.
    package var seed: UInt64
    /// A descriptor that gets what a script prints; nil for standard output.
    package var console: Int32?
    /// Gets the arguments of each call-back when the script runs it.
    package var hear: @Sendable ([GuestValue]) -> Void
    /// The module's calendar.
    package var calendar = RealTimeClock()
    /// What scripts import as if it were part of the firmware.
    package var modules = FirmwareModules()

    package init(
      _ work: Work, heapBytes: Int? = nil, timeout: Duration? = nil, seed: UInt64 = 0,
      console: Int32? = nil, modules: FirmwareModules = FirmwareModules(),
      hear: @escaping @Sendable ([GuestValue]) -> Void = { _ in }
    ) {
      self.work = work
      self.heapBytes = heapBytes
      self.timeout = timeout
      self.seed = seed
      self.console = console
      self.modules = modules
      self.hear = hear
    }
  }

  /// What the interpreter is for.
  package enum Work: Sendable {
    /// A script, by its path on the module's flash.
    case script(String)
    /// The module's console, which begins with `/usr/main.py` if there is one.
    case console(ModuleConsole)
  }

  /// How long a script may take to react to Ctrl-C before it is killed.
  private static let patience = Duration.seconds(2)
  /// Processor time in which the interpreter has seen a Ctrl-C. A second one before that ends it.
  private static let noticing = Duration.milliseconds(20)
  /// How long an interpreter may take to say hello.
  private static let greetingPatience = Duration.seconds(30)
  /// More than 16 threads with their call-backs need.
  private static let connectionLimit = 64

  fileprivate struct Progress {
    var forced: Ending?
    var child: ChildProcess?
    /// How far the script was when it was sent the last Ctrl-C.
    var lastInterrupt: (calls: Int, used: Duration)?
    var ended: ChildProcess.Ending?
  }

  /// The threads that work for the run.
  private struct Staff {
    var count = 0
    var sockets: [ObjectIdentifier: StreamSocket] = [:]
  }

  private let device: DeviceEmulator
  private let interpreter: Interpreter
  private let options: Options
  private let scheduler: GuestScheduler
  private let services: GuestServices
  private let progress = Monitor(Progress())
  private let staff = Monitor(Staff())

  /// Prepares a run; ``run()`` starts it.
  package init(
    _ device: DeviceEmulator, interpreter: Interpreter, options: Options, trace: CallTrace? = nil
  ) {
    self.device = device
    self.interpreter = interpreter
    self.options = options
    scheduler = GuestScheduler(device, isAtConsole: options.work.console != nil)
    services = GuestServices(
      device, scheduler, seed: options.seed, hear: options.hear, trace: trace,
      calendar: options.calendar, modules: options.modules, console: options.work.console,
      ended: { [progress] in progress.end($0) })
  }

  /// Runs the script to its end and powers the device down: recordings are closed, files are synced,
  /// unless the power was cut. After a reset the device is as at power-on.
  ///
  /// - Throws: ``HostError`` if the interpreter cannot be started.
  package func run() throws(HostError) -> Ending {
    let listener = try ListeningSocket()
    let console = options.work.console
    let child = try ChildProcess(
      processor: interpreter.commandLine(
        kernel: guestModuleSource("kernel")!, endpoint: listener.name,
        script: options.work.script ?? "",
        heapBytes: options.heapBytes ?? device.profile.limits.scriptHeapBytes),
      library: Interpreter.interruptGuard, output: console?.descriptor ?? options.console,
      hasInput: console == nil)
    progress.withLock { $0.child = child }
    console.map(attach)
    employ { [self] in
      // While the interpreter starts there is time to have ready what the first answer needs.
      GuestConnection.prepare()
      do throws(HostError) {
        while let socket = try listener.accept() { serve(socket) }
      } catch {
        end(.hostFailed(HostFailure(error.message)))
      }
    }
    employ { [scheduler] in scheduler.drive { child.processorTime } }
    employ { [progress] in
      child.awaitEnd()
      progress.withLock(thenNotify: true) { $0.ended = child.reap() }
    }
    let ending = awaitEnd(of: child)
    scheduler.end()
    listener.shut()
    staff.withLock { staff in
      for socket in staff.sockets.values { socket.shut() }
    }
    // Nobody may call the device any more once it is powered down.
    staff.wait { $0.count == 0 ? .done(()) : .waiting(until: nil) }
    console?.detach()
    switch (ending, console) {
    case (.powerCut, _): break
    // Whatever ends the interpreter at a console, the next one takes over.
    case (.reset, _), (.exited, _?), (.crashed, _?): device.restart()
    default: device.powerDown()
    }
    if let failure = device.hostFailure, ending.isOwn { return .hostFailed(failure) }
    return ending
  }

  private func employ(_ work: @escaping @Sendable () -> Void) {
    if !employIfPossible(work) { HostThread.noRoom.withLock { $0 }() }
  }

  /// Has a thread work for the run; false if the host has no room for it.
  private func employIfPossible(_ work: @escaping @Sendable () -> Void) -> Bool {
    staff.withLock { $0.count += 1 }
    let isThere = HostThread.startIfPossible { [staff] in
      work()
      staff.withLock(thenNotify: true) { $0.count -= 1 }
    }
    if !isThere { staff.withLock(thenNotify: true) { $0.count -= 1 } }
    return isThere
  }

  /// Asks the script to stop, as Ctrl-C does; from any thread.
  package func interrupt() { end(.interrupted) }

  /// Has the run end so, unless it ends already; from any thread.
  package func end(_ ending: Ending) { progress.end(ending) }

  /// Takes the module's power away, at this very point of its time: called by an alarm of its clock, it
  /// lets neither device nor script get any further.
  package func cutPower() {
    progress.withLock { $0.forced = $0.forced ?? .powerCut }
    device.cutPower()
    scheduler.end()
    progress.withLock(thenNotify: true) { _ in }
  }

  // MARK: The console

  private func attach(_ console: ModuleConsole) {
    device.files.writeSystemConfiguration()
    let main = "/usr/main.py"
    let hasMain = (try? device.files.status(of: main)) != nil
    let guest = ModuleConsole.Guest(
      runsCallback: { [scheduler] in scheduler.runsCallback },
      interrupt: { [weak self] in self?.interruptScript() },
      wake: { [scheduler] in scheduler.wakeWatchers() },
      end: { [progress] in progress.end($0) })
    console.attach(guest, main: hasMain ? main : nil)
  }

  /// Lets the script see a KeyboardInterrupt, and the run go on.
  private func interruptScript() {
    let now = (
      calls: scheduler.callCount,
      used: progress.withLock { $0.ended == nil ? $0.child?.processorTime : nil } ?? .zero
    )
    let child = progress.withLock { state -> ChildProcess? in
      if let last = state.lastInterrupt, now.calls == last.calls,
        now.used - last.used < Self.noticing
      {
        return nil
      }
      state.lastInterrupt = now
      return state.child
    }
    guard let child else { return }
    signal(SIGINT, child)
    scheduler.interrupt()
  }

  // MARK: The end

  private func awaitEnd(of child: ChildProcess) -> Ending {
    let start = ContinuousClock.now
    let due = options.timeout.map { start + $0 }
    var greetingDue: ContinuousClock.Instant? = start + Self.greetingPatience
    let forced = progress.wait { state -> Monitor<Progress>.Wait<Ending?> in
      if let ending = state.forced { return .done(ending) }
      if state.ended != nil { return .done(nil) }
      let now = ContinuousClock.now
      if let due, now >= due { return .done(.timedOut) }
      if let greeting = greetingDue, now >= greeting {
        guard scheduler.hasGreeted else {
          return .done(noInterpreter("said nothing to the emulator"))
        }
        greetingDue = nil
      }
      return .waiting(until: [due, greetingDue].compactMap { $0 }.min())
    }
    guard let forced else { return natural(progress.withLock { $0.ended! }) }
    if forced == .interrupted { interruptPolitely(child) }
    signal(SIGKILL, child)
    progress.wait { $0.ended == nil ? .waiting(until: nil) : .done(()) }
    return forced
  }

  /// Lets the script see a KeyboardInterrupt and end by itself, if it does so soon.
  private func interruptPolitely(_ child: ChildProcess) {
    // In this order: a thread that goes on before it is interrupted would wait again.
    signal(SIGINT, child)
    scheduler.interrupt()
    let due = ContinuousClock.now + Self.patience
    progress.wait { state in
      state.ended != nil || ContinuousClock.now >= due ? .done(()) : .waiting(until: due)
    }
  }

  /// Sends a signal unless the child has ended, after which its number may be another's.
  private func signal(_ number: Int32, _ child: ChildProcess) {
    progress.withLock { if $0.ended == nil { child.signalMainThread(number) } }
  }

  private func natural(_ ending: ChildProcess.Ending) -> Ending {
    switch ending {
    case .exited(let code) where !scheduler.hasGreeted:
      noInterpreter("ended with \(code) and said nothing to the emulator")
    case .killed(let signal) where !scheduler.hasGreeted:
      noInterpreter("was ended by signal \(signal) before it said anything to the emulator")
    case .exited(let code): .exited(code)
    case .killed(let signal): .crashed(signal: signal)
    }
  }

  private func noInterpreter(_ deed: String) -> Ending {
    .noInterpreter(
      "\(interpreter.command.last ?? "") is no MicroPython that can run scripts here: it \(deed); unset "
        + "QPYEMU_INTERPRETER or name another one there")
  }

  // MARK: Connections

  /// Serves one connection of the guest on a thread of its own.
  private func serve(_ socket: StreamSocket) {
    let id = ObjectIdentifier(socket)
    let hasRoom = staff.withLock { staff in
      guard staff.sockets.count < Self.connectionLimit else { return false }
      staff.sockets[id] = socket
      return true
    }
    guard hasRoom else { return }
    let isServed = employIfPossible { [self] in
      var connection = GuestConnection(socket, services)
      do throws(HostFailure) {
        try connection.serve()
      } catch {
        end(.hostFailed(error))
      }
      socket.shut()
      staff.withLock { $0.sockets[id] = nil }
    }
    if !isServed {
      end(.hostFailed(HostFailure("the host has no room for another thread; see ulimit -u")))
    }
  }
}

extension GuestRun.Ending {
  /// Whether nothing outside has ended the run.
  fileprivate var isOwn: Bool {
    switch self {
    case .exited, .crashed, .reset, .poweredDown: true
    case .timedOut, .interrupted, .powerCut, .outputLost, .hostFailed, .noInterpreter: false
    }
  }
}

extension GuestRun.Work {
  var script: String? { if case .script(let path) = self { path } else { nil } }

  var console: ModuleConsole? { if case .console(let console) = self { console } else { nil } }
}

extension Monitor<GuestRun.Progress> {
  /// Has the run end in a way of its own, unless it ends already.
  fileprivate func end(_ ending: GuestRun.Ending) {
    withLock(thenNotify: true) { $0.forced = $0.forced ?? ending }
  }
}

extension ScriptFiles {
  /// What the boot script writes if it is missing; a flash that is full goes without it.
  fileprivate func writeSystemConfiguration() {
    let path = "/usr/system_config.json"
    guard (try? status(of: path)) == nil, let file = try? open(path, mode: "w") else { return }
    let text = Array(#"{"replFlag": 0}"#.utf8)
    try? write(file, text.span)
    try? close(file)
  }
}
