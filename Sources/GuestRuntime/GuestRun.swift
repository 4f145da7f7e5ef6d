package import DeviceEmulator
import EmulatedTime
import FlashStorage
import Glibc
import ModuleProfiles

/// One run of a script on an emulated module, from the interpreter's start to its end.
package final class GuestRun: Sendable {
  /// How long a script may take to react to Ctrl-C before it is killed.
  private static let patience = Duration.seconds(2)
  /// How long an interpreter may take to say hello.
  private static let greetingPatience = Duration.seconds(30)

  private let device: DeviceEmulator
  private let interpreter: Interpreter
  private let options: GuestOptions
  private let journal: Journal
  private let signals = GuestSignals()
  /// Whether the run is to end with an interruption, once the script has seen it.
  private let isInterrupted = Monitor(false)

  /// Prepares a run; ``run()`` starts it.
  package init(
    _ device: DeviceEmulator, interpreter: Interpreter, options: GuestOptions,
    journal: Journal = Journal()
  ) {
    (self.device, self.interpreter, self.options, self.journal) = (
      device, interpreter, options, journal
    )
  }

  /// Runs the script to its end and powers the device down: recordings are closed, files are synced,
  /// unless the power was cut. After a reset the device is as at power-on.
  ///
  /// - Throws: ``HostError`` if the interpreter cannot be started.
  package func run() throws(HostError) -> GuestEnding {
    let ending = try serve()
    options.work.console?.detach()
    device.whenEventQueued {}
    switch (ending, options.work.console) {
    case (.powerCut, _): break
    // Whatever ends the interpreter at a console, the next one takes over.
    case (.reset(.hard(let reason)), _): device.restart(for: reason)
    case (.reset(.soft), _), (.exited, _?), (.crashed, _?), (.guestFailed, _?): device.restart()
    default: device.powerDown()
    }
    if let failure = device.hostFailure, ending.isOwn { return .hostFailed(failure) }
    return ending
  }

  /// Starts the interpreter and serves it to its end.
  private func serve() throws(HostError) -> GuestEnding {
    let (guest, connection) = try start()
    // While the interpreter starts.
    device.files.boot()
    device.whenEventQueued { [signals] in signals.wake() }
    let output = GuestOutput(descriptor: options.console ?? STDOUT_FILENO, signals: signals)
    let services = GuestServices(
      device, options, interpreterBits: interpreter.bits, journal: journal, write: output.write)
    var link = GuestLink(
      device, connection, signals, services, isAtConsole: options.work.console != nil,
      isEndless: options.isEndless, limit: options.limit)
    options.work.console.map(attach)
    watch(limit: options.timeout, then: .timedOut)
    let ending: GuestEnding?
    if connection.awaitInput(
      for: Self.greetingPatience, unless: { [signals] in signals.ending != nil })
    {
      // Of the two one always waits for the other, which wakes it soonest on its own processor. What is live has more
      // threads.
      ending = device.clock is VirtualClock ? guest.beside { link.serve() } : link.serve()
    } else {
      ending = signals.ending ?? .noInterpreter("said nothing to the emulator")
    }
    let end = signals.reap()
    if isInterrupted.withLock({ $0 }) { return .interrupted }
    return named(
      signals.ending ?? ending ?? natural(end, hasGreeted: link.hasGreeted))
  }

  /// Starts the interpreter; gives our end of its connection too.
  private func start() throws(HostError) -> (ChildProcess, StreamSocket) {
    let (ours, theirs) = try StreamSocket.pair()
    let filter = options.isUnconfined ? ["--without-filter"] : []
    // The script's path is for those who look at the host's processes.
    let words = [interpreter.path] + filter + (options.work.script.map { [$0] } ?? [])
    let guest = try ChildProcess(guest: words, connection: theirs)
    signals.attach(guest)
    return (guest, ours)
  }

  /// Ends the run in a way, unless it has ended by then.
  private func watch(limit: Duration?, then ending: GuestEnding) {
    guard let limit else { return }
    let due = ContinuousClock.now + limit
    HostThread.start { [signals] in
      if !signals.awaitEnd(until: due) { signals.end(ending) }
    }
  }

  /// Asks the script to stop, as Ctrl-C does; from any thread.
  package func interrupt() { end(.interrupted) }

  /// Has the run end so, unless it ends already; from any thread.
  package func end(_ ending: GuestEnding) {
    guard ending == .interrupted, options.work.console == nil else { return signals.end(ending) }
    // The script sees a KeyboardInterrupt, and may end by itself, if it does so soon.
    isInterrupted.withLock { $0 = true }
    signals.interrupt()
    watch(limit: Self.patience, then: .interrupted)
  }

  /// Takes the module's power away, at this very point of its time: called by an alarm of its clock, it
  /// lets neither device nor script get any further.
  package func cutPower() {
    device.cutPower()
    signals.end(.powerCut)
  }

  // MARK: The console

  private func attach(_ console: ModuleConsole) {
    let main = "/usr/main.py"
    let hasMain = (try? device.files.status(of: main)) != nil
    let guest = ModuleConsole.Guest(
      runsCallback: { [signals] in signals.runsCallback },
      interrupt: { [signals] in signals.interrupt() },
      wake: { [signals] in signals.wake() },
      end: { [signals] in signals.end($0) })
    console.attach(guest, main: hasMain ? main : nil)
  }

  // MARK: The end

  /// How the run ends by the interpreter's own end.
  private func natural(_ ending: ChildProcess.Ending?, hasGreeted: Bool) -> GuestEnding {
    switch ending {
    case .exited(3)?, nil: .guestFailed("the interpreter was started without a connection")
    case .exited(4)?:
      .noInterpreter(
        "could put no filter of system calls in place, since the host forbids it; --unconfined runs scripts without"
      )
    case .exited(5)?:
      .hostFailed(HostFailure("the host has no memory for the interpreter; see ulimit -v"))
    case .exited(6)?: .guestFailed("the interpreter found an answer that is not as it has to be")
    case .exited(let code)? where !hasGreeted:
      .noInterpreter("ended with \(code) and said nothing to the emulator")
    case .killed(let signal)? where !hasGreeted:
      .noInterpreter("was ended by signal \(signal) before it said anything to the emulator")
    case .exited(let code)?: .guestFailed("the interpreter ended with \(code)")
    case .killed(let signal)?: .crashed(signal: signal)
    }
  }

  /// Names the program in a sentence on an interpreter that is none.
  private func named(_ ending: GuestEnding) -> GuestEnding {
    guard case .noInterpreter(let deed) = ending else { return ending }
    return .noInterpreter(
      "\(interpreter.path) is no interpreter that can run scripts here: it \(deed); unset "
        + "QPYEMU_INTERPRETER or name another one there")
  }
}

extension ScriptFiles {
  /// Does what a module's boot does to the flash before a script starts: it writes the settings of the
  /// system if they are missing. A flash that is full goes without.
  ///
  /// It is no script's doing, so it opens none of a script's files.
  fileprivate func boot() {
    guard let volume = mounts.first?.volume else { return }
    let path = "/system_config.json"
    guard (try? volume.status(of: path)) == nil,
      let file = try? volume.open(path, [.write, .create])
    else { return }
    do throws(FlashError) {
      defer { try? volume.close(file) }
      try volume.write(file, Array(#"{"replFlag": 0}"#.utf8).span)
      try volume.sync(file)
    } catch {
      try? volume.remove(path)
    }
  }
}
