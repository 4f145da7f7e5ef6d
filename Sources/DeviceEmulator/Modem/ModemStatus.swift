/// How the module stands with its SIM and the network, as AT commands and scripts are told. The values at power-on are
/// ruled: a SIM that needs no PIN, in reach of its home network, and a data call.
public struct ModemStatus: Equatable, Sendable {
  /// The SIM, by what a scenario calls it.
  public enum SIM: String, CaseIterable, Sendable {
    case ready
    /// It asks for its PIN.
    case locked
    /// It asks for its PUK.
    case puk
    /// It takes no PUK any more.
    case blocked
    case absent
  }

  /// The registration, by what a scenario calls it.
  public enum Registration: String, CaseIterable, Sendable {
    case no, home, searching, denied, roaming

    /// As AT+CREG? says it (3GPP TS 27.007).
    package var number: Int {
      switch self {
      case .no: 0
      case .home: 1
      case .searching: 2
      case .denied: 3
      case .roaming: 5
      }
    }

    /// Whether it lets data through.
    package var isIn: Bool { self == .home || self == .roaming }
  }

  /// How much of the modem is on, as AT+CFUN says it.
  public enum Functionality: Int, Sendable {
    case minimum = 0
    case full = 1
    case flight = 4
  }

  /// As AT+CSQ says it where the modem is on: 0 to 31, from -113 dBm in steps of 2 dB; 99 if it is
  /// not known.
  public var signal = 24
  /// The SIM.
  public var sim = SIM.ready
  /// What the network grants a modem that is on and has its SIM.
  public var registered = Registration.home
  /// How much of the modem is on.
  public var functionality = Functionality.full
  /// The data contexts that are dialled. They are up while the module is registered.
  public var dialled: Set<Int> = [1]
  /// The short messages in the module's own memory, by their places.
  public var messages: [Int: ShortMessage] = [:]
  /// Where the sound of calls goes: the number of an output.
  public var callChannel = 0
  /// Which store serves what.
  public var messageStores = MessageStores()

  /// As at power-on.
  public init() {}

  /// How the module is registered in fact.
  public var registration: Registration {
    guard functionality == .full else { return .no }
    return registered.isIn && sim != .ready ? .no : registered
  }

  /// The signal in fact.
  public var heardSignal: Int { functionality == .full ? signal : 99 }

  /// Whether data pass on a context.
  public func isUp(_ context: Int) -> Bool { dialled.contains(context) && registration.isIn }

  /// Whether data pass on any context.
  package var passesData: Bool { !dialled.isEmpty && registration.isIn }
}
