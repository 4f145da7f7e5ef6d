/// A telephone call that the module has.
public struct VoiceCall: Sendable, Equatable {
  /// As AT+CLCC says it (3GPP TS 27.007); that of a call that has ended is the firmware's.
  public enum State: Int, Sendable {
    case active, held, dialling, alerting, incoming, waiting, ended

    /// Whether it wants to be answered by the module.
    package var rings: Bool { self == .incoming || self == .waiting }
  }

  /// Counts from 1; the least that no other call has.
  public let id: Int
  /// Whom the module talks to.
  public let number: String
  /// Whether the other side has called.
  public let isIncoming: Bool
  public var state: State
  /// Why it has ended.
  public var cause = EndCause.cleared
  /// Whether the other side or the network has ended it.
  public var isEndedByRemote = false

  /// Why a call has ended (3GPP TS 24.008).
  public enum EndCause: Int, Sendable {
    case cleared = 16
    case busy = 17
    case networkLost = 38
  }
}

/// Where calls go in place of the module.
public struct CallForwarding: Sendable, Equatable {
  /// When they do.
  public enum Reason: Int, Sendable {
    case always, busy, noReply, notReachable
  }

  /// The number that is registered for it.
  public var number: String
  public var isActive: Bool

  package init(number: String, isActive: Bool) { (self.number, self.isActive) = (number, isActive) }
}

/// What the other side of a call does.
public enum CallAct: Equatable, Sendable {
  /// It calls the module from a number.
  case calls(String)
  /// The telephone that the module calls rings.
  case alerts
  case answers
  /// It is busy.
  case refuses
  case hangsUp
  /// It presses keys, which are heard as tones.
  case presses(String)
}

extension String {
  /// The type of a telephone number (3GPP TS 24.008): 145 for an international one.
  package var typeOfNumber: Int { hasPrefix("+") ? 145 : 129 }
}
