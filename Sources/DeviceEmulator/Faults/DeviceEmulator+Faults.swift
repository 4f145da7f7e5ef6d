/// Failures on purpose.
extension DeviceEmulator {
  /// Has something fail, from the moment on that the fault says. One that the module cannot have
  /// (``Fault/check(on:under:in:)``) never strikes.
  public func inject(_ fault: Fault) { faults.inject(fault) }

  /// Has something fail that is told in words, such as `what=row call=Record.gain row=codec`.
  ///
  /// - Throws: ``Fault/Malformed`` if they describe no fault, or one that this module cannot have.
  public func inject(_ words: String) throws(Fault.Malformed) {
    let fault = try Fault(words, among: modules.tables)
    try fault.check(on: profile, under: policy, in: outcomesOfClass)
    inject(fault)
  }

  /// Takes all faults back; what has failed already stays failed.
  public func clearFaults() { faults.clear() }

  /// The faults that were injected, in order, and how often each has struck.
  public var injectedFaults: [(fault: Fault, strikes: Int)] { faults.faults }
}
