/// What is outside of the module, as far as it can tell: its SIM and the network.
///
/// A scenario, the AT channel and Swift programs change it; the vendor modules read it, and hear of each change.
public struct World: Sendable, Equatable {
  /// How the module stands with its SIM and the network.
  public var modem = ModemStatus()
}
