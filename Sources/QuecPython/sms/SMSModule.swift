import DeviceEmulator
import ModuleProfiles

/// The vendor module `sms`: short messages as texts.
struct SMSModule: Peripheral {
  private var callback: Int?

  init(on board: inout Board) {}

  var functions: [Int?] { [callback] }
  var hearsWorld: Bool { callback != nil }

  static let methods: [String: MethodRows<SMSModule>] = [
    "sms.sendTextMsg": sending, "sms.deleteMsg": deleting, "sms.setSaveLoc": choosingStores,
    "sms.getSaveLoc": onCard { .tuple($0.world.storeValues) },
    "sms.getMsgNums": onCard { .int($0.world[$0.world.modem.messageStores.reading].count) },
    "sms.searchTextMsg": reading, "sms.getCenterAddr": onCard { .string($0.messageCenter) },
    "sms.setCenterAddr": settingCenter,
    "sms.setCallback": ["ok": .act { sms, call, _ in sms.callback = call.arguments[0].function }],
  ]

  mutating func worldChanged(from world: World, on board: inout Board) {
    for (store, index) in board.world.deliverMessages(at: board.unixTime) {
      board.tell(
        callback, of: "sms.setCallback.received",
        ["{sim}": 0, "{index}": .int(index), "{store}": .string(store.rawValue)])
    }
  }

  /// What is answered only with a card that can be read.
  private static func onCard(
    _ fact: @escaping @Sendable (Board) -> GuestValue
  ) -> MethodRows<SMSModule> {
    ["failed": .noReadyCard, "ok": .fact(fact)]
  }

  private static let sending: MethodRows<SMSModule> = [
    "number": .when { $1.string(0).utf8.count > 20 },
    "text": .when { $1.string(1).utf8.count > 140 },
    "code": .when { !["GSM", "UCS2"].contains($1.string(2).uppercased()) },
    "ok": .make { _, call, _, board in
      let message = ShortMessage(call.string(0), call.string(1))
      return board.change { $0.send(message) } ? .done() : .instead("failed")
    },
  ]

  private static let deleting: MethodRows<SMSModule> = [
    // The firmware takes no mode.
    "given": .when { $1.arguments.count > 1 }, "index": .noPlace,
    "mode": .when { $1.arguments.count > 1 && $1.int(1) != 0 && $1.int(1) != deletesAll },
    "failed": .when { !$2.world.hasReadyCard || !$1.deletesAll && $2.message(for: $1) == nil },
    "ok": .act { _, call, board in
      board.change { world in
        let store = world.modem.messageStores.reading
        if call.deletesAll { world[store] = [:] } else { world[store][call.int(0)] = nil }
      }
    },
  ]

  fileprivate static let deletesAll = 4

  private static let choosingStores: MethodRows<SMSModule> = [
    "store": .when { $1.stores == nil }, "failed": .noReadyCard,
    "ok": .act { _, call, board in
      if let stores = call.stores { board.change { $0.modem.messageStores = stores } }
    },
  ]

  private static let reading: MethodRows<SMSModule> = [
    "index": .noPlace,
    "failed": .when { !$2.world.hasReadyCard || $2.message(for: $1) == nil },
    "ok": .make { _, call, _, board in
      guard let message = board.message(for: call) else { return .instead("failed") }
      board.change { $0[$0.modem.messageStores.reading][call.int(0)]?.isRead = true }
      return .done(
        .tuple([.string(message.number), .string(message.text), .int(message.text.utf8.count)]))
    },
  ]

  private static let settingCenter: MethodRows<SMSModule> = [
    "length": .when { $1.string(0).utf8.count > 30 }, "failed": .noReadyCard,
    "ok": .act { _, call, board in board.change { $0.card.messageCenter = call.string(0) } },
  ]
}

extension Row<SMSModule> {
  fileprivate static var noPlace: Row { .when { !(0...255).contains($1.int(0)) } }
  fileprivate static var noReadyCard: Row { .when { !$2.world.hasReadyCard } }
}

extension Call {
  /// Whether it deletes all messages.
  fileprivate var deletesAll: Bool { arguments.count > 1 && int(1) == SMSModule.deletesAll }

  /// The stores that it names; nil if it names one that is none.
  fileprivate var stores: MessageStores? {
    guard let reading = MessageStore(rawValue: string(0)),
      let writing = MessageStore(rawValue: string(1)),
      let receiving = MessageStore(rawValue: string(2))
    else { return nil }
    var stores = MessageStores()
    (stores.reading, stores.writing, stores.receiving) = (reading, writing, receiving)
    return stores
  }
}

extension Board {
  /// The message that a call names; nil if there is none.
  fileprivate func message(for call: Call) -> ShortMessage? {
    world[world.modem.messageStores.reading][call.int(0)]
  }

  /// The service centre's number as scripts get it.
  fileprivate var messageCenter: String {
    let number = world.card.messageCenter
    return profile.isUnisoc && number.hasPrefix("+") ? String(number.dropFirst()) : number
  }
}

extension World {
  /// What each store is, holds, and could hold.
  fileprivate var storeValues: [GuestValue] {
    let stores = modem.messageStores
    return [stores.reading, stores.writing, stores.receiving].map { store in
      [.string(store.rawValue), .int(self[store].count), .int(capacity(of: store))]
    }
  }
}
