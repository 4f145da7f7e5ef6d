import DeviceEmulator
import EmulatedTime

/// `machine.I2C` and `machine.SPI`: the module is the master, and the world has what hangs on them.
struct Buses: Peripheral {
  /// A bus that a script has made an object of. There is one object for each bus.
  private struct Bus {
    let number: Int
    /// Of I2C the mode, of SPI the clock code.
    var speed: Int
  }

  private var i2c: [Bus] = []
  private var spi: [Bus] = []

  static let methods: [String: MethodRows<Buses>] = [
    "I2C.init": makingI2C, "I2C.write": writingI2C, "I2C.read": readingI2C,
    "SPI.init": makingSPI, "SPI.write": writingSPI, "SPI.read": readingSPI,
    "SPI.write_read": exchanging,
  ]

  init(on board: inout Board) {}

  func objectCount(of className: Substring) -> Int { className == "I2C" ? i2c.count : spi.count }

  /// The object of a bus; made again, it has another speed.
  private static func open(_ number: Int, speed: Int, in buses: inout [Bus]) -> PeripheralID {
    if let index = buses.firstIndex(where: { $0.number == number }) {
      buses[index].speed = speed
      return PeripheralID(index)
    }
    buses.append(Bus(number: number, speed: speed))
    return PeripheralID(buses.count - 1)
  }

  // MARK: I2C

  private static let makingI2C: MethodRows<Buses> = [
    "bus": .when { !(0...3).contains($1.int(0)) },
    "ok": .make { buses, call, _, _ in
      .done(.object(open(call.int(0), speed: call.int(1), in: &buses.i2c)))
    },
  ]

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
    I2CPlace(bus: i2c[call.objectNumber].number, address: call.int(0))
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
    let frequency = i2c[call.objectNumber].speed == 1 ? 400_000 : 100_000
    return board.clock.now + .seconds(1) * (9 * (count + 1)) / frequency
  }

  // MARK: SPI

  private static let makingSPI: MethodRows<Buses> = [
    "port": .when { !(0...3).contains($1.int(0)) },
    "mode": .when { !(0...3).contains($1.int(1)) },
    "clock6": .when { !$2.profile.isUnisoc && !(0...6).contains($1.int(2)) },
    "clock9": .when { $2.profile.isUnisoc && !(0...9).contains($1.int(2)) },
    "ok": .make { buses, call, _, _ in
      .done(.object(open(call.int(0), speed: call.int(2), in: &buses.spi)))
    },
  ]

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
    board.world.spi[spi[call.objectNumber].number]?.exchange(bytes)
      ?? [UInt8](repeating: 0xFF, count: bytes.count)
  }

  /// When a transfer is over: each clock code is twice as fast as the one before, from 812.5 kHz on.
  private func spiTime(_ call: Call, _ count: Int, on board: Board) -> Duration {
    board.clock.now + .seconds(1) * (8 * count) / (812_500 << spi[call.objectNumber].speed)
  }
}
