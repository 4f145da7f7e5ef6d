package import EmulatedTime
import ModuleProfiles

/// The peripherals of one device and the board that they share; all of it changes under one lock.
struct DeviceState {
  var board: Board
  /// In the order in which they are powered on and off.
  private let slots: [any Slot]
  private let slotsByType: [ObjectIdentifier: any Slot]
  private var gates: [DeviceMethod: Gate] = [:]

  init(board: Board, _ peripherals: [any Peripheral.Type]) {
    var board = board
    slots = peripherals.map { $0.mount(on: &board) }
    self.board = board
    slotsByType = Dictionary(
      uniqueKeysWithValues: zip(peripherals.map { ObjectIdentifier($0) }, slots))
  }

  /// Has something done at an alarm.
  mutating func perform(_ act: Board.Act) {
    defer { tellWorldChange() }
    let slots = slotsByType
    act(&board) { slots[$0] }
  }

  /// Has a peripheral act.
  mutating func with<P: Peripheral>(_ act: (inout P, inout Board) -> Void) {
    guard let slot = slotsByType[ObjectIdentifier(P.self)] as? Mounted<P> else { return }
    defer { tellWorldChange() }
    act(&slot.peripheral, &board)
  }

  /// Does something on the board, as a call of a script would.
  mutating func withBoard<R>(_ act: (inout Board) -> R) -> R {
    defer { tellWorldChange() }
    return act(&board)
  }

  /// Looks at a peripheral.
  ///
  /// - Precondition: The device has it.
  func look<P: Peripheral, R>(_ body: (P, Board) -> R) -> R {
    body((slotsByType[ObjectIdentifier(P.self)] as! Mounted<P>).peripheral, board)
  }

  // MARK: The gate

  /// Answers a call of a script.
  mutating func answer(
    _ method: DeviceMethod, on object: PeripheralID?, _ arguments: [GuestValue], heapFree: Int
  ) throws(HostFailure) -> Reply {
    defer { tellWorldChange() }
    switch gate(of: method) {
    case .unknown: return Reply(.failure(.noAttribute(method)))
    case .missing:
      board.explainMissing(method)
      return Reply(.failure(.noAttribute(method)))
    case .answers(let status):
      if status < 0 {
        board.remarkOnce(
          "\(method.words(arguments)) gave \(status): \(board.profile.reason(for: method))")
      }
      return Reply(.success(.int(status)))
    case .decides(let gate):
      return try gate.answer(on: object, arguments, heapFree: heapFree, &board)
    }
  }

  private mutating func gate(of method: DeviceMethod) -> Gate {
    if let gate = gates[method] { return gate }
    let gate = makeGate(of: method)
    gates[method] = gate
    return gate
  }

  private func makeGate(of method: DeviceMethod) -> Gate {
    let table = board.outcomes(method.className)
    let isKnown = table.methods[method] != nil
    switch availability(of: method, in: table) {
    case .answers(let status): return .answers(status)
    case .missing: return isKnown ? .missing : .unknown
    case .works:
      guard isKnown else { return .unknown }
      let policy = board.policy
      return slots.lazy.compactMap { $0.gate(of: method, table, policy) }.first
        .map { .decides($0) } ?? .unknown
    }
  }

  /// What the profile says of a method; where it lacks a module, of all functions of that.
  private func availability(of method: DeviceMethod, in table: OutcomeTable) -> Availability {
    let isFunction = table.kind(of: method.className) == .functions
    return isFunction && board.profile.lacks(method.className)
      ? .missing : board.profile.availability(of: method)
  }

  /// Methods of a class that no script finds: by the profile, or because the policy says so of models
  /// without the feature.
  mutating func missingMethods(of className: Substring) -> [DeviceMethod] {
    let table = board.outcomes(className)
    return table.order.filter { $0.className == className && isMissing($0, in: table) }
  }

  /// A gate is set up only for a method that some model lacks: most that a class has are never called.
  private mutating func isMissing(_ method: DeviceMethod, in table: OutcomeTable) -> Bool {
    switch availability(of: method, in: table) {
    case .missing: return true
    case .answers: return false
    case .works:
      guard table.methods[method]?.canBeMissing(under: board.policy) ?? false,
        case .decides(let gate) = gate(of: method)
      else { return false }
      return gate.isMissing(on: board)
    }
  }

  /// The functions of the script that the device may call.
  var heldFunctions: Set<Int> {
    Set(
      slots.flatMap(\.functions).compactMap { $0 } + board.timers.functions
        + board.events.functions)
  }

  var isWorking: Bool { board.timers.isRunning || slots.contains { $0.isWorking } }

  /// Whether the device is in its low-power mode while no thread of the script goes on.
  var sleeps: Bool {
    slots.contains { $0.sleepsByItself } && !slots.contains { $0.keepsAwake }
  }

  /// The alarm, if there is one, that is nothing which a script waits for.
  var guardAlarm: Alarm? { slots.lazy.compactMap(\.guardAlarm).first }

  var hearsWorld: Bool { slots.contains { $0.hearsWorld } }

  func hasInput(_ object: Int, of className: Substring) -> Bool {
    slots.contains { $0.hasInput(object, of: className) }
  }

  mutating func drop(_ object: Int, of className: Substring) {
    for slot in slots { slot.drop(object, of: className, on: &board) }
  }

  /// Changes the world, and has those who are told of it hear it.
  mutating func changeWorld<Result>(_ change: (inout World) -> Result) -> Result {
    defer { tellWorldChange() }
    return board.change(change)
  }

  private mutating func tellWorldChange() {
    guard let old = board.worldBefore else { return }
    board.worldBefore = nil
    guard board.world != old else { return }
    for slot in slots { slot.worldChanged(from: old, on: &board) }
  }

  /// Ends all that goes on.
  mutating func end(_ end: PowerEnd) {
    for slot in slots { slot.end(end, on: &board) }
    board.timers.stopAll(clock: board.clock)
    guard end == .restart else { return }
    board.events = EventQueue(capacity: board.profile.limits.eventQueue)
    board.timers = TimerPool(capacity: board.profile.limits.timers)
    board.calendar.zone = RealTimeClock.ownZone
    for slot in slots { slot.reset(on: &board) }
  }
}

extension Board {
  /// Sets an alarm at which a peripheral acts.
  package func alarm<P: Peripheral>(
    at due: Duration, _ act: @escaping @Sendable (inout P, inout Board) -> Void
  ) -> Alarm {
    atTime(due) { board, standing in
      guard let slot = standing(ObjectIdentifier(P.self)) as? Mounted<P> else { return }
      act(&slot.peripheral, &board)
    }
  }
}

extension Peripheral {
  fileprivate static func mount(on board: inout Board) -> any Slot { Mounted(Self(on: &board)) }
}

extension ModuleProfile {
  /// Whether the model lacks a class or module: its `init` is missing.
  package func lacks(_ name: some StringProtocol) -> Bool {
    availability(of: DeviceMethod("\(name).init")) == .missing
  }
}
