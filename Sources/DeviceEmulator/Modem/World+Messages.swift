extension World {
  /// How many messages the module's own memory holds: the number in the vendor's example.
  package static let moduleCapacity = 180

  /// The messages in a store, by their places in it, which count from 0.
  public subscript(store: MessageStore) -> [Int: ShortMessage] {
    get { store == .card ? card.messages : modem.messages }
    set { if store == .card { card.messages = newValue } else { modem.messages = newValue } }
  }

  /// How many messages fit into a store.
  package func capacity(of store: MessageStore) -> Int {
    store == .card ? card.messageCapacity : Self.moduleCapacity
  }

  /// Has the network take a message from the module. One to the module's own number comes back.
  ///
  /// - Returns: Whether it was taken: not without a network, a number or a text.
  package mutating func send(_ message: ShortMessage) -> Bool {
    guard modem.registration.isIn, !message.number.isEmpty, !message.text.isEmpty else {
      return false
    }
    network.sentMessages.append(message)
    if message.number == card.number { network.waitingMessages.append(message) }
    return true
  }

  /// Has the messages that wait in the network arrive at a time, as far as the module is in reach and has room for them.
  ///
  /// - Returns: Where they are now.
  package mutating func deliverMessages(at time: Int) -> [(store: MessageStore, index: Int)] {
    let store = modem.messageStores.receiving
    var places: [(store: MessageStore, index: Int)] = []
    while modem.registration.isIn, !network.waitingMessages.isEmpty,
      let index = (0..<capacity(of: store)).first(where: { self[store][$0] == nil })
    {
      self[store][index] = network.waitingMessages.removeFirst()
      self[store][index]?.time = time
      places.append((store, index))
    }
    return places
  }
}
