/// Failures on purpose.
extension DeviceEmulator {
  /// Has something fail, from the moment on that the fault says.
  public func inject(_ fault: Fault) { faults.inject(fault) }

  /// Takes all faults back; what has failed already stays failed.
  public func clearFaults() { faults.clear() }

  /// The faults that were injected, in order, and how often each has struck.
  public var injectedFaults: [(fault: Fault, strikes: Int)] { faults.faults }
}

extension RecordRow {
  /// What else, beside its own precondition, makes the row apply: the fault that stands for a resource
  /// which cannot be had. Faults of the flash and the microphone need no row; they act by themselves.
  var fault: Fault.What? {
    switch self {
    case .startBusy, .dataInUse, .sizeInUse, .deleteInUse: .inUse
    case .initChannel, .startChannel, .streamChannel: .channel
    case .initTimer, .startTimer, .streamTimer: .timer
    case .startFormat: .format
    case .dataHeap: .heap
    default: nil
    }
  }
}
