package import DeviceEmulator

/// How a run ended.
package enum GuestEnding: Equatable, Sendable {
  /// The script's own exit code; 1 after an uncaught exception.
  case exited(Int32)
  /// The interpreter was killed or crashed.
  case crashed(signal: Int32)
  case timedOut
  /// The run had not ended by the device time that it may take.
  case limitReached(Duration)
  case interrupted
  /// The module's power was cut, as ``GuestRun/cutPower()`` does.
  case powerCut
  /// The interpreter is to be started anew, or the whole module.
  case reset(Reset)
  /// The script has switched the module off.
  case poweredDown
  /// What the script prints can be written nowhere any more.
  case outputLost
  /// The script waits for what never comes; where it does so.
  case stuck(ScriptPlace?)
  /// The host could not give the device what it needs.
  case hostFailed(HostFailure)
  /// What was started as the interpreter is none, or not the right one. A sentence says which program, and what it
  /// did instead.
  case noInterpreter(String)
  /// The interpreter has a fault of its own, or was made to have one. A sentence says which.
  case guestFailed(String)
  /// The interpreter made a system call that its filter refuses, of this number.
  case refusedCall(Int)

  package enum Reset: Equatable, Sendable {
    /// Of the interpreter alone, as Ctrl-D at the prompt does it.
    case soft
    /// Of the module, which then is on for this reason.
    case hard(PowerOnReason)
  }
}

extension GuestEnding {
  /// Whether nothing outside has ended the run.
  var isOwn: Bool {
    switch self {
    case .exited, .crashed, .reset, .poweredDown, .stuck, .guestFailed, .refusedCall: true
    case .timedOut, .limitReached, .interrupted, .powerCut, .outputLost, .hostFailed,
      .noInterpreter:
      false
    }
  }
}
