/// What power saving the module asks of the network, as scripts set it.
package struct PowerSaving: Sendable, Equatable {
  private var isOn = false
  private var areaTimer = NetworkTimer(unit: 0, count: 0)
  private var activeTimer = NetworkTimer(unit: 0, count: 0)

  /// A timer of the network: so many of a unit.
  private struct NetworkTimer: Sendable, Equatable {
    let unit: Int
    let count: Int

    var values: [GuestValue] { [.int(unit), .int(count)] }

    /// Nil for what the network's messages have no room for.
    init?(_ call: Call, at index: Int, units: Set<Int>) {
      (unit, count) = (call.int(index), call.int(index + 1))
      guard units.contains(unit), (0...31).contains(count) else { return nil }
    }

    init(unit: Int, count: Int) { (self.unit, self.count) = (unit, count) }
  }

  /// As at the factory.
  package init() {}

  /// What a call makes of it: one argument turns it on or off, four set its timers, too. Nil if the call asks for what
  /// cannot be.
  package init?(of call: Call, after old: PowerSaving) {
    self = old
    switch call.arguments.count {
    case 1 where (0...1).contains(call.int(0)): isOn = call.int(0) == 1
    case 4:
      guard let area = NetworkTimer(call, at: 0, units: Set(0...7)),
        let active = NetworkTimer(call, at: 2, units: [0, 1, 2, 7])
      else { return nil }
      (isOn, areaTimer, activeTimer) = (true, area, active)
    default: return nil
    }
  }

  /// As scripts get it.
  package var value: GuestValue {
    .list([.int(isOn ? 1 : 0)] + areaTimer.values + activeTimer.values)
  }
}
