import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `net`: the signal, the registration, the cell and the network's time.
struct NetModule: Peripheral {
  private var callback: Int?
  /// The time that the network has told when it took the module last, as scripts get it; nil if it told none.
  private var toldTime: GuestValue?

  init(on board: inout Board) { if board.isIn { toldTime = board.networkTimeValue } }

  var functions: [Int?] { [callback] }

  static let methods: [String: MethodRows<NetModule>] = [
    "net.csqQueryPoll": ["ok": .fact { .int($0.signal) }],
    "net.getSignal": tellingSignal,
    "net.getState": ["ok": .fact(\.registrationValue)],
    "net.getCellInfo": searching,
    "net.getCi": inCell { .list([.int($0.world.network.cell)]) },
    "net.getMnc": inCell { .list([.int($0.mnc)]) },
    "net.getMcc": inCell { .list([.int($0.mcc)]) },
    "net.getLac": inCell { .list([.int($0.world.network.area)]) },
    "net.getServingCi": inCell { .int($0.world.network.cell) },
    "net.getServingMnc": inCell { .int($0.mnc) },
    "net.getServingMcc": inCell { .int($0.mcc) },
    "net.getServingLac": inCell { .int($0.world.network.area) },
    "net.operatorName": inCell(\.operatorValue),
    "net.getNetMode": inCell {
      let network = $0.world.network
      return .tuple([0, .string(network.mcc), .string(network.mnc), .int(network.technology)])
    },
    "net.getConfig": ["ok": .fact { .tuple([.int($0.networkMode), .bool($0.memory.roams)]) }],
    "net.setConfig": configuring,
    "net.nitzTime": [
      "failed": .when { net, _ in net.toldTime == nil },
      "ok": .make { net, _, _, _ in .done(net.toldTime) },
    ],
    "net.getModemFun": ["ok": .fact { .int($0.world.modem.functionality.rawValue) }],
    "net.setModemFun": switching,
    "net.setApn": settingAccessPoint,
    "net.getApn": tellingAccessPoint,
    "net.setCallback": ["ok": .act { net, call, _ in net.callback = call.arguments[0].function }],
  ]

  mutating func worldChanged(from world: World, on board: inout Board) {
    if board.isIn, board.changesTime(from: world) { toldTime = board.networkTimeValue }
    guard world.modem.registration != board.world.modem.registration else { return }
    board.tell(
      callback, of: "net.setCallback.registered",
      [
        "{status}": .int(board.world.modem.registration.number), "{lac}": .int(board.area),
        "{cid}": .int(board.cell), "{act}": .int(board.technology),
      ])
  }

  /// What is answered only in a cell of a network that has taken the module.
  private static func inCell(
    _ fact: @escaping @Sendable (Board) -> GuestValue
  ) -> MethodRows<NetModule> {
    ["failed": .when { !$2.world.modem.registration.isIn }, "ok": .fact(fact)]
  }

  private static let tellingSignal: MethodRows<NetModule> = [
    // The firmware takes no argument.
    "given": .when { !$1.arguments.isEmpty },
    "mode": .when { !$1.arguments.isEmpty && !(0...1).contains($1.int(0)) },
    "ok": .make { _, call, _, board in
      let lte = SignalLevel(board.signal).values
      let isLong = !call.arguments.isEmpty && call.int(0) == 1
      return .done(
        .tuple([
          [99, 99, 255, 255], .list((isLong ? lte : Array(lte.dropLast())).map { .int($0) }),
        ]))
    },
  ]

  /// A search takes a second of device time (ruled).
  private static let searching: MethodRows<NetModule> = [
    "ok": .make { _, _, _, board in
      .takes(until: board.clock.now + .seconds(1), .tuple([[], [], .list(board.cells)]))
    }
  ]

  private static let configuring: MethodRows<NetModule> = [
    "mode": .when { !$2.networkModes.contains($1.int(0)) },
    "roaming": .when { $1.arguments.count > 1 && !(0...1).contains($1.int(1)) },
    "ok": .act { _, call, board in
      board.memory.networkMode = call.int(0)
      if call.arguments.count > 1 { board.memory.roams = call.int(1) == 1 }
    },
  ]

  private static let switching: MethodRows<NetModule> = [
    "range": .when { ModemStatus.Functionality(rawValue: $1.int(0)) == nil },
    "reset": .when { $1.arguments.count > 1 && !(0...1).contains($1.int(1)) },
    "ok": .act { _, call, board in
      guard let functionality = ModemStatus.Functionality(rawValue: call.int(0)) else { return }
      board.change { $0.modem.functionality = functionality }
      if call.arguments.count > 1, call.int(1) == 1 { board.powerRequest = .restart(.reset) }
    },
  ]

  private static let settingAccessPoint: MethodRows<NetModule> = [
    "platform": .notSupported, "sim": .noSuchSIM(1),
    "ok": .act { _, call, board in board.memory.accessPoints[call.int(1)] = call.string(0) },
  ]

  private static let tellingAccessPoint: MethodRows<NetModule> = [
    "platform": .notSupported, "sim": .noSuchSIM(0),
    "ok": .make { _, call, _, board in
      .done(.string(board.memory.accessPoints[call.int(0)] ?? ""))
    },
  ]
}

extension Row<NetModule> {
  fileprivate static var notSupported: Row { .when { !$2.profile.isASR } }

  fileprivate static func noSuchSIM(_ index: Int) -> Row {
    .when { !(0...1).contains($1.int(index)) }
  }
}

/// What a signal of AT+CSQ comes to in LTE (ruled: derived from the one number).
private struct SignalLevel {
  let values: [Int]

  init(_ level: Int) {
    values =
      level == 99
      ? [99, 99, 255, 255, 255]
      : [2 * level - 113, 2 * level - 138, level * 7 / 31 - 12, 255, level - 10]
  }
}

extension Board {
  fileprivate var mcc: Int { profile.number(ofCountry: world.network.mcc) }
  /// Scripts are told none without a card.
  fileprivate var signal: Int { world.modem.sim == .absent ? 99 : world.modem.heardSignal }

  fileprivate var mnc: Int { Int(world.network.mnc) ?? 0 }

  /// Whether a network tells its time now: it takes the module, or keeps another time.
  fileprivate func changesTime(from old: World) -> Bool {
    old.modem.registration != world.modem.registration || old.network.time != world.network.time
      || old.network.timeZone != world.network.timeZone
  }

  /// The network's time in seconds since 1970; nil if it tells none.
  private var networkTime: Int? {
    switch world.network.time {
    case .actual: RealTimeClock().seconds(by: clock)
    case .atPowerOn(let seconds): seconds + Int(clock.now / .seconds(1))
    case .none: nil
    }
  }

  /// The same as text, its seconds since 1970, and leap seconds, of which the network tells none.
  fileprivate var networkTimeValue: GuestValue? {
    guard let networkTime else { return nil }
    let fields = LocalTime(unixTime: networkTime, zone: 0).fields.map { $0.twoDigits }
    let date = fields[..<3].joined(separator: "/")
    let time = fields[4..<7].joined(separator: ":")
    return .tuple([.string("\(date) \(time)\(zoneWords)"), .int(networkTime), 0])
  }

  /// The zone and the daylight saving: hours on the chips of ASR, on Unisoc's quarters of an hour with a sign, elsewhere
  /// nothing.
  private var zoneWords: String {
    let zone = world.network.timeZone
    if profile.isASR { return " \(zone / 4) 0" }
    return profile.isUnisoc ? " \(zone < 0 ? "-" : "+")\(zone.twoDigits) 0" : ""
  }

  fileprivate var isIn: Bool { world.modem.registration.isIn }
  fileprivate var area: Int { isIn ? world.network.area : 0 }
  fileprivate var cell: Int { isIn ? world.network.cell : 0 }
  fileprivate var technology: Int { isIn ? world.network.technology : 0 }

  fileprivate var registrationValue: GuestValue {
    let status = world.modem.registration.number
    let values = [status, area, cell, technology, 0]
    let one = GuestValue.list((values + [isIn ? MobileNetwork.physicalCell : 0]).map { .int($0) })
    return .tuple([one, one])
  }

  fileprivate var operatorValue: GuestValue {
    let network = world.network
    return .tuple(
      [network.longName, network.shortName, network.mcc, network.mnc].map { .string($0) })
  }

  /// The cells that LTE finds: the own one.
  fileprivate var cells: [GuestValue] {
    guard isIn else { return [] }
    let signal = SignalLevel(signal).values
    let values = [
      0, cell, mcc, mnc, MobileNetwork.physicalCell, area, MobileNetwork.frequency, signal[1],
      signal[2],
    ]
    return [.tuple(values.map { .int($0) })]
  }

  /// The modes that can be set: GSM and LTE on the chips of Unisoc, elsewhere also what they do not have.
  fileprivate var networkModes: Set<Int> { profile.isASR ? Set(0...18) : [0, 6, 8] }

  /// LTE alone on the chips of ASR, and on the others what prefers it (ruled).
  fileprivate var networkMode: Int { memory.networkMode ?? (profile.isASR ? 5 : 8) }
}

extension Int {
  /// Its last two digits.
  fileprivate var twoDigits: String { String(String(100 + magnitude % 100).dropFirst()) }
}
