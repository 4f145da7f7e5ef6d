extension World {
  /// Gives the card its PIN, also where it asks for none.
  ///
  /// - Returns: Whether it was the right one; a wrong one costs a try.
  package mutating func verify(pin: String) -> Bool {
    guard modem.sim == .ready || modem.sim == .locked else { return false }
    guard pin == card.pin else {
      card.pinTries -= 1
      if card.pinTries == 0 { modem.sim = .puk }
      return false
    }
    card.pinTries = SIMCard.allPINTries
    modem.sim = .ready
    return true
  }

  /// Gives the card the PUK that it asks for, and the PIN that it is to have.
  ///
  /// - Returns: Whether it was the right one; a wrong one costs a try.
  package mutating func unblock(puk: String, pin: String) -> Bool {
    guard modem.sim == .puk else { return false }
    guard puk == card.puk else {
      card.pukTries -= 1
      if card.pukTries == 0 { modem.sim = .blocked }
      return false
    }
    (card.pinTries, card.pukTries) = (SIMCard.allPINTries, SIMCard.allPUKTries)
    card.pin = pin
    modem.sim = .ready
    return true
  }
}
