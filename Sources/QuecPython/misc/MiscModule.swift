public import DeviceEmulator
import ModuleProfiles

/// The vendor module `misc`: the module's power and its key, voltages, pulses, and what hangs on its USB.
struct MiscModule: Peripheral {
  private var powerKeyFunction: Int?
  private var usbFunction: Int?
  private var measures = false
  fileprivate var pulses: [Int: PulseOutput] = [:]

  static let methods = powerMethods.merging(otherMethods) { $1 }.merging(pulseMethods) { $1 }

  init(on board: inout Board) {}

  /// They are singletons; of `PWM` one for each number.
  func objectCount(of className: Substring) -> Int { className == "PWM" ? PulseOutput.count : 1 }

  var functions: [Int?] { [powerKeyFunction, usbFunction] }

  var hearsWorld: Bool { powerKeyFunction != nil || usbFunction != nil }

  mutating func worldChanged(from world: World, on board: inout Board) {
    if world.isPowerKeyPressed != board.world.isPowerKeyPressed {
      board.tell(
        powerKeyFunction,
        of: board.world.isPowerKeyPressed
          ? "PowerKey.powerKeyEventRegister.pressed" : "PowerKey.powerKeyEventRegister.released")
    }
    if world.hasUSB != board.world.hasUSB {
      board.tell(
        usbFunction,
        of: board.world.hasUSB ? "USB.setCallback.plugged" : "USB.setCallback.pulled")
    }
  }

  private static let powerMethods: [String: MethodRows<MiscModule>] = [
    "Power.powerDown": ["ok": .act { _, _, board in board.powerRequest = .powerDown }],
    "Power.powerRestart": ["ok": .act { _, _, board in board.powerRequest = .restart(.reset) }],
    "Power.powerOnReason": [
      "ok": .make { _, _, _, board in .done(.int(board.powerOnReason.rawValue)) }
    ],
    "Power.powerDownReason": [
      "ok": .make { _, _, _, board in .done(.int(board.powerOnReason.ofPowerDown)) }
    ],
    "Power.getVbatt": [
      "ok": .make { _, _, _, board in .done(.int(board.world.batteryMillivolts)) }
    ],
  ]

  private static let making = Row<MiscModule>.make { _, _, _, _ in .done(.object(PeripheralID(0))) }

  private static let otherMethods: [String: MethodRows<MiscModule>] = [
    "PowerKey.init": ["ok": making],
    "PowerKey.powerKeyEventRegister": [
      "ok": .act { misc, call, _ in misc.powerKeyFunction = call.arguments[0].function }
    ],
    "ADC.init": ["ok": making],
    "ADC.open": ["ok": .act { misc, _, _ in misc.measures = true }],
    "ADC.read": [
      "closed": .when { misc, _ in !misc.measures },
      "channel": .when { !(0...3).contains($1.int(0)) },
      "ok": .make { _, call, _, board in
        .done(.int(board.world.adcMillivolts[call.int(0), default: 0]))
      },
    ],
    "ADC.close": ["ok": .act { misc, _, _ in misc.measures = false }],
    "USB.init": ["ok": making],
    "USB.getStatus": ["ok": .make { _, _, _, board in .done(.int(board.world.hasUSB ? 1 : 0)) }],
    "USB.setCallback": [
      "ok": .act { misc, call, _ in misc.usbFunction = call.arguments[0].function }
    ],
  ]

  private static let pulseMethods: [String: MethodRows<MiscModule>] = [
    "PWM.init": [
      "number": .when { !(0..<PulseOutput.count).contains($1.int(0)) },
      "range": .when { !(0...3).contains($1.int(1)) },
      "high": .when { !(0...65535).contains($1.int(2)) },
      "cycle": .when { !(0...65535).contains($1.int(3)) },
      "longer": .when { $1.int(2) > $1.int(3) },
      "ok": .make { misc, call, _, _ in
        misc.pulses[call.int(0)] = PulseOutput(
          range: call.int(1), high: call.int(2), cycle: call.int(3))
        return .done(.object(PeripheralID(call.int(0))))
      },
    ],
    "PWM.open": ["ok": .act { misc, call, _ in misc.pulses[call.objectNumber]?.isOn = true }],
    "PWM.close": ["ok": .act { misc, call, _ in misc.pulses[call.objectNumber]?.isOn = false }],
  ]
}

/// What a script has a PWM output do.
public struct PulseOutput: Equatable, Sendable {
  static let count = 4

  /// In what `high` and `cycle` count, as `PWM` names it: 0 microseconds, 1 milliseconds, 2 ten microseconds, 3 less
  /// than a microsecond.
  public let range: Int
  /// How long it is high in each cycle.
  public let high: Int
  /// How long a cycle lasts.
  public let cycle: Int
  /// Whether it is open.
  public internal(set) var isOn = false
}

extension DeviceEmulator {
  /// What a script has the PWM output of a number do; nil if none has set it up.
  public func pulses(_ number: Int) -> PulseOutput? {
    look { (misc: MiscModule, _) in misc.pulses[number] }
  }
}

extension PowerOnReason {
  /// Why it was off before, as `Power.powerDownReason` gives it: 0 unknown, 1 as it was asked to.
  fileprivate var ofPowerDown: Int { self == .reset ? 1 : 0 }
}
