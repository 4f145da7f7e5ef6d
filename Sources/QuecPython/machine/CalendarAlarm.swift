import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The alarm of `machine.RTC`; its time is the board's.
struct CalendarAlarm: Peripheral {
  /// What is called when its time has come.
  fileprivate(set) var function: Int?
  private var time: LocalTime?
  private var isEnabled = false
  private var pending: Alarm?

  init(on board: inout Board) {}

  /// The calendar is a singleton.
  func objectCount(of className: Substring) -> Int { 1 }

  var functions: [Int?] { [function] }

  var isWorking: Bool { isArmed }

  mutating func end(_ end: PowerEnd, on board: inout Board) { disarm(on: board) }

  var isArmed: Bool { pending != nil }

  fileprivate mutating func set(to time: LocalTime, on board: Board) {
    self.time = time
    arm(on: board)
  }

  fileprivate mutating func enable(_ isEnabled: Bool, on board: Board) {
    self.isEnabled = isEnabled
    arm(on: board)
  }

  /// The calendar was set, or what the alarm is for: has it go off when its time comes. One whose time has passed never
  /// does.
  fileprivate mutating func arm(on board: Board) {
    disarm(on: board)
    guard isEnabled, let time else { return }
    let due = board.calendar.due(time.unixTime, by: board.clock)
    guard due > board.clock.now else { return }
    pending = board.alarm(at: due) { (alarm: inout CalendarAlarm, board) in
      alarm.pending = nil
      board.tell(alarm.function, of: "RTC.register_callback.alarm")
    }
  }

  mutating func disarm(on board: Board) {
    if let pending { board.clock.cancel(pending) }
    pending = nil
  }
}

/// What stands behind each row of `RTC.json`.
extension CalendarAlarm {
  static let methods: [String: MethodRows<CalendarAlarm>] = [
    "RTC.init": ["ok": .make { _, _, _, _ in .done(.object(PeripheralID(0))) }],
    "RTC.__del__": [
      "ok": .act { alarm, _, board in
        if board.policy == .observed { alarm.function = nil }
      }
    ],
    "RTC.datetime": timeChecks.merging([
      "read": .when { $1.arguments.isEmpty }.then(
        .make { _, _, _, board in
          .done(.tuple(board.localTime.fields.map { .int($0) }))
        }),
      "none": .when { $1.arguments[0] == .none }.then(
        .make { _, _, product, board in
          product == nil
            ? .done() : .done(.tuple(board.localTime.fields.map { .int($0) }))
        }),
      "ok": settingCalendar,
    ]) { $1 },
    "RTC.init_": timeChecks.merging(["ok": settingCalendar]) { $1 },
    "RTC.set_alarm": timeChecks.merging([
      "ok": .act { alarm, call, board in alarm.set(to: call.time(on: board)!, on: board) }
    ]) { $1 },
    "RTC.enable_alarm": [
      "range": .when { !(0...1).contains($1.int(0)) },
      "ok": .act { alarm, call, board in alarm.enable(call.int(0) != 0, on: board) },
    ],
    "RTC.register_callback": [
      "ok": .act { alarm, call, _ in alarm.function = call.arguments[0].function }
    ],
  ]

  private static let settingCalendar = Row<CalendarAlarm>.act { alarm, call, board in
    board.calendar.set(to: call.time(on: board)!.unixTime, by: board.clock)
    alarm.arm(on: board)
  }

  /// The checks of the fields of a time.
  private static let timeChecks: MethodRows<CalendarAlarm> = [
    "sequence": .when { $1.arguments[0].items == nil },
    "length": .when { $1.arguments[0].items!.count != 8 },
    "fields": .when { $1.time(on: $2) == nil },
  ]
}

extension Call {
  /// The time that the fields of the first argument are; nil if they are none.
  fileprivate func time(on board: Board) -> LocalTime? {
    guard let items = arguments[0].items, items.count == 8 else { return nil }
    // The weekday and the microsecond are not looked at, whatever they are.
    let fields = items.enumerated().map { $0 == 3 || $0 == 7 ? 0 : $1.integer }
    let numbers = fields.compactMap { $0 }
    return numbers.count == 8 ? LocalTime(fields: numbers, zone: board.calendar.zone) : nil
  }
}
