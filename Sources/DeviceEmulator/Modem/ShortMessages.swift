/// A short message.
public struct ShortMessage: Sendable, Equatable {
  /// Who has sent it; of one that the module has sent, who gets it.
  public var number: String
  public var text: String
  /// When it arrived, in seconds since 1970.
  public var time = 0
  /// Whether a script or an AT command has read it.
  public var isRead = false

  /// A message that nobody has read.
  public init(_ number: String, _ text: String) { (self.number, self.text) = (number, text) }
}

/// Where messages are kept, by its name in AT+CPMS.
public enum MessageStore: String, Sendable {
  /// On the SIM card.
  case card = "SM"
  /// In the module's own memory.
  case module = "ME"
}

/// Which store serves what.
public struct MessageStores: Sendable, Equatable {
  /// Where messages are read and deleted.
  public var reading = MessageStore.card
  /// Where they are written, and sent from.
  public var writing = MessageStore.card
  /// Where those that arrive are kept.
  public var receiving = MessageStore.card

  /// As at the module's first power-on (ruled).
  public init() {}
}
