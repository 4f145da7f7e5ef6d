import DeviceEmulator
import FlashStorage
import ModuleProfiles

/// The vendor module `dataCall`: the contexts in which data pass.
struct DataCallModule: Peripheral {
  private var callback: Int?
  /// Whether `start` and `setApn` come back without a network.
  private var isAsynchronous = false

  init(on board: inout Board) { board.powerOnModem() }

  var functions: [Int?] { [callback] }

  static let methods: [String: MethodRows<DataCallModule>] = [
    "dataCall.setPDPContext": configuring, "dataCall.getPDPContext": tellingContext,
    "dataCall.setAutoActivate": switching { $0.dialsAtPowerOn = $1 },
    "dataCall.setAutoConnect": switching { $0.comesBack = $1 },
    "dataCall.setDNSServer": settingNameServers, "dataCall.activate": activating,
    "dataCall.deactivate": deactivating, "dataCall.getInfo": telling,
    "dataCall.setAsynMode": choosingMode, "dataCall.setCallback": hearing,
    "dataCall.start": starting, "dataCall.setApn": keeping,
  ]

  mutating func worldChanged(from world: World, on board: inout Board) {
    if world.modem.registration.isIn, !board.world.modem.registration.isIn {
      for (id, context) in board.memory.contexts where context.comesBack == false {
        board.world.modem.dialled.remove(id)
      }
    }
    for id in world.modem.dialled.union(board.world.modem.dialled).sorted() {
      let isUp = board.world.modem.isUp(id)
      guard isUp != world.modem.isUp(id) else { continue }
      board.tell(
        callback, of: "dataCall.setCallback.state",
        ["{id}": .int(id), "{state}": .int(isUp ? 1 : 0)])
    }
  }

  // MARK: Settings

  private static let configuring: MethodRows<DataCallModule> = [
    "range": .when { _, call in
      !call.namesContext || !(0...2).contains(call.int(1)) || !(0...3).contains(call.int(5))
    },
    "length": .when { _, call in (2...4).contains { call.string($0).utf8.count > 64 } },
    "ok": .act { _, call, board in board.memory[context: call.int(0)].take(call.context) },
  ]

  private static let tellingContext: MethodRows<DataCallModule> = [
    "range": .noContext,
    "ok": .make { _, call, _, board in .done(board.memory[context: call.int(0)].value) },
  ]

  private static func switching(
    _ change: @escaping @Sendable (inout DataContext, Bool) -> Void
  ) -> MethodRows<DataCallModule> {
    [
      "profile": .noContext, "enable": .when { !(0...1).contains($1.int(1)) },
      "ok": .act { _, call, board in
        change(&board.memory[context: call.int(0)], call.int(1) == 1)
      },
    ]
  }

  private static let settingNameServers: MethodRows<DataCallModule> = [
    "range": .when { !$1.namesContext || $1.int(1) != 0 },
    "ok": .act { _, call, board in
      board.memory[context: call.int(0)].nameServers = [call.string(2), call.string(3)]
    },
  ]

  private static let hearing: MethodRows<DataCallModule> = [
    "ok": .act { dataCall, call, _ in dataCall.callback = call.arguments[0].function }
  ]

  private static let choosingMode: MethodRows<DataCallModule> = [
    "mode": .when { ![0, 1].contains($1.arguments[0].integer) },
    "ok": .act { dataCall, call, _ in dataCall.isAsynchronous = call.arguments[0].isTrue },
  ]

  // MARK: Links

  private static let activating: MethodRows<DataCallModule> = [
    "range": .noContext, "failed": .isOffline,
    "ok": .act { _, call, board in board.change { _ = $0.modem.dialled.insert(call.int(0)) } },
  ]

  private static let deactivating: MethodRows<DataCallModule> = [
    "range": .noContext,
    "ok": .act { _, call, board in board.change { _ = $0.modem.dialled.remove(call.int(0)) } },
  ]

  private static let telling: MethodRows<DataCallModule> = [
    "asr": .isBeyond(8, onASR: true), "others": .isBeyond(7, onASR: false), "type": .noType,
    "ok": .make { _, call, _, board in .done(board.info(of: call.int(0), ipType: call.int(1))) },
  ]

  /// What both older functions look at and do.
  private static let starting: MethodRows<DataCallModule> = [
    "asr": .isBeyond(8, onASR: true), "others": .isBeyond(7, onASR: false), "type": .noType,
    "authentication": .when { !(0...2).contains($1.int(5)) },
    "accessPoint": .when { $1.string(2).utf8.count > 63 },
    "user": .when { $1.string(3).utf8.count > 15 },
    "password": .when { $1.string(4).utf8.count > 15 },
    "failed": .waitsInVain,
    "ok": .act { _, call, board in board.dial(call) },
  ]

  /// It keeps the context for the next power-on, too, even while there is no network.
  private static let keeping = starting.merging([
    "failed": .waitsInVain.then(
      .act { _, call, board in try? board.keepForPowerOn(call.int(0), call.context) }),
    "ok": .make { _, call, _, board in
      do throws(FlashError) {
        try board.keepForPowerOn(call.int(0), call.context)
      } catch {
        return .instead("failed")
      }
      board.dial(call)
      return .done()
    },
  ]) { $1 }
}

extension DataCallModule {
  /// Whether a call that dials fails: without a network, unless a script waits for none.
  fileprivate func waitsInVain(on board: Board) -> Bool {
    !isAsynchronous && !board.world.modem.registration.isIn
  }
}

extension GuestValue {
  /// Whether Python takes it for true.
  fileprivate var isTrue: Bool {
    switch self {
    case .none: false
    case .string(let text): !text.isEmpty
    default: integer != 0
    }
  }
}

extension Row<DataCallModule> {
  fileprivate static var waitsInVain: Row { .when { $0.waitsInVain(on: $2) } }
  fileprivate static var noContext: Row { .when { !$1.namesContext } }
  fileprivate static var noType: Row { .when { !(0...2).contains($1.int(1)) } }
  fileprivate static var isOffline: Row { .when { !$2.world.modem.registration.isIn } }

  /// The contexts that can be asked for end at a number on the chips of ASR, and at another elsewhere.
  fileprivate static func isBeyond(_ last: Int, onASR: Bool) -> Row {
    .when { $2.profile.isASR == onASR && !(1...last).contains($1.int(0)) }
  }
}

extension Call {
  /// Whether the first argument is a context that scripts may set up.
  fileprivate var namesContext: Bool { (1...3).contains(int(0)) }

  /// What a context is to be dialled with.
  fileprivate var context: DataContext {
    DataContext(
      ipType: int(1), accessPoint: string(2), user: string(3), password: string(4),
      authentication: int(5))
  }
}

extension ModemMemory {
  subscript(context id: Int) -> DataContext {
    get { contexts[id, default: DataContext()] }
    set { contexts[id] = newValue }
  }
}

extension DataContext {
  /// Takes over what to dial with; when to is left as it is.
  mutating func take(_ other: DataContext) {
    (ipType, accessPoint) = (other.ipType, other.accessPoint)
    (user, password, authentication) = (other.user, other.password, other.authentication)
  }

  fileprivate var value: GuestValue {
    .tuple([
      .int(ipType), .string(accessPoint), .string(user), .string(password), .int(authentication),
    ])
  }
}

extension Board {
  fileprivate mutating func dial(_ call: Call) {
    memory[context: call.int(0)].take(call.context)
    change { _ = $0.modem.dialled.insert(call.int(0)) }
  }

  /// What a script is told of a context: the network has IPv4 alone (ruled).
  fileprivate func info(of id: Int, ipType: Int) -> GuestValue {
    let lists = [ipv4(of: id), [0, 0, "::", "::", "::"]]
    return .tuple([.int(id), .int(ipType)] + (ipType == 2 ? lists : [lists[ipType]]))
  }

  private func ipv4(of id: Int) -> GuestValue {
    guard world.modem.isUp(id) else { return [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"] }
    let servers = memory.contexts[id]?.nameServers ?? world.network.nameServers
    return .list(
      [1, 0, .string(world.network.address)] + servers.map { GuestValue.string($0) })
  }
}
