import DeviceEmulator
import ModuleProfiles

/// Of the vendor module `machine` the pins and their interrupts, and the reset.
struct MachineModule: Peripheral {
  var pins = PinBank()
  var interrupts = ExternalInterrupts()

  static let methods = pinMethods.merging(interruptMethods) { $1 }.merging(resetMethods) { $1 }

  private static let resetMethods: [String: MethodRows<MachineModule>] = [
    "machine.reset": ["ok": .act { _, _, board in board.powerRequest = .restart(.reset) }]
  ]

  init(on board: inout Board) {}

  /// They are singletons, named by their numbers.
  func objectCount(of className: Substring) -> Int { PinBank.limit }

  var functions: [Int?] { interrupts.functions }

  var isWorking: Bool { interrupts.isWorking }

  var hearsWorld: Bool { interrupts.hearWorld }

  mutating func end(_ end: PowerEnd, on board: inout Board) { interrupts.disarm(on: board) }

  mutating func worldChanged(from world: World, on board: inout Board) {
    if world.pins != board.world.pins { lookForEdges(on: &board) }
  }
}
