public import DeviceEmulator
import ModuleProfiles

/// The GPIO pins of a module: what a script has set up.
///
/// A pin that the script drives has the script's level; any other has the level that the world outside gives it, and
/// else that of its pull.
struct PinBank {
  /// Above the highest number of a pin on any model.
  static let limit = 256

  struct Pin {
    var isOutput = false
    var isHigh = false
    /// 0 none, 1 up, 2 down.
    var pull = 0
  }

  private var pins: [Int: Pin] = [:]

  subscript(number: Int) -> Pin {
    get { pins[number, default: Pin()] }
    set { pins[number] = newValue }
  }

  /// The script has a pin set up no more; what the world drives it goes on driving.
  mutating func release(_ number: Int) { pins[number] = nil }

  /// Whether a pin is high.
  func level(_ number: Int, in world: World) -> Bool {
    let pin = self[number]
    return pin.isOutput ? pin.isHigh : world.pins[number] ?? (pin.pull == 1)
  }

  /// Sets a pin up by the direction, pull and level that a call names from an index on; what is below 0 stays.
  fileprivate mutating func configure(_ number: Int, by call: Call, from first: Int) {
    if call.int(first) >= 0 { self[number].isOutput = call.int(first) == 1 }
    if call.int(first + 1) >= 0 { self[number].pull = call.int(first + 1) }
    if call.int(first + 2) >= 0 { self[number].isHigh = call.int(first + 2) == 1 }
  }
}

/// What stands behind each row of `Pin.json`.
extension MachineModule {
  static let pinMethods: [String: MethodRows<MachineModule>] = [
    "Pin.init": pinChecks(from: 1).merging([
      "number": .when { !(1...$2.profile.pins.count).contains($1.int(0)) },
      "ok": .make { machine, call, _, board in
        let number = call.int(0)
        machine.pins[number] = PinBank.Pin(isOutput: true)
        machine.pins.configure(number, by: call, from: 1)
        return .done(.object(PeripheralID(number)))
      },
    ]) { $1 },
    "Pin.init_": pinChecks(from: 0).merging([
      "ok": .act { machine, call, _ in
        machine.pins.configure(call.objectNumber, by: call, from: 0)
      }
    ]) { $1 },
    "Pin.read": [
      "level": .when { $1.arguments.count == 1 }.then(
        .act { machine, call, board in
          guard board.policy == .observed else { return }
          machine.pins[call.objectNumber].isHigh = call.arguments[0].isTrue
        }), "ok": reading,
    ],
    "Pin.value": ["level": .when { $1.arguments.count == 1 }.then(writing), "ok": reading],
    "Pin.__call__": ["level": .when { $1.arguments.count == 1 }.then(writing), "ok": reading],
    "Pin.write": ["level": .when { !(0...1).contains($1.int(0)) }, "ok": writing],
    "Pin.on": ["ok": .act { machine, call, _ in machine.pins[call.objectNumber].isHigh = true }],
    "Pin.off": ["ok": .act { machine, call, _ in machine.pins[call.objectNumber].isHigh = false }],
    "Pin.__del__": ["ok": .act { machine, call, _ in machine.pins.release(call.objectNumber) }],
    "Pin.set_dir": [
      "direction": .when { !(0...1).contains($1.int(0)) },
      "ok": .act { machine, call, _ in
        machine.pins[call.objectNumber].isOutput = call.int(0) == 1
      },
    ],
    "Pin.get_dir": [
      "ok": .make { machine, call, _, _ in
        .done(.int(machine.pins[call.objectNumber].isOutput ? 1 : 0))
      }
    ],
    "Pin.set_pull": [
      "pull": .when { !(0...2).contains($1.int(0)) },
      "ok": .act { machine, call, _ in machine.pins[call.objectNumber].pull = call.int(0) },
    ],
  ]

  /// The checks of a direction, a pull and a level, which begin at an index.
  private static func pinChecks(from first: Int) -> MethodRows<MachineModule> {
    [
      "direction": .when { $1.int(first) > 1 }, "pull": .when { $1.int(first + 1) > 2 },
      "level": .when { $1.int(first + 2) > 1 },
    ]
  }

  private static let reading = Row<MachineModule>.make { machine, call, _, board in
    .done(.int(machine.pins.level(call.objectNumber, in: board.world) ? 1 : 0))
  }

  private static let writing = Row<MachineModule>.act { machine, call, _ in
    machine.pins[call.objectNumber].isHigh = call.arguments[0].isTrue
  }
}

extension GuestValue {
  /// Whether it counts as true.
  fileprivate var isTrue: Bool {
    switch self {
    case .none: false
    case .double(let value): value != 0
    case .string(let text): !text.isEmpty
    case .bytes(let bytes), .bytearray(let bytes): !bytes.isEmpty
    case .list(let values), .tuple(let values): !values.isEmpty
    default: integer != 0
    }
  }
}

/// The level of every pin, as scripts and the world outside see it.
public struct Pins: Sendable {
  fileprivate let device: DeviceEmulator

  /// Whether the pin is high.
  public func level(_ number: Int) -> Bool {
    device.look { (machine: MachineModule, board) in
      machine.pins.level(number, in: board.world)
    }
  }

  /// Whether the script drives the pin.
  public func isOutput(_ number: Int) -> Bool {
    device.look { (machine: MachineModule, _) in machine.pins[number].isOutput }
  }

  /// Drives a pin from outside, as a button or another chip does; nil lets it float.
  public func drive(_ number: Int, _ level: Bool?) {
    device.change(.pin(number, level))
  }
}

extension DeviceEmulator {
  /// The level of every pin, as scripts and the world outside see it.
  public var pins: Pins { Pins(device: self) }
}
