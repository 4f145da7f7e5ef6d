import DeviceEmulator
import EmulatedTime
import GuestRuntime

/// A module at its console, from power-on to power-down: through its resets, each of which has an
/// interpreter of its own.
final class ModuleSession: Sendable {
  private struct State {
    var run: GuestRun?
    /// How the session is to end.
    var ending: GuestEnding?
  }

  private let device: DeviceEmulator
  private let interpreter: Interpreter
  private let options: GuestOptions
  private let console: ModuleConsole
  private let journal: Journal
  private let stage: Stage
  private let state = Monitor(State())

  /// - Parameter options: Of each interpreter's run; the work is to serve the console.
  init(
    _ device: DeviceEmulator, at console: ModuleConsole, interpreter: Interpreter,
    options: GuestOptions, journal: Journal, stage: Stage
  ) {
    (self.device, self.console, self.interpreter) = (device, console, interpreter)
    (self.options, self.journal, self.stage) = (options, journal, stage)
  }

  /// Keeps the module on until it is switched off, by itself or by ``end(_:)``.
  func run() throws(Complaint) -> GuestEnding {
    stage.begin(device)
    while true {
      let run = GuestRun(device, interpreter: interpreter, options: options, journal: journal)
      stage.follow(run)
      let ending = state.withLock { state in
        state.run = run
        return state.ending
      }
      if let ending { return ending }
      let outcome = try onHost(run.run)
      guard goesOn(after: outcome) else { return outcome }
    }
  }

  /// Whether another interpreter is to take over.
  private func goesOn(after ending: GuestEnding) -> Bool {
    switch ending {
    case .reset(.soft): break
    case .reset(.hard(_)): console.restart()
    case .crashed(let signal):
      console.say("the interpreter was ended by signal \(signal); the module starts again")
      console.restart()
    case .exited:
      console.say("the interpreter has ended; the module starts again")
      console.restart()
    case .refusedCall(let number):
      console.say("the interpreter \(GuestEnding.refused(number)); the module starts again")
      console.restart()
    case .poweredDown, .powerCut, .timedOut, .limitReached, .interrupted, .outputLost, .hostFailed,
      .noInterpreter, .stuck,
      .guestFailed:
      return false
    }
    return true
  }

  /// Starts the module anew; from any thread.
  func restart() { state.withLock { $0.run }?.end(.reset(.hard(.reset))) }

  /// Switches the module off, or interrupts it for good; from any thread.
  func end(_ ending: GuestEnding) {
    let run = state.withLock { state in
      state.ending = state.ending ?? ending
      return state.run
    }
    run?.end(ending)
  }
}
