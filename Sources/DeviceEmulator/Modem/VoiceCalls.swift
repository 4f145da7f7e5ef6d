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

extension World {
  /// Has the module call a number; a call that is on is held meanwhile.
  ///
  /// - Returns: Whether it does: not without a network or a number, nor while a call is not answered yet.
  package mutating func dial(_ number: String) -> Bool {
    let isFree = calls.allSatisfy { $0.state == .active || $0.state == .held }
    guard modem.registration.isIn, !number.isEmpty, isFree else { return false }
    hold()
    add(number, isIncoming: false, .dialling)
    return true
  }

  /// Has the module answer the call that rings, and hold the one that is on.
  ///
  /// - Returns: Whether one rings.
  package mutating func answerCall() -> Bool {
    guard let index = calls.firstIndex(where: \.state.rings) else { return false }
    hold()
    calls[index].state = .active
    return true
  }

  /// Ends all calls.
  ///
  /// - Returns: Whether there was one.
  package mutating func endCalls(_ cause: VoiceCall.EndCause = .cleared, byRemote: Bool = false)
    -> Bool
  {
    for call in calls { end(call.id, cause, byRemote: byRemote) }
    return !calls.isEmpty
  }

  /// Ends a call.
  package mutating func end(
    _ id: Int, _ cause: VoiceCall.EndCause = .cleared, byRemote: Bool = true
  ) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    (calls[index].state, calls[index].cause) = (.ended, cause)
    calls[index].isEndedByRemote = byRemote
  }

  /// Has the other side do something.
  package mutating func perform(_ act: CallAct) {
    switch act {
    case .calls(let number): receiveCall(number)
    case .alerts: change(.dialling, to: .alerting)
    case .answers:
      change(.dialling, to: .active)
      change(.alerting, to: .active)
    case .refuses:
      for call in calls where !call.isIncoming && call.state != .held { end(call.id, .busy) }
    case .hangsUp:
      for call in calls where call.state != .held { end(call.id) }
    case .presses(let keys):
      if calls.contains(where: { $0.state == .active }) { network.pressedKeys += keys }
    }
  }

  private mutating func receiveCall(_ number: String) {
    let isIn = modem.registration.isIn
    if forwards(.always) || !isIn && forwards(.notReachable) || !calls.isEmpty && forwards(.busy) {
      return network.forwardedCalls.append(number)
    }
    // One can wait; the network tells others that the module is busy.
    guard isIn, !calls.contains(where: \.state.rings) else { return }
    add(number, isIncoming: true, calls.isEmpty ? .incoming : .waiting)
  }

  /// Whether the network forwards calls for a reason.
  package func forwards(_ reason: CallForwarding.Reason) -> Bool {
    network.forwarding[reason]?.isActive ?? false
  }

  private mutating func add(_ number: String, isIncoming: Bool, _ state: VoiceCall.State) {
    let id = (1...).first { id in !calls.contains { $0.id == id } }!
    calls.append(VoiceCall(id: id, number: number, isIncoming: isIncoming, state: state))
    calls.sort { $0.id < $1.id }
  }

  private mutating func hold() { change(.active, to: .held) }

  private mutating func change(_ state: VoiceCall.State, to next: VoiceCall.State) {
    for index in calls.indices where calls[index].state == state { calls[index].state = next }
  }
}

extension String {
  /// The type of a telephone number (3GPP TS 24.008): 145 for an international one.
  package var typeOfNumber: Int { hasPrefix("+") ? 145 : 129 }
}
