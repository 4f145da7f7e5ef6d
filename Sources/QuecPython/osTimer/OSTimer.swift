import DeviceEmulator
import ModuleProfiles

/// The vendor module `osTimer`: timers of the module's operating system, as many objects as a script likes.
struct OSTimer: Peripheral {
  private struct Object {
    /// The number of the timer that it has started last; nil if it has started none.
    var timer: Int?
    var isDeleted = false
  }

  /// By their numbers, without those that were dropped.
  private var objects: [Int: Object] = [:]
  private var count = 0

  static let methods: [String: MethodRows<OSTimer>] = [
    "osTimer.init": ["ok": .make { timers, _, _, _ in .done(.object(timers.makeObject())) }],
    "osTimer.start": starting,
    "osTimer.stop": [
      "deleted": .isDeleted, "ok": .act { timers, call, board in timers.stop(call, on: &board) },
    ],
    "osTimer.__del__": ["ok": .act { timers, call, board in timers.stop(call, on: &board) }],
    "osTimer.delete_timer": [
      "ok": .act { timers, call, board in
        timers.stop(call, on: &board)
        timers.objects[call.objectNumber]?.isDeleted = true
      }
    ],
  ]

  init(on board: inout Board) {}

  func objectCount(of className: Substring) -> Int { count }

  mutating func drop(_ object: Int, of className: Substring, on board: inout Board) {
    guard className == "osTimer" else { return }
    board.stopTimer(objects.removeValue(forKey: object)?.timer)
  }

  private mutating func makeObject() -> PeripheralID {
    defer { count += 1 }
    objects[count] = Object()
    return PeripheralID(count)
  }

  private static let starting: MethodRows<OSTimer> = [
    "deleted": .isDeleted,
    "extra": .when { $1.arguments.count > 3 },
    "period": .when { !$1.hasPeriod(at: 0) },
    "callable": .when { $1.arguments[2].function == nil },
    "timer": .when(orFault: .timer) { timers, call, board in
      !board.timers.hasFree && !board.timers.isRunning(timers.objects[call.objectNumber]?.timer)
    },
    "ok": .act { timers, call, board in
      timers.stop(call, on: &board)
      // The firmware takes what cannot be called, and calls nothing.
      guard call.arguments[2].function != nil else { return }
      timers.objects[call.objectNumber]?.timer = board.startTimer(
        .milliseconds(call.unsigned(0)),
        TimerCall(
          isPeriodic: call.int(1) != 0, function: call.arguments[2].function, arguments: [.none]))
    },
  ]

  fileprivate func isDeleted(_ object: Int) -> Bool { objects[object]?.isDeleted ?? false }

  private mutating func stop(_ call: Call, on board: inout Board) {
    board.stopTimer(objects[call.objectNumber]?.timer)
    objects[call.objectNumber]?.timer = nil
  }
}

extension Row<OSTimer> {
  fileprivate static var isDeleted: Row { .when { $0.isDeleted($1.objectNumber) } }
}

extension Call {
  /// Whether the argument at `index` is a period of a timer, in milliseconds.
  func hasPeriod(at index: Int) -> Bool { (1...Int(Int32.max)).contains(int(index)) }

  /// The integer at `index` as C code takes it that knows no sign.
  func unsigned(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: int(index))) }
}
