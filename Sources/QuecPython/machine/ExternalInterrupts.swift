import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The interrupts of `machine.ExtInt`: what a script hears of the edges on its pins.
struct ExternalInterrupts {
  fileprivate struct Interrupt {
    /// 0 for rising edges, 1 for falling ones, 2 for both.
    var mode = 0
    var function: Int?
    /// How long a level has to last before its edge counts.
    var filter = Duration.zero
    var isEnabled = false
    /// The edges so far: rising, falling.
    var counts = [0, 0]
    /// The level whose edge has counted last.
    var isHigh = false
    /// What looks at the level once it has lasted.
    var pending: Alarm?
  }

  /// By the pins' numbers.
  fileprivate var interrupts: [Int: Interrupt] = [:]

  var functions: [Int?] { interrupts.values.map(\.function) }

  /// Whether an edge may still count.
  var isWorking: Bool { interrupts.values.contains { $0.pending != nil } }

  /// Whether an edge on a pin calls the script back.
  var hearWorld: Bool { interrupts.values.contains { $0.isEnabled && $0.function != nil } }

  mutating func disarm(on board: Board) {
    for number in interrupts.keys { forget(number, on: board) }
  }

  mutating func release(_ number: Int, on board: Board) {
    forget(number, on: board)
    interrupts[number] = nil
  }

  private mutating func forget(_ number: Int, on board: Board) {
    guard let alarm = interrupts[number]?.pending else { return }
    board.clock.cancel(alarm)
    interrupts[number]?.pending = nil
  }
}

extension MachineModule {
  /// The levels on the pins may have changed: counts the edges, and those that have to last later.
  mutating func lookForEdges(on board: inout Board) {
    for number in interrupts.interrupts.keys.sorted() {
      let interrupt = interrupts.interrupts[number]!
      guard interrupt.pending == nil, interrupt.isHigh != pins.level(number, in: board.world)
      else { continue }
      if interrupt.filter == .zero {
        count(number, on: &board)
      } else {
        interrupts.interrupts[number]?.pending = board.alarm(
          at: board.clock.now + interrupt.filter
        ) { (machine: inout MachineModule, board) in
          machine.interrupts.interrupts[number]?.pending = nil
          machine.count(number, on: &board)
        }
      }
    }
  }

  /// Counts the edge to the level that a pin has now, and tells of it, if it is another one than before.
  private mutating func count(_ number: Int, on board: inout Board) {
    let isHigh = pins.level(number, in: board.world)
    guard var interrupt = interrupts.interrupts[number], interrupt.isHigh != isHigh else { return }
    interrupt.isHigh = isHigh
    let edge = isHigh ? 0 : 1
    let isMeant = interrupt.isEnabled && (interrupt.mode == 2 || interrupt.mode == edge)
    if isMeant { interrupt.counts[edge] += 1 }
    interrupts.interrupts[number] = interrupt
    guard isMeant else { return }
    board.tell(
      interrupt.function, of: "ExtInt.init.edge",
      ["{pin}": .int(number), "{edge}": .int(edge)])
  }
}

/// What stands behind each row of `ExtInt.json`.
extension MachineModule {
  static let interruptMethods: [String: MethodRows<MachineModule>] = [
    "ExtInt.init": makingInterrupt,
    "ExtInt.enable": [
      "ok": .act { machine, call, board in
        machine.interrupts.interrupts[call.objectNumber]?.isHigh =
          machine.pins.level(call.objectNumber, in: board.world)
        machine.interrupts.interrupts[call.objectNumber]?.isEnabled = true
      }
    ],
    "ExtInt.disable": [
      "ok": .act { machine, call, _ in
        machine.interrupts.interrupts[call.objectNumber]?.isEnabled = false
      }
    ],
    "ExtInt.line": ["ok": .make { _, call, _, _ in .done(.int(call.objectNumber)) }],
    "ExtInt.read_count": [
      "range": .when { !(0...1).contains($1.int(0)) },
      "ok": .make { machine, call, _, _ in
        let counts = machine.interrupts.interrupts[call.objectNumber]?.counts ?? []
        if call.int(0) == 1 { machine.interrupts.interrupts[call.objectNumber]?.counts = [0, 0] }
        return .done(.list(counts.map { .int($0) }))
      },
    ],
    "ExtInt.count_reset": [
      "ok": .act { machine, call, _ in
        machine.interrupts.interrupts[call.objectNumber]?.counts = [0, 0]
      }
    ],
    "ExtInt.read_level": [
      "ok": .make { machine, call, _, board in
        .done(.int(machine.pins.level(call.objectNumber, in: board.world) ? 1 : 0))
      }
    ],
  ]

  private static let makingInterrupt: MethodRows<MachineModule> = [
    "filter": .when { $1.arguments.count > 4 },
    "number": .when { !(1...$2.profile.pins.count).contains($1.int(0)) },
    "mode": .when { !(0...2).contains($1.int(1)) },
    "pull": .when { !(0...2).contains($1.int(2)) },
    "ok": .make { machine, call, _, board in
      let number = call.int(0)
      machine.interrupts.release(number, on: board)
      machine.pins[number] = PinBank.Pin(pull: call.int(2))
      machine.interrupts.interrupts[number] = ExternalInterrupts.Interrupt(
        mode: call.int(1), function: call.arguments[3].function,
        filter: call.arguments.count > 4 ? .milliseconds(max(0, call.int(4))) : .zero,
        isHigh: machine.pins.level(number, in: board.world))
      return .done(.object(PeripheralID(number)))
    },
  ]
}
