/// How the module stands with its SIM and the network, as far as AT commands tell. The values at power-on are
/// ruled: a SIM that needs no PIN, in reach of its home network.
public struct ModemStatus: Equatable, Sendable {
  /// The SIM, by what a scenario calls it.
  public enum SIM: String, CaseIterable, Sendable { case ready, locked, absent }

  /// The registration, by what a scenario calls it.
  public enum Registration: String, CaseIterable, Sendable {
    case no, home, searching, denied, roaming

    /// As AT+CREG? says it (3GPP TS 27.007).
    var number: Int {
      switch self {
      case .no: 0
      case .home: 1
      case .searching: 2
      case .denied: 3
      case .roaming: 5
      }
    }
  }

  /// As AT+CSQ says it: 0 to 31, from -113 dBm in steps of 2 dB; 99 if it is not known.
  public var signal = 24
  /// The SIM.
  public var sim = SIM.ready
  /// Whether the module is registered in a network.
  public var registered = Registration.home

  /// As at power-on.
  public init() {}
}
