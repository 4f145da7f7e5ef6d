import DeviceEmulator
import ModuleProfiles

/// Short messages as texts; PDUs are not emulated, so without AT+CMGF=1 they are not allowed.
extension ATCommand {
  static let messages: [String: ATCommand] = [
    "+CMGF": ATCommand(
      test: "(0,1)", read: { session, _, _ in ["+CMGF: \(session.isTextMode ? 1 : 0)"] },
      write: { session, _, parameters throws(Stop) in
        session.isTextMode = try parameters.number(0, in: 0...1) == 1
        return []
      }, needs: "sms"),
    "+CSCA": ATCommand(
      read: { _, board, _ throws(Stop) in
        let number = try board.readyCard().messageCenter
        return ["+CSCA: \"\(number)\",\(number.typeOfNumber)"]
      },
      write: { _, board, parameters throws(Stop) in
        _ = try board.readyCard()
        board.change { $0.card.messageCenter = parameters[0] }
        return []
      }, needs: "sms"),
    "+CPMS": ATCommand(
      test: "(\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")",
      read: { _, board, _ throws(Stop) in
        _ = try board.readyCard()
        let stores = board.world.storesInUse.map {
          "\"\($0.rawValue)\",\(board.world.fill(of: $0))"
        }
        return ["+CPMS: " + stores.joined(separator: ",")]
      }, write: choosingStores, needs: "sms"),
    "+CMGL": ATCommand(execute: listing, write: listing, needs: "sms"),
    "+CMGR": ATCommand(
      write: { session, board, parameters throws(Stop) in
        let index = try session.place(parameters, on: board)
        let lines = board.read(index)
        return ["+CMGR: \(lines.header)\r\n\(lines.text)"]
      }, needs: "sms"),
    "+CMGD": ATCommand(write: deleting, needs: "sms"),
    "+CMGS": ATCommand(
      write: { session, _, parameters throws(Stop) in
        guard session.isTextMode else { throw .message(notAllowed) }
        session.receiver = parameters[0]
        throw .prompt
      }, needs: "sms"),
  ]

  fileprivate static let notAllowed = 302
  fileprivate static let noSuchPlace = 321
  fileprivate static let noNetwork = 331

  private static let choosingStores: Body = { _, board, parameters throws(Stop) in
    _ = try board.readyCard()
    var stores = board.world.modem.messageStores
    let paths = [\MessageStores.reading, \.writing, \.receiving]
    for (path, name) in zip(paths, parameters) {
      guard let store = MessageStore(rawValue: name) else { throw .equipment(.wrongParameters) }
      stores[keyPath: path] = store
    }
    board.change { $0.modem.messageStores = stores }
    let fills = board.world.storesInUse.map { board.world.fill(of: $0) }
    return ["+CPMS: " + fills.joined(separator: ",")]
  }

  private static let listing: Body = { session, board, parameters throws(Stop) in
    guard session.isTextMode else { throw .message(notAllowed) }
    _ = try board.readyCard()
    let wanted = parameters.first ?? "REC UNREAD"
    guard ["ALL", "REC UNREAD", "REC READ"].contains(wanted) else { throw .message(305) }
    let kept = board.world[board.world.modem.messageStores.reading].sorted { $0.key < $1.key }
    let listed = kept.filter { wanted == "ALL" || $0.value.status == wanted }
    return listed.map { index, _ in
      let lines = board.read(index)
      return "+CMGL: \(index),\(lines.header)\r\n\(lines.text)"
    }
  }

  /// With a second parameter from 1 to 3 those that were read, and with 4 all.
  private static let deleting: Body = { _, board, parameters throws(Stop) in
    _ = try board.readyCard()
    let index = try parameters.number(0, in: 0...255)
    let flag = try parameters.number(1, in: 0...4, standard: 0)
    let store = board.world.modem.messageStores.reading
    guard flag != 0 || board.world[store][index] != nil else { throw .message(noSuchPlace) }
    board.change { world in
      switch flag {
      case 0: world[store][index] = nil
      case 4: world[store] = [:]
      default: world[store] = world[store].filter { !$0.value.isRead }
      }
    }
    return []
  }
}

extension ATSession {
  /// The place of a message that a command names.
  fileprivate func place(
    _ parameters: [String], on board: Board
  ) throws(ATCommand.Stop) -> Int {
    guard isTextMode else { throw .message(ATCommand.notAllowed) }
    _ = try board.readyCard()
    let index = try parameters.number(0, in: 0...255)
    guard board.world[board.world.modem.messageStores.reading][index] != nil else {
      throw .message(ATCommand.noSuchPlace)
    }
    return index
  }

  /// Sends the message whose text was waited for.
  mutating func sendMessage(_ text: String, on board: inout Board) -> ATResponse {
    let message = ShortMessage(receiver ?? "", text)
    receiver = nil
    guard board.change({ $0.send(message) }) else {
      return ATResponse(result: .message(ATCommand.noNetwork))
    }
    return ATResponse(lines: ["+CMGS: \(board.world.network.sentMessages.count % 256)"])
  }
}

extension Board {
  /// Reads the message at a place: what is told of it, and its text.
  ///
  /// - Precondition: There is one.
  fileprivate mutating func read(_ index: Int) -> (header: String, text: String) {
    let store = world.modem.messageStores.reading
    let message = world[store][index]!
    change { $0[store][index]?.isRead = true }
    let time = LocalTime(unixTime: message.time, zone: calendar.zone).clockText
    return ("\"\(message.status)\",\"\(message.number)\",,\"\(time)\"", message.text)
  }
}

extension ShortMessage {
  fileprivate var status: String { isRead ? "REC READ" : "REC UNREAD" }
}

extension World {
  fileprivate var storesInUse: [MessageStore] {
    [modem.messageStores.reading, modem.messageStores.writing, modem.messageStores.receiving]
  }

  fileprivate func fill(of store: MessageStore) -> String {
    "\(self[store].count),\(capacity(of: store))"
  }
}
