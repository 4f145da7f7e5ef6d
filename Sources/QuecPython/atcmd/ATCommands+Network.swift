import DeviceEmulator
import ModuleProfiles

/// The card, the registration and data.
extension ATCommand {
  static let network: [String: ATCommand] = [
    "+CSQ": ATCommand(
      test: "(0-31,99),(0-7,99)", execute: tells { "+CSQ: \($0.world.modem.heardSignal),99" }),
    "+CPIN": ATCommand(read: tellingPIN, write: takingPIN),
    "+CIMI": onCard { $0.imsi }, "+QCCID": onCard { "+QCCID: \($0.iccid)" },
    "+CNUM": ATCommand(execute: { _, board, _ throws(Stop) in
      let card = try board.readyCard()
      return card.number.isEmpty ? [] : ["+CNUM: ,\"\(card.number)\",\(card.number.typeOfNumber)"]
    }),
    "+CFUN": ATCommand(
      test: "(0,1,4),(0,1)", read: tells { "+CFUN: \($0.world.modem.functionality.rawValue)" },
      write: switching),
    "+COPS": ATCommand(read: { _, board, _ in
      let network = board.world.network
      return board.world.modem.registration.isIn
        ? ["+COPS: 0,0,\"\(network.longName)\",\(network.technology)"] : ["+COPS: 0"]
    }),
    "+CREG": registration("+CREG"), "+CGREG": registration("+CGREG"),
    "+CEREG": registration("+CEREG"),
    "+CGATT": ATCommand(
      test: "(0,1)", read: tells { "+CGATT: \($0.world.modem.registration.isIn ? 1 : 0)" }),
    "+CGACT": ATCommand(
      test: "(0,1)",
      read: { _, board, _ in
        (1...3).map { "+CGACT: \($0),\(board.world.modem.isUp($0) ? 1 : 0)" }
      }, write: dialling),
    "+CGDCONT": ATCommand(
      read: { _, board, _ in
        board.memory.contexts.sorted { $0.key < $1.key }.map { id, context in
          "+CGDCONT: \(id),\"\(ipTypes[context.ipType])\",\"\(context.accessPoint)\""
        }
      }, write: configuring),
    "+CGPADDR": ATCommand(
      execute: { _, board, _ in (1...3).compactMap { board.addressLine(of: $0) } },
      write: { _, board, parameters throws(Stop) in
        let id = try parameters.number(0, in: 1...8)
        return board.addressLine(of: id).map { [$0] } ?? []
      }),
  ]

  private static let ipTypes = ["IP", "IPV6", "IPV4V6"]

  /// What is told of a card that can be read.
  private static func onCard(_ fact: @escaping @Sendable (SIMCard) -> String) -> ATCommand {
    ATCommand(execute: { _, board, _ throws(Stop) in [fact(try board.readyCard())] })
  }

  private static let tellingPIN: Body = { _, board, _ throws(Stop) in
    switch board.world.modem.sim {
    case .ready: ["+CPIN: READY"]
    case .locked: ["+CPIN: SIM PIN"]
    case .puk: ["+CPIN: SIM PUK"]
    case .blocked: throw .equipment(.cardFails)
    case .absent: throw .equipment(.noCard)
    }
  }

  /// With one parameter a PIN, with two a PUK and the PIN that is to be.
  private static let takingPIN: Body = { _, board, parameters throws(Stop) in
    let isRight: Bool
    switch (board.world.modem.sim, parameters.count) {
    case (.locked, 1): isRight = board.change { $0.verify(pin: parameters[0]) }
    case (.puk, 2): isRight = board.change { $0.unblock(puk: parameters[0], pin: parameters[1]) }
    case (.absent, _): throw .equipment(.noCard)
    default: throw .equipment(.notAllowed)
    }
    guard isRight else { throw .equipment(.wrongPassword) }
    return []
  }

  private static let switching: Body = { _, board, parameters throws(Stop) in
    let number = try parameters.number(0, in: 0...4)
    let restarts = try parameters.number(1, in: 0...1, standard: 0) == 1
    guard let functionality = ModemStatus.Functionality(rawValue: number) else {
      throw .equipment(.wrongParameters)
    }
    board.change { $0.modem.functionality = functionality }
    if restarts { throw .act(.restart, then: []) }
    return []
  }

  /// One of the commands that tell of registration: with the mode 2 of the cell, too.
  private static func registration(_ name: String) -> ATCommand {
    ATCommand(
      test: "(0-2)",
      read: { session, board, _ in
        let mode = session.registrationModes[name] ?? 0
        let (modem, network) = (board.world.modem, board.world.network)
        let cell =
          mode == 2 && modem.registration.isIn
          ? ",\"\(network.area.hexadecimal)\",\"\(network.cell.hexadecimal)\",\(network.technology)"
          : ""
        return ["\(name): \(mode),\(modem.registration.number)\(cell)"]
      },
      write: { session, _, parameters throws(Stop) in
        session.registrationModes[name] = try parameters.number(0, in: 0...2)
        return []
      })
  }

  private static let dialling: Body = { _, board, parameters throws(Stop) in
    let isOn = try parameters.number(0, in: 0...1) == 1
    let id = try parameters.number(1, in: 1...8, standard: 1)
    guard !isOn || board.world.modem.registration.isIn else { throw .equipment(.noNetwork) }
    board.change { world in
      if isOn { world.modem.dialled.insert(id) } else { world.modem.dialled.remove(id) }
    }
    return []
  }

  private static let configuring: Body = { _, board, parameters throws(Stop) in
    let id = try parameters.number(0, in: 1...8)
    guard let ipType = ipTypes.firstIndex(of: parameters.text(1)) else {
      throw .equipment(.wrongParameters)
    }
    board.memory[context: id].ipType = ipType
    board.memory[context: id].accessPoint = parameters.text(2)
    return []
  }
}

extension Board {
  /// The card, if it can be read.
  func readyCard() throws(ATCommand.Stop) -> SIMCard {
    switch world.modem.sim {
    case .ready: return world.card
    case .locked: throw .equipment(.pinWanted)
    case .puk: throw .equipment(.pukWanted)
    case .blocked: throw .equipment(.cardFails)
    case .absent: throw .equipment(.noCard)
    }
  }

  /// What AT+CGPADDR tells of a context; nil for one that is down.
  fileprivate func addressLine(of id: Int) -> String? {
    world.modem.isUp(id) ? "+CGPADDR: \(id),\"\(world.network.address)\"" : nil
  }
}

extension Int {
  fileprivate var hexadecimal: String { String(self, radix: 16, uppercase: true) }
}
