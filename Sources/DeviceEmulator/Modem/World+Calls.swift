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
