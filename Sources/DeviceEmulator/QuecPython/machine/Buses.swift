import EmulatedTime
import ModuleProfiles

/// `machine.I2C` and `machine.SPI`: the module is the master, and the world has what hangs on them.
struct Buses: Peripheral {
  /// The buses and speeds of the objects. There is one object for each bus.
  private var i2c: [(bus: Int, isFast: Bool)] = []
  /// The ports and clock codes of the objects, likewise.
  private var spi: [(port: Int, clock: Int)] = []

  static let methods: [String: MethodRows<Buses>] = [
    "I2C.init": makingI2C, "I2C.write": writingI2C, "I2C.read": readingI2C,
    "SPI.init": makingSPI, "SPI.write": writingSPI, "SPI.read": readingSPI,
    "SPI.write_read": exchanging,
  ]

  init(on board: Board) {}

  func objectCount(of className: Substring) -> Int { className == "I2C" ? i2c.count : spi.count }

  // MARK: I2C

  private static let makingI2C: MethodRows<Buses> = [
    "bus": .when { !(0...3).contains($1.int(0)) },
    "ok": .make { buses, call, _, _ in
      .done(.object(buses.openI2C(call.int(0), isFast: call.int(1) == 1)))
    },
  ]

  private mutating func openI2C(_ bus: Int, isFast: Bool) -> PeripheralID {
    if let number = i2c.firstIndex(where: { $0.bus == bus }) {
      i2c[number].isFast = isFast
      return PeripheralID(number)
    }
    i2c.append((bus, isFast))
    return PeripheralID(i2c.count - 1)
  }

  private static let writingI2C: MethodRows<Buses> = [
    "ok": .make { buses, call, _, board in
      let message = call.bytes(1, upTo: call.int(2)) + call.bytes(3, upTo: call.int(4))
      let due = buses.i2cTime(call, message.count, on: board)
      guard buses.tell(message, call, on: &board) else { return .instead("absent") }
      return .takes(until: due)
    },
    "absent": .never,
  ]

  private static let readingI2C: MethodRows<Buses> = [
    "ok": .make { buses, call, _, board in
      let register = call.bytes(1, upTo: call.int(2))
      let count = call.room(3, upTo: call.int(4))
      let due =
        buses.i2cTime(call, register.count + count + 1, on: board)
        + .milliseconds(max(call.int(5), 0))
      guard register.isEmpty || buses.tell(register, call, on: &board),
        let bytes = buses.ask(count, call, on: &board)
      else { return .instead("absent") }
      return .fills(argument: 3, bytes, until: due)
    },
    "absent": .never,
  ]

  private func place(_ call: Call) -> I2CPlace {
    I2CPlace(bus: i2c[call.objectNumber].bus, address: call.int(0))
  }

  /// Sends a message; false if nobody acknowledges it.
  private func tell(_ message: [UInt8], _ call: Call, on board: inout Board) -> Bool {
    let now = board.clock.now
    return board.world.i2c[place(call)]?.receive(message, at: now) ?? false
  }

  private func ask(_ count: Int, _ call: Call, on board: inout Board) -> [UInt8]? {
    let now = board.clock.now
    return board.world.i2c[place(call)]?.send(count, at: now)
  }

  /// When a transfer is over: nine clocks a byte, and one byte for the address.
  private func i2cTime(_ call: Call, _ count: Int, on board: Board) -> Duration {
    let frequency = i2c[call.objectNumber].isFast ? 400_000 : 100_000
    return board.clock.now + .seconds(1) * (9 * (count + 1)) / frequency
  }

  // MARK: SPI

  private static let makingSPI: MethodRows<Buses> = [
    "port": .when { !(0...3).contains($1.int(0)) },
    "mode": .when { !(0...3).contains($1.int(1)) },
    "clock6": .when { !$2.profile.isUnisoc && !(0...6).contains($1.int(2)) },
    "clock9": .when { $2.profile.isUnisoc && !(0...9).contains($1.int(2)) },
    "ok": .make { buses, call, _, _ in
      .done(.object(buses.openSPI(call.int(0), clock: call.int(2))))
    },
  ]

  private mutating func openSPI(_ port: Int, clock: Int) -> PeripheralID {
    if let number = spi.firstIndex(where: { $0.port == port }) {
      spi[number].clock = clock
      return PeripheralID(number)
    }
    spi.append((port, clock))
    return PeripheralID(spi.count - 1)
  }

  private static let writingSPI: MethodRows<Buses> = [
    "ok": .make { buses, call, _, board in
      let bytes = call.bytes(0, upTo: call.int(1))
      _ = buses.exchange(bytes, call, on: board)
      return .takes(until: buses.spiTime(call, bytes.count, on: board))
    }
  ]

  private static let readingSPI: MethodRows<Buses> = [
    "ok": .make { buses, call, _, board in
      let bytes = [UInt8](repeating: 0xFF, count: call.room(0, upTo: call.int(1)))
      return .fills(
        argument: 0, buses.exchange(bytes, call, on: board),
        until: buses.spiTime(call, bytes.count, on: board))
    }
  ]

  private static let exchanging: MethodRows<Buses> = [
    "ok": .make { buses, call, _, board in
      let bytes = call.bytes(1, upTo: call.room(0, upTo: call.int(2)))
      return .fills(
        argument: 0, buses.exchange(bytes, call, on: board),
        until: buses.spiTime(call, bytes.count, on: board))
    }
  ]

  /// What comes in while bytes go out. Where nothing hangs on the port, the line stays high.
  private func exchange(_ bytes: [UInt8], _ call: Call, on board: Board) -> [UInt8] {
    board.world.spi[spi[call.objectNumber].port]?.exchange(bytes)
      ?? [UInt8](repeating: 0xFF, count: bytes.count)
  }

  /// When a transfer is over: each clock code is twice as fast as the one before, from 812.5 kHz on.
  private func spiTime(_ call: Call, _ count: Int, on board: Board) -> Duration {
    board.clock.now + .seconds(1) * (8 * count) / (812_500 << spi[call.objectNumber].clock)
  }
}

extension Row {
  /// It applies only where another row hands over.
  static var never: Row { .when { _, _, _ in false } }
}

extension ModuleProfile {
  /// Whether the vendor's layer takes it for a Unisoc platform.
  var isUnisoc: Bool { platform.hasPrefix("Unisoc") }
}
