import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `machine`: the pins and their interrupts, the timers, the calendar and the watchdog
/// of the module, and its reset.
struct MachineModule: Peripheral {
  var pins = PinBank()
  var interrupts = ExternalInterrupts()
  var timers = HardwareTimers()
  var alarm = CalendarAlarm()
  var watchdog = Watchdog()

  static let methods = pinMethods.merging(timerMethods) { $1 }.merging(calendarMethods) { $1 }
    .merging(interruptMethods) { $1 }.merging(watchdogMethods) { $1 }.merging(resetMethods) { $1 }

  private static let resetMethods: [String: MethodRows<MachineModule>] = [
    "machine.reset": ["ok": .act { _, _, board in board.powerRequest = .restart(.reset) }]
  ]

  init(on board: inout Board) {}

  /// They are singletons, named by their numbers, but for `WDT`.
  var guardAlarm: Alarm? { watchdog.alarm }

  func objectCount(of className: Substring) -> Int {
    switch className {
    case "Pin", "ExtInt": PinBank.limit
    case "Timer": HardwareTimers.count
    case "WDT": watchdog.objectCount
    default: 1
    }
  }

  var functions: [Int?] { [alarm.function] + interrupts.functions }

  var isWorking: Bool { alarm.isArmed || interrupts.isWorking }

  var hearsWorld: Bool { interrupts.hearWorld }

  mutating func end(_ end: PowerEnd, on board: inout Board) {
    alarm.disarm(on: board)
    interrupts.disarm(on: board)
    watchdog.stop(on: board)
  }

  mutating func worldChanged(from world: World, on board: inout Board) {
    if world.pins != board.world.pins { lookForEdges(on: &board) }
  }
}
