import DeviceEmulator
import ModuleProfiles

/// The vendor module `sim`: the card, its PIN and its phone books.
struct SimModule: Peripheral {
  private var callback: Int?

  init(on board: inout Board) {}

  var functions: [Int?] { [callback] }

  static let methods: [String: MethodRows<SimModule>] = [
    "sim.getStatus": ["ok": .fact { .int($0.world.modem.sim.status) }],
    "sim.getImsi": reading { $0.imsi },
    "sim.getIccid": ofOneSIM.merging(reading { $0.iccid }) { $1 },
    "sim.getPhoneNumber": ofOneSIM.merging(reading { $0.number }) { $1 },
    "sim.enablePin": withPIN { $0.asksPIN = true },
    "sim.disablePin": withPIN { $0.asksPIN = false },
    "sim.verifyPin": withPIN { _ in }, "sim.changePin": changingPIN, "sim.unblockPin": unblocking,
    "sim.readPhonebook": readingPhoneBook, "sim.writePhonebook": writingPhoneBook,
    "sim.setSimDet": watching, "sim.getSimDet": tellingWatch, "sim.setCallback": hearing,
  ]

  mutating func worldChanged(from world: World, on board: inout Board) {
    let (was, isThere) = (world.modem.sim != .absent, board.world.modem.sim != .absent)
    guard was != isThere, board.memory.watchesSlot else { return }
    board.tell(callback, of: isThere ? "sim.setCallback.inserted" : "sim.setCallback.removed")
  }

  // MARK: What is on the card

  private static func reading(
    _ text: @escaping @Sendable (SIMCard) -> String
  ) -> MethodRows<SimModule> {
    [
      "sim": .noSuchSIM,
      "failed": .when { !$2.world.hasReadyCard || text($2.world.card).isEmpty },
      "ok": .fact { .string(text($0.world.card)) },
    ]
  }

  /// What takes no SIM's number in the firmware.
  private static let ofOneSIM: MethodRows<SimModule> = ["given": .when { !$1.arguments.isEmpty }]

  // MARK: The PIN

  /// What takes the PIN as its first argument, and then changes something.
  private static func withPIN(
    _ change: @escaping @Sendable (inout SIMCard) -> Void
  ) -> MethodRows<SimModule> {
    [
      "length": .isTooLong(0),
      "ok": .make { _, call, _, board in
        board.change { world in
          guard world.verify(pin: call.string(0)) else { return .instead("failed") }
          change(&world.card)
          return .done()
        }
      },
    ]
  }

  private static let changingPIN: MethodRows<SimModule> = [
    "length": .when { _, call in (0...1).contains { call.string($0).utf8.count > 15 } },
    "ok": .make { _, call, _, board in
      board.change { world in
        guard world.verify(pin: call.string(0)) else { return .instead("failed") }
        world.card.pin = call.string(1)
        return .done()
      }
    },
  ]

  private static let unblocking: MethodRows<SimModule> = [
    "pukLength": .isTooLong(0), "pinLength": .isTooLong(1),
    "ok": .make { _, call, _, board in
      board.change { $0.unblock(puk: call.string(0), pin: call.string(1)) }
        ? .done() : .instead("failed")
    },
  ]

  // MARK: Phone books

  private static let readingPhoneBook: MethodRows<SimModule> = [
    "platform": .notASR, "storage": .noSuchStorage, "order": .when { $1.int(2) < $1.int(1) },
    "span": .when { $1.int(2) - $1.int(1) > 20 }, "name": .isTooLong(3, limit: 30),
    "failed": .noReadyCard,
    "ok": .make { _, call, _, board in
      let found = board.world.card.phoneBook.filter { entry in
        entry.storage == call.int(0) && (call.int(1)...call.int(2)).contains(entry.index)
          && (call.string(3).isEmpty || call.string(3) == entry.name)
      }
      return .done(.tuple([.int(found.count), .list(found.map(\.value))]))
    },
  ]

  private static let writingPhoneBook: MethodRows<SimModule> = [
    "platform": .notASR, "storage": .noSuchStorage,
    "index": .when { !(1...500).contains($1.int(1)) }, "name": .isTooLong(2, limit: 30),
    "number": .isTooLong(3, limit: 20), "failed": .noReadyCard,
    "ok": .act { _, call, board in
      let entry = SIMCard.PhoneBookEntry(
        storage: call.int(0), index: call.int(1), name: call.string(2), number: call.string(3))
      board.change { $0.card.write(entry) }
    },
  ]

  // MARK: The slot

  private static let watching: MethodRows<SimModule> = [
    "enable": .when { !(0...1).contains($1.int(0)) },
    "level": .when { !(0...1).contains($1.int(1)) },
    "ok": .act { _, call, board in
      board.memory.watchesSlot = call.int(0) == 1
      board.memory.insertLevel = call.int(1)
    },
  ]

  private static let tellingWatch: MethodRows<SimModule> = [
    "ok": .fact { .tuple([.int($0.memory.watchesSlot ? 1 : 0), .int($0.memory.insertLevel)]) }
  ]

  private static let hearing: MethodRows<SimModule> = [
    "ok": .act { sim, call, _ in sim.callback = call.arguments[0].function }
  ]
}

extension Row<SimModule> {
  /// The SIM that may be named as the first argument is none.
  fileprivate static var noSuchSIM: Row {
    .when { !$1.arguments.isEmpty && !(0...1).contains($1.int(0)) }
  }

  fileprivate static var notASR: Row { .when { !$2.profile.isASR } }
  fileprivate static var noSuchStorage: Row { .when { !(0...15).contains($1.int(0)) } }

  fileprivate static var noReadyCard: Row { .when { !$2.world.hasReadyCard } }

  /// A text has more bytes than it may have.
  fileprivate static func isTooLong(_ index: Int, limit: Int = 15) -> Row {
    .when { $1.string(index).utf8.count > limit }
  }
}

extension SIMCard {
  fileprivate mutating func write(_ entry: PhoneBookEntry) {
    phoneBook.removeAll { $0.storage == entry.storage && $0.index == entry.index }
    phoneBook.append(entry)
    phoneBook.sort { ($0.storage, $0.index) < ($1.storage, $1.index) }
  }
}

extension SIMCard.PhoneBookEntry {
  fileprivate var value: GuestValue { .tuple([.int(index), .string(name), .string(number)]) }
}

extension ModemStatus.SIM {
  /// As `sim.getStatus()` says it.
  fileprivate var status: Int {
    switch self {
    case .absent: 0
    case .ready: 1
    case .locked: 2
    case .puk: 3
    case .blocked: 19
    }
  }
}
