import EmulatedTime
import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

/// What hangs on a module's buses and serial ports.
@Suite("I2C, SPI and UART, and the world at their other ends")
struct WireTests {
  private let desk: Desk
  private var device: DeviceEmulator { desk.device }

  init() throws { desk = try Desk() }

  private func make(_ method: DeviceMethod, _ arguments: GuestValue...) throws -> Answer {
    Answer(try device.call(method, arguments))
  }

  /// Makes a call on the first object; when its answer is due, time has passed so far.
  private func call(
    _ method: DeviceMethod, _ arguments: GuestValue...
  ) throws -> (answer: Answer, bytes: [UInt8]) {
    let reply = try device.reply(to: method, on: PeripheralID(0), arguments)
    if let due = reply.due { desk.clock.advance(to: due) }
    return (Answer(reply.result), reply.fill?.bytes ?? [])
  }

  private func read(
    _ address: Int, _ register: [UInt8], _ count: Int, delay: Int = 0
  ) throws -> (answer: Answer, bytes: [UInt8]) {
    try call(
      "I2C.read", .int(address), .bytes(register), .int(register.count), .buffer(count: count),
      .int(count), .int(delay))
  }

  private func write(_ address: Int, _ register: [UInt8], _ data: [UInt8]) throws -> Answer {
    try call(
      "I2C.write", .int(address), .bytes(register), .int(register.count), .bytes(data),
      .int(data.count)
    ).answer
  }

  // MARK: I2C

  @Test("Where nothing hangs on the bus, nobody acknowledges: -1")
  func absent() throws {
    #expect(try make("I2C.init", 1, 0) == .object(0))
    #expect(try write(0x38, [], [1]) == -1)
    let (answer, bytes) = try read(0x38, [0], 4)
    #expect(answer == -1 && bytes == [])
  }

  @Test("There is one object for each bus, and four buses")
  func buses() throws {
    #expect(try make("I2C.init", 0, 0) == .object(0))
    #expect(try make("I2C.init", 1, 1) == .object(1))
    #expect(try make("I2C.init", 0, 1) == .object(0))
    #expect(try make("I2C.init", 4, 0) == .valueError("bus id must be (0~3)"))
  }

  @Test("Registers are written and read one after the other, and keep what the script has written")
  func registers() throws {
    device.world.i2c[I2CPlace(bus: 1, address: 0x20)] = .registers(RegisterMap([7: 0xAB, 8: 2]))
    _ = try make("I2C.init", 1, 0)
    #expect(try read(0x20, [7], 3).bytes == [0xAB, 2, 0])
    #expect(try write(0x20, [8], [5, 6]) == 0)
    #expect(try read(0x20, [7], 4).bytes == [0xAB, 5, 6, 0])
  }

  @Test(
    "A transfer takes nine clocks a byte, the address's too, and a read as long as the script asks")
  func duration() throws {
    device.world.i2c[I2CPlace(bus: 0, address: 1)] = .registers(RegisterMap())
    _ = try make("I2C.init", 0, 0)
    let start = desk.clock.now
    _ = try write(1, [0], [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(desk.clock.now - start == .microseconds(900))
    _ = try read(1, [0], 8, delay: 20)
    #expect(desk.clock.now - start == .microseconds(900 + 990 + 20_000))
  }

  @Test("An EEPROM wraps within a page, and is deaf for 5 ms after a write")
  func eeprom() throws {
    device.world.i2c[I2CPlace(bus: 0, address: 0x50)] = .eeprom(EEPROM(byteCount: 256))
    _ = try make("I2C.init", 0, 1)
    #expect(try write(0x50, [6], [1, 2, 3]) == 0)
    #expect(try read(0x50, [6], 3).answer == -1)
    desk.wait(.milliseconds(5))
    #expect(try read(0x50, [6], 3).bytes == [1, 2, 255])
    #expect(try read(0x50, [0], 1).bytes == [3])
    #expect(try read(0x50, [255], 2).bytes == [255, 3])
  }

  @Test("A climate sensor measures for 80 ms, and its seven bytes end with their checksum")
  func climate() throws {
    device.world.i2c[I2CPlace(bus: 0, address: 0x38)] =
      .climate(ClimateSensor(temperature: 25, humidity: 50))
    _ = try make("I2C.init", 0, 0)
    #expect(try write(0x38, [], [0xAC, 0x33, 0]) == 0)
    #expect(try read(0x38, [], 1).bytes == [0x98])
    desk.wait(.milliseconds(80))
    let bytes = try read(0x38, [], 7).bytes
    #expect(bytes[0] == 0x18)
    let wet = Int(bytes[1]) << 12 | Int(bytes[2]) << 4 | Int(bytes[3]) >> 4
    let warm = Int(bytes[3] & 15) << 16 | Int(bytes[4]) << 8 | Int(bytes[5])
    #expect(wet == 1 << 19 && warm == 3 << 17)
    #expect(bytes[6] == checksum(bytes.dropLast()))
  }

  /// CRC-8 by long division, apart from the product's.
  private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    var sum: UInt8 = 0xFF
    for byte in bytes {
      sum ^= byte
      for _ in 0..<8 { sum = sum >= 0x80 ? (sum << 1) ^ 0x31 : sum << 1 }
    }
    return sum
  }

  @Test("An accelerometer counts on only if asked to, and scales by the range that is set")
  func accelerometer() throws {
    device.world.i2c[I2CPlace(bus: 0, address: 0x19)] =
      .accelerometer(Accelerometer(milliG: [0, -1000, 1000]))
    _ = try make("I2C.init", 0, 0)
    #expect(try read(0x19, [0x0F], 1).bytes == [0x33])
    #expect(try read(0x19, [0x0F], 2).bytes == [0x33, 0x33])
    #expect(try read(0x19, [0xA8], 6).bytes == [0, 0, 0x80, 0xC1, 0x80, 0x3E])
    #expect(try write(0x19, [0x23], [0x10]) == 0)
    #expect(try read(0x19, [0xAC], 2).bytes == [0x40, 0x1F])
  }

  // MARK: SPI

  @Test("On an SPI port nothing gives 255, a loop gives back, a device sends its bytes")
  func spi() throws {
    #expect(try make("SPI.init", 1, 0, 3) == .object(0))
    #expect(try call("SPI.read", .buffer(count: 2), 2).bytes == [255, 255])
    device.world.spi[1] = .loopback
    #expect(
      try call("SPI.write_read", .buffer(count: 3), .bytes([1, 2, 3]), 3).bytes == [1, 2, 3])
    device.world.spi[1] = .sends([9])
    #expect(try call("SPI.read", .buffer(count: 2), 2).bytes == [9, 255])
    let start = desk.clock.now
    #expect(try call("SPI.write", .bytes([1, 2]), 2).answer == 0)
    #expect(desk.clock.now - start == .seconds(16) / 6_500_000)
  }

  @Test("A clock code above the platform's last is refused with its range")
  func spiClock() throws {
    #expect(try make("SPI.init", 1, 0, 7) == .valueError("clk must be (0~6)"))
    let unisoc = try Desk(.named("EC200U"))
    #expect(Answer(try unisoc.device.call("SPI.init", [1, 0, 7])) == .object(0))
    #expect(
      Answer(try unisoc.device.call("SPI.init", [1, 0, 10]))
        == .valueError("clk must be (0~9)"))
  }

  // MARK: UART

  @Test("What is written is sent when its time on the line is over, and the peer has it then")
  func uartWrite() throws {
    #expect(try make("UART.init", 2, 9600, 8, 0, 1, 0) == .object(0))
    let reply = try device.reply(to: "UART.write", on: PeripheralID(0), ["hello"])
    #expect(Answer(reply.result) == 5)
    #expect(reply.due == .seconds(50) / 9600)
    #expect(device.world.uart[2] == nil)
    desk.wait(.milliseconds(6))
    #expect(device.world.uart[2]?.received == Array("hello".utf8))
  }

  @Test("What the peer sends arrives at the port's speed, calls back, and is read in pieces")
  func uartRead() throws {
    _ = try make("UART.init", 2, 9600)
    #expect(try call("UART.set_callback", Desk.callback).answer == 0)
    device.world.uart[2] = UARTPeer()
    device.world.uart[2]?.sent = Array("abcdef".utf8)
    #expect(try call("UART.any").answer == 0)
    desk.wait(.milliseconds(7))
    #expect(desk.takeEvents() == [[.int(0), .int(2), .int(6)]])
    #expect(try call("UART.any").answer == 6)
    #expect(try call("UART.read", 4).answer == .value(.bytes(Array("abcd".utf8))))
    #expect(try call("UART.read", 100).answer == .value(.bytes(Array("ef".utf8))))
    #expect(try call("UART.read", 100).answer == .value(.bytes([])))
  }

  @Test("A peer that answers does so to each request once; a loop gives everything back")
  func uartPeers() throws {
    _ = try make("UART.init", 1, 115_200)
    var peer = UARTPeer()
    peer.answers = [UARTPeer.Answer(to: Array("AT\r".utf8), Array("OK\r\n".utf8))]
    device.world.uart[1] = peer
    for text in ["A", "T\r", "AT\r"] {
      _ = try call("UART.write", .string(text))
      desk.wait(.milliseconds(10))
    }
    #expect(try call("UART.read", 99).answer == .value(.bytes(Array("OK\r\nOK\r\n".utf8))))
    device.world.uart[1]?.isLoopback = true
    _ = try call("UART.write", .bytes([0, 255]))
    desk.wait(.milliseconds(10))
    #expect(try call("UART.read", 99).answer == .value(.bytes([0, 255])))
  }

  @Test("What comes while 4096 bytes wait is lost, and a person is told once")
  func uartOverrun() throws {
    _ = try make("UART.init", 2, 921_600)
    device.world.uart[2] = UARTPeer()
    device.world.uart[2]?.sent = [UInt8](repeating: 1, count: 5000)
    desk.wait(.seconds(1))
    #expect(try call("UART.any").answer == 4096)
    #expect(
      desk.notices.all == [
        "the script reads UART2 too slowly: 4096 bytes wait, and what comes is lost"
      ])
  }

  @Test(
    "A byte takes as long as its bits: a start, those of data, one of parity, those of the stop",
    arguments: [
      ([8, 0, 1], 10), ([8, 1, 1], 11), ([8, 2, 2], 12), ([7, 0, 1], 9), ([5, 1, 2], 9),
    ])
  func uartFraming(framing: [Int], bits: Int) throws {
    _ = try device.call("UART.init", ([2, 9600] + framing).map { .int($0) })
    let reply = try device.reply(to: "UART.write", on: PeripheralID(0), ["ab"])
    #expect(reply.due == .seconds(2 * bits) / 9600)
    device.world.uart[2] = UARTPeer()
    desk.wait(.seconds(1))
    device.world.uart[2]?.sent = [1]
    desk.wait(.seconds(bits) / 9600 - .microseconds(1))
    #expect(try call("UART.any").answer == 0)
    desk.wait(.microseconds(2))
    #expect(try call("UART.any").answer == 1)
  }

  @Test("With flow control what finds no room waits at the other end, and nothing is lost")
  func uartFlow() throws {
    _ = try make("UART.init", 2, 921_600, 8, 0, 1, 1)
    let sent = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
    device.world.uart[2] = UARTPeer()
    device.world.uart[2]?.sent = sent
    desk.wait(.seconds(1))
    var read: [UInt8] = []
    for _ in 0..<3 {
      guard
        case .success(.bytes(let bytes)) = try device.call(
          "UART.read", on: PeripheralID(0), [.int(4096)])
      else { continue }
      read += bytes
      desk.wait(.seconds(1))
    }
    #expect(read == sent)
    #expect(desk.notices.all == [])
  }

  @Test("The pin of a half-duplex line has its level while the port sends", arguments: [0, 1])
  func uartDirection(level: Int) throws {
    _ = try make("UART.init", 2, 9600)
    #expect(try call("UART.control_485", 5, .int(level)).answer == 0)
    desk.wait(.milliseconds(1))
    #expect(device.pins.isOutput(5) && device.pins.level(5) == (level == 0))
    _ = try device.reply(to: "UART.write", on: PeripheralID(0), ["ab"])
    desk.wait(.milliseconds(1))
    _ = try device.reply(to: "UART.write", on: PeripheralID(0), ["cd"])
    desk.wait(.milliseconds(3))
    #expect(device.pins.level(5) == (level == 1), "the second text is on its way")
    desk.wait(.milliseconds(2))
    #expect(device.pins.level(5) == (level == 0))
  }

  @Test("A line of the host's is in the place of the world's peer, at the port's speed")
  func uartWired() throws {
    let heard = Monitor<[UInt8]>([])
    device.wire(uart: 2) { bytes in heard.withLock { $0 += bytes } }
    device.receive([9], onUART: 2)
    _ = try make("UART.init", 2, 9600)
    #expect(!device.isWorking)
    _ = try call("UART.set_callback", Desk.callback)
    #expect(device.isWorking, "something may come at any time")
    _ = try device.reply(to: "UART.write", on: PeripheralID(0), ["hello"])
    #expect(heard.withLock { $0 } == [])
    desk.wait(.milliseconds(6))
    #expect(heard.withLock { $0 } == Array("hello".utf8))
    #expect(device.world.uart[2] == nil)
    device.receive(Array("abc".utf8), onUART: 2)
    desk.wait(.milliseconds(3))
    #expect(desk.takeEvents() == [])
    desk.wait(.milliseconds(1))
    #expect(desk.takeEvents() == [[.int(0), .int(2), .int(3)]])
    #expect(try call("UART.read", 9).answer == .value(.bytes(Array("abc".utf8))))
    #expect(try call("UART.close").answer == 0)
    device.receive([1], onUART: 2)
    desk.wait(.seconds(1))
    #expect(try call("UART.any").answer == 0 && !device.isWorking)
  }

  @Test("What is on a line when the module restarts is lost")
  func uartRestart() throws {
    _ = try make("UART.init", 2, 9600)
    _ = try device.reply(to: "UART.write", on: PeripheralID(0), ["old"])
    device.restart()
    _ = try make("UART.init", 2, 9600)
    desk.wait(.seconds(1))
    #expect(device.world.uart[2] == nil)
  }

  @Test("A peer remembers the latest 65536 bytes, and still answers")
  func uartMemory() throws {
    _ = try make("UART.init", 2, 921_600)
    var peer = UARTPeer()
    peer.answers = [UARTPeer.Answer(to: Array("AT".utf8), Array("OK".utf8))]
    device.world.uart[2] = peer
    _ = try call("UART.write", .bytes([UInt8](repeating: 7, count: 70_000)))
    _ = try call("UART.write", "AT")
    desk.wait(.seconds(2))
    #expect(device.world.uart[2]?.received.count == 65_536)
    #expect(try call("UART.read", 9).answer == .value(.bytes(Array("OK".utf8))))
  }

  @Test("A closed port sends nothing; made again it is open")
  func uartClose() throws {
    _ = try make("UART.init", 2)
    #expect(try call("UART.close").answer == 0)
    #expect(try call("UART.write", "x").answer == -1)
    _ = try make("UART.init", 2)
    #expect(try call("UART.write", "x").answer == 1)
  }

  @Test(
    "What a port cannot be set up as is refused in the layer's words",
    arguments: [
      ([5], "UART(5) does not exist"), ([2, 9601], "invalid baudrate"),
      ([2, 9600, 4], "invalid data bits"), ([2, 9600, 8, 3], "invalid parity bits"),
      ([2, 9600, 8, 0, 3], "invalid stop bits"), ([2, 9600, 8, 0, 1, 2], "invalid flow bits"),
    ])
  func uartRefusals(arguments: [Int], text: String) throws {
    let answer = Answer(try device.call("UART.init", arguments.map { .int($0) }))
    #expect(answer == .valueError(text))
  }
}
