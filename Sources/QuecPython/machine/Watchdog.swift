import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The watchdog of `machine.WDT`: once a script has set it up, it restarts the module unless it is fed.
struct Watchdog: Peripheral {
  /// How many objects scripts have made; all stand for the one watchdog.
  fileprivate(set) var objectCount = 0
  private var period = Duration.zero
  /// When it acts, unless it is fed; nil while it is off.
  fileprivate(set) var alarm: Alarm?

  init(on board: inout Board) {}

  var guardAlarm: Alarm? { alarm }

  func objectCount(of className: Substring) -> Int { objectCount }

  mutating func end(_ end: PowerEnd, on board: inout Board) { stop(on: board) }

  fileprivate mutating func start(_ period: Duration, on board: Board) {
    self.period = period
    objectCount += 1
    wait(on: board)
  }

  fileprivate mutating func feed(on board: Board) { if alarm != nil { wait(on: board) } }

  private mutating func wait(on board: Board) {
    stop(on: board)
    alarm = board.alarm(at: board.clock.now + period) { (watchdog: inout Watchdog, board) in
      watchdog.alarm = nil
      board.powerRequest = .restart(.watchdog)
    }
  }

  mutating func stop(on board: Board) {
    if let alarm { board.clock.cancel(alarm) }
    alarm = nil
  }
}

/// What stands behind each row of `WDT.json`.
extension Watchdog {
  static let methods: [String: MethodRows<Watchdog>] = [
    "WDT.init": [
      "none": .when { $1.arguments.isEmpty },
      "period": .when { $1.arguments.isEmpty || $1.int(0) < 1 },
      "ok": .make { watchdog, call, _, board in
        let object = PeripheralID(watchdog.objectCount)
        watchdog.start(.seconds(call.int(0)), on: board)
        return .done(.object(object))
      },
    ],
    "WDT.feed": ["ok": .act { watchdog, _, board in watchdog.feed(on: board) }],
    "WDT.stop": ["ok": .act { watchdog, _, board in watchdog.stop(on: board) }],
  ]
}
