import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `pm`: the low-power mode, the locks that keep the module out of it, and the power saving that it asks
/// of the network.
struct PowerManagement: Peripheral {
  /// The locks that there are, and whether each is locked.
  private var locks: [Int: Bool] = [:]
  private var lastLock = 0
  private var isToSleep = false
  /// Whether it ever was to sleep by itself.
  private var wasAsked = false
  private let start: Duration

  init(on board: inout Board) {
    start = board.clock.now
    board.sleepTime = .zero
  }

  var sleepsByItself: Bool { isToSleep && !locks.values.contains(true) }

  static let methods: [String: MethodRows<PowerManagement>] = [
    "pm.create_wakelock": [
      "empty": .when { $1.string(0).isEmpty },
      "ok": .make { pm, _, _, _ in
        pm.lastLock += 1
        pm.locks[pm.lastLock] = false
        return .done(.int(pm.lastLock))
      },
    ],
    "pm.delete_wakelock": [
      "unknown": .noLock, "ok": .act { pm, call, _ in pm.locks[call.int(0)] = nil },
    ],
    "pm.wakelock_lock": [
      "unknown": .noLock, "ok": .act { pm, call, _ in pm.locks[call.int(0)] = true },
    ],
    "pm.wakelock_unlock": [
      "unknown": .noLock, "ok": .act { pm, call, _ in pm.locks[call.int(0)] = false },
    ],
    "pm.get_wakelock_num": ["ok": .make { pm, _, _, _ in .done(.int(pm.locks.count)) }],
    "pm.autosleep": [
      "range": .when { !(0...1).contains($1.int(0)) },
      "ok": .act { pm, call, _ in
        pm.isToSleep = call.int(0) == 1
        pm.wasAsked = pm.wasAsked || pm.isToSleep
      },
    ],
    "pm.set_psm_time": [
      "platform": .lacksPowerSaving,
      "range": .when { PowerSaving(of: $1, after: $2.memory.powerSaving) == nil },
      "ok": .act { _, call, board in
        board.memory.powerSaving =
          PowerSaving(of: call, after: board.memory.powerSaving) ?? board.memory.powerSaving
      },
    ],
    "pm.get_psm_time": [
      "platform": .lacksPowerSaving, "ok": .fact { $0.memory.powerSaving.value },
    ],
  ]

  fileprivate func has(_ lock: Int) -> Bool { locks[lock] != nil }

  mutating func end(_ end: PowerEnd, on board: inout Board) {
    guard wasAsked else { return }
    board.remark(
      "the module was in its low-power mode for \(board.sleepTime.inRoundSeconds) s of "
        + "\((board.clock.now - start).inRoundSeconds) s")
  }
}

extension Row<PowerManagement> {
  fileprivate static var noLock: Row { .when { !$0.has($1.int(0)) } }

  fileprivate static var lacksPowerSaving: Row {
    .when { !$2.profile.isUnisoc }.lacking { _, _, board in
      "\(board.profile.name) has no power saving mode that scripts can set"
    }
  }
}
