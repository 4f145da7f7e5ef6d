public import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// `machine.UART`: serial ports, with peers of the world at their other ends.
struct SerialPorts: Peripheral {
  /// What one port is set up as, and what waits in it.
  private struct Port {
    let number: Int
    var framing: Framing
    var isOpen = true
    /// Whether a line of the host's is at the other end, and not the world's peer.
    let isWired: Bool
    var callback: Int?
    /// What has arrived and was not read.
    var waiting: [UInt8] = []
    /// How many bytes are on the line.
    var comingCount = 0
    /// What the other end keeps back while there is no room.
    var keptBack: [UInt8] = []
    /// The pin that says which way a half-duplex line goes, and its level while the module sends.
    var direction: (pin: Int, whileSending: Bool)?
    /// How much of what the peer has sent is on its way or has arrived.
    var takenCount = 0
    /// When the line is free for what the module sends, and for what it gets.
    var sendingUntil = Duration.zero
    var arrivingUntil = Duration.zero
  }

  /// How bytes are on the line.
  private struct Framing {
    let rate: Int
    /// A start bit, those of data, one of parity perhaps, and those of the stop.
    let bitsPerByte: Int
    /// Whether the other end waits while there is no room.
    let hasFlowControl: Bool

    init(_ call: Call) {
      rate = call.int(1, or: 115_200)
      let parityBits = call.int(3, or: 0) == 0 ? 0 : 1
      bitsPerByte = 1 + call.int(2, or: 8) + parityBits + call.int(4, or: 1)
      hasFlowControl = call.int(5, or: 0) == 1
    }

    func time(of byteCount: Int) -> Duration { .seconds(1) * (bitsPerByte * byteCount) / rate }
  }

  /// The rates that the vendor's layer takes.
  private static let rates: Set<Int> = [
    300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 33600, 38400, 57600, 115200, 230400,
    460800, 921600, 1_000_000, 1_842_000, 3_686_400, 4_468_750,
  ]
  /// Bytes that wait in a port; what comes then is lost (ruled).
  private static let capacity = 4096

  private var ports: [Port] = []
  /// When bytes that are on a line get to its end.
  private var arrivals: [Alarm] = []

  static let methods: [String: MethodRows<SerialPorts>] = [
    "UART.init": making, "UART.any": counting, "UART.read": reading, "UART.write": writing,
    "UART.close": closing, "UART.set_callback": hearing, "UART.control_485": controlling,
  ]

  init(on board: inout Board) {}

  func objectCount(of className: Substring) -> Int { ports.count }

  var functions: [Int?] { ports.map(\.callback) }

  /// What comes over a line of the host's comes when it likes.
  var isWorking: Bool { ports.contains { $0.isOpen && $0.isWired && $0.callback != nil } }

  func hasInput(_ object: Int, of className: Substring) -> Bool {
    className == "UART" && ports.indices.contains(object) && !ports[object].waiting.isEmpty
  }

  /// A script that waits for a peer's bytes has something to wait for.
  var hearsWorld: Bool { ports.contains { $0.isOpen && $0.callback != nil } }

  mutating func end(_ end: PowerEnd, on board: inout Board) {
    for arrival in arrivals { board.clock.cancel(arrival) }
    (ports, arrivals) = ([], [])
  }

  private static let making: MethodRows<SerialPorts> = [
    "absent": .when { !(0...4).contains($1.int(0)) },
    "rate": .when { !rates.contains($1.int(1, or: 115_200)) },
    "bits": .when { !(5...8).contains($1.int(2, or: 8)) },
    "unisocBits": .when { $2.profile.isUnisoc && $1.int(2, or: 8) != 8 },
    "parity": .when { !(0...2).contains($1.int(3, or: 0)) },
    "stop": .when { !(1...2).contains($1.int(4, or: 1)) },
    "flow": .when { !(0...1).contains($1.int(5, or: 0)) },
    "ok": .make { ports, call, _, board in
      .done(.object(ports.open(call.int(0), Framing(call), on: &board)))
    },
  ]

  /// There is one object for each port; making it again sets the port up anew.
  private mutating func open(
    _ number: Int, _ framing: Framing, on board: inout Board
  ) -> PeripheralID {
    if let index = ports.firstIndex(where: { $0.number == number }) {
      (ports[index].framing, ports[index].isOpen) = (framing, true)
      return PeripheralID(index)
    }
    ports.append(
      Port(number: number, framing: framing, isWired: board.serialLines[number] != nil))
    ports[ports.count - 1].takenCount = board.world.uart[number]?.sent.count ?? 0
    return PeripheralID(ports.count - 1)
  }

  private static let counting: MethodRows<SerialPorts> = [
    "ok": .make { ports, call, _, _ in .done(.int(ports.ports[call.objectNumber].waiting.count)) }
  ]

  private static let reading: MethodRows<SerialPorts> = [
    "ok": .make { ports, call, _, board in
      .done(.bytes(ports.take(call.int(0), from: call.objectNumber, on: board)))
    }
  ]

  /// Takes what waits, and has the other end go on if it has waited for room.
  private mutating func take(_ count: Int, from index: Int, on board: Board) -> [UInt8] {
    let bytes = Array(ports[index].waiting.prefix(max(count, 0)))
    ports[index].waiting.removeFirst(bytes.count)
    let rest = ports[index].keptBack
    if !bytes.isEmpty, !rest.isEmpty {
      ports[index].keptBack = []
      bring(rest, to: index, on: board)
    }
    return bytes
  }

  private static let writing: MethodRows<SerialPorts> = [
    "closed": .when { ports, call, _ in !ports.ports[call.objectNumber].isOpen },
    "ok": .make { ports, call, _, board in
      let bytes = call.arguments[0].readableBytes ?? []
      let due = ports.send(bytes, from: call.objectNumber, on: &board)
      return .takes(until: due, .int(bytes.count))
    },
  ]

  /// Sends bytes to the peer, who has them when the last one is through.
  ///
  /// - Returns: When that is.
  private mutating func send(_ bytes: [UInt8], from index: Int, on board: inout Board) -> Duration {
    let due =
      max(board.clock.now, ports[index].sendingUntil)
      + ports[index].framing.time(of: bytes.count)
    ports[index].sendingUntil = due
    show(.sending, at: index, on: board)
    when(due, on: board) { $0.deliver(bytes, from: index, on: &$1) }
    return due
  }

  private mutating func deliver(_ bytes: [UInt8], from index: Int, on board: inout Board) {
    guard ports.indices.contains(index), ports[index].isOpen else { return }
    let number = ports[index].number
    if ports[index].sendingUntil <= board.clock.now { show(.listening, at: index, on: board) }
    if let send = board.serialLines[number] { return send(bytes) }
    var peer = board.world.uart[number] ?? UARTPeer()
    peer.sent += peer.receive(bytes)
    board.world.uart[number] = peer
    fetch(index, on: board)
  }

  /// Has something happen when bytes get to a line's end, unless the module has gone down by then.
  private mutating func when(
    _ due: Duration, on board: Board,
    _ act: @escaping @Sendable (inout SerialPorts, inout Board) -> Void
  ) {
    let now = board.clock.now
    if ports.allSatisfy({ $0.sendingUntil <= now && $0.arrivingUntil <= now }) { arrivals = [] }
    arrivals.append(board.alarm(at: due, act))
  }

  mutating func worldChanged(from world: World, on board: inout Board) {
    for index in ports.indices { fetch(index, on: board) }
  }

  /// Has what the peer has sent arrive.
  private mutating func fetch(_ index: Int, on board: Board) {
    let sent = board.world.uart[ports[index].number]?.sent ?? []
    guard sent.count > ports[index].takenCount else { return }
    let bytes = Array(sent[ports[index].takenCount...])
    ports[index].takenCount = sent.count
    bring(bytes, to: index, on: board)
  }

  /// Has bytes arrive at the port's speed; with flow control, as many as there is room for.
  private mutating func bring(_ bytes: [UInt8], to index: Int, on board: Board) {
    var coming = bytes
    if ports[index].framing.hasFlowControl {
      let room = Self.capacity - ports[index].waiting.count - ports[index].comingCount
      coming = ports[index].keptBack.isEmpty ? Array(bytes.prefix(max(room, 0))) : []
      ports[index].keptBack += bytes.dropFirst(coming.count)
    }
    guard !coming.isEmpty else { return }
    let due =
      max(board.clock.now, ports[index].arrivingUntil)
      + ports[index].framing.time(of: coming.count)
    ports[index].comingCount += coming.count
    when(due, on: board) { [coming] in $0.arrive(coming, at: index, on: &$1) }
    ports[index].arrivingUntil = due
  }

  /// How many bytes have not arrived yet that were sent to a port.
  func backlog(ofPort number: Int) -> Int {
    ports.first { $0.number == number }.map { $0.comingCount + $0.keptBack.count } ?? 0
  }

  /// Something has sent bytes over the host's line; nobody hears them where the port is not open.
  mutating func receive(_ bytes: [UInt8], onPort number: Int, _ board: Board) {
    guard let index = ports.firstIndex(where: { $0.number == number && $0.isOpen }) else { return }
    bring(bytes, to: index, on: board)
  }

  private mutating func arrive(_ bytes: [UInt8], at index: Int, on board: inout Board) {
    guard ports.indices.contains(index) else { return }
    ports[index].comingCount -= bytes.count
    guard ports[index].isOpen else { return }
    let room = Self.capacity - ports[index].waiting.count
    let number = ports[index].number
    ports[index].waiting += bytes.prefix(room)
    if bytes.count > room { overrun(at: index, on: &board) }
    guard room > 0 else { return }
    board.post(
      ports[index].callback, [.list([.int(0), .int(number), .int(min(bytes.count, room))])])
  }

  /// There is no room for bytes, which are lost.
  private mutating func overrun(at index: Int, on board: inout Board) {
    board.remarkOnce(
      "the script reads UART\(ports[index].number) too slowly: \(Self.capacity) bytes wait, and what comes is lost"
    )
  }

  // MARK: The direction of a half-duplex line

  private enum Direction { case sending, listening }

  private static let controlling: MethodRows<SerialPorts> = [
    "pin": .when { !(1...$2.profile.pins.count).contains($1.int(0)) },
    "direction": .when { !(0...1).contains($1.int(1)) },
    "ok": .act { ports, call, board in
      ports.ports[call.objectNumber].direction = (call.int(0), call.int(1) == 1)
      ports.show(.listening, at: call.objectNumber, on: board)
    },
  ]

  /// Has the pin of a line say which way it goes, if there is one.
  private func show(_ direction: Direction, at index: Int, on board: Board) {
    guard let (pin, whileSending) = ports[index].direction else { return }
    let isHigh = (direction == .sending) == whileSending
    _ = board.alarm(at: board.clock.now) { (machine: inout MachineModule, _) in
      machine.pins[pin] = PinBank.Pin(isOutput: true, isHigh: isHigh)
    }
  }

  private static let closing: MethodRows<SerialPorts> = [
    "ok": .act { ports, call, _ in ports.ports[call.objectNumber].isOpen = false }
  ]

  private static let hearing: MethodRows<SerialPorts> = [
    "ok": .act { ports, call, _ in
      ports.ports[call.objectNumber].callback = call.arguments[0].function
    }
  ]
}
extension DeviceEmulator {
  /// Wires a serial port of the module to something of the host's, in the place of the world's peer; before a script opens
  /// it.
  ///
  /// - Parameter send: Gets what the module sends, with the device held: it must not wait.
  public func wire(uart number: Int, to send: @escaping @Sendable ([UInt8]) -> Void) {
    withBoard { $0.serialLines[number] = send }
  }

  /// How many bytes have not arrived yet that have come over such a line: whoever brings more waits for them.
  package func backlog(onUART number: Int) -> Int {
    look { (ports: SerialPorts, _) in ports.backlog(ofPort: number) }
  }

  /// Bytes that come over such a line: they arrive at the port's speed.
  public func receive(_ bytes: [UInt8], onUART number: Int) {
    act { (ports: inout SerialPorts, board) in ports.receive(bytes, onPort: number, board) }
  }
}
