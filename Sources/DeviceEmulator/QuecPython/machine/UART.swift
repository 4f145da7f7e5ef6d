import EmulatedTime
import ModuleProfiles

/// `machine.UART`: serial ports, with peers of the world at their other ends.
struct SerialPorts: Peripheral {
  /// What one port is set up as, and what waits in it.
  private struct Port {
    let number: Int
    var rate: Int
    var isOpen = true
    var callback: Int?
    /// What has arrived and was not read.
    var waiting: [UInt8] = []
    /// How much of what the peer has sent is on its way or has arrived.
    var takenCount = 0
    /// When the line is free for what the module sends, and for what it gets.
    var sendingUntil = Duration.zero
    var arrivingUntil = Duration.zero
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
    "UART.close": closing, "UART.set_callback": hearing,
  ]

  init(on board: Board) {}

  func objectCount(of className: Substring) -> Int { ports.count }

  var functions: [Int?] { ports.map(\.callback) }

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
      .done(.object(ports.open(call.int(0), rate: call.int(1, or: 115_200), on: &board)))
    },
  ]

  /// There is one object for each port; making it again sets the port up anew.
  private mutating func open(_ number: Int, rate: Int, on board: inout Board) -> PeripheralID {
    if let index = ports.firstIndex(where: { $0.number == number }) {
      (ports[index].rate, ports[index].isOpen) = (rate, true)
      return PeripheralID(index)
    }
    ports.append(Port(number: number, rate: rate))
    ports[ports.count - 1].takenCount = board.world.uart[number]?.sent.count ?? 0
    return PeripheralID(ports.count - 1)
  }

  private static let counting: MethodRows<SerialPorts> = [
    "ok": .make { ports, call, _, _ in .done(.int(ports.ports[call.objectNumber].waiting.count)) }
  ]

  private static let reading: MethodRows<SerialPorts> = [
    "ok": .make { ports, call, _, _ in
      .done(.bytes(ports.take(call.int(0), from: call.objectNumber)))
    }
  ]

  private mutating func take(_ count: Int, from index: Int) -> [UInt8] {
    let bytes = Array(ports[index].waiting.prefix(max(count, 0)))
    ports[index].waiting.removeFirst(bytes.count)
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
    let due = max(board.clock.now, ports[index].sendingUntil) + time(of: bytes.count, at: index)
    when(due, on: board) { $0.deliver(bytes, from: index, on: &$1) }
    ports[index].sendingUntil = due
    return due
  }

  private mutating func deliver(_ bytes: [UInt8], from index: Int, on board: inout Board) {
    guard ports.indices.contains(index), ports[index].isOpen else { return }
    let number = ports[index].number
    var peer = board.world.uart[number] ?? UARTPeer()
    peer.sent += peer.receive(bytes)
    board.world.uart[number] = peer
    fetch(index, on: board)
  }

  /// A byte is ten bits: a start, eight of data, a stop.
  private func time(of count: Int, at index: Int) -> Duration {
    .seconds(1) * (10 * count) / ports[index].rate
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

  /// Has what the peer has sent arrive, at the port's speed.
  private mutating func fetch(_ index: Int, on board: Board) {
    let sent = board.world.uart[ports[index].number]?.sent ?? []
    guard sent.count > ports[index].takenCount else { return }
    let bytes = Array(sent[ports[index].takenCount...])
    ports[index].takenCount = sent.count
    let due = max(board.clock.now, ports[index].arrivingUntil) + time(of: bytes.count, at: index)
    when(due, on: board) { $0.arrive(bytes, at: index, on: &$1) }
    ports[index].arrivingUntil = due
  }

  private mutating func arrive(_ bytes: [UInt8], at index: Int, on board: inout Board) {
    guard ports.indices.contains(index), ports[index].isOpen else { return }
    let room = Self.capacity - ports[index].waiting.count
    ports[index].waiting += bytes.prefix(room)
    let number = ports[index].number
    if bytes.count > room {
      board.remarkOnce(
        "the script reads UART\(number) too slowly: \(Self.capacity) bytes wait, and what comes is lost"
      )
    }
    board.post(
      ports[index].callback, [.list([.int(0), .int(number), .int(min(bytes.count, room))])])
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
