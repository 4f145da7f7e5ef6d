/// Where a device hangs on an I2C bus.
public struct I2CPlace: Hashable, Sendable {
  /// The bus's number.
  public let bus: Int
  /// The 7-bit address.
  public let address: Int

  /// Names a place.
  public init(bus: Int, address: Int) { (self.bus, self.address) = (bus, address) }
}

/// A device on an I2C bus, as its master sees it: bytes written to it, bytes read from it.
public enum I2CDevice: Sendable, Equatable {
  /// Registers of a byte each: the first byte written names one, what follows goes into it and those after it.
  case registers(RegisterMap)
  /// A memory of the 24C family.
  case eeprom(EEPROM)
  /// A sensor of temperature and humidity, as AHT10 and AHT20.
  case climate(ClimateSensor)
  /// An accelerometer, as LIS2DH12.
  case accelerometer(Accelerometer)

  /// Takes a message of the master's.
  ///
  /// - Returns: Whether the device acknowledges it.
  package mutating func receive(_ bytes: [UInt8], at now: Duration) -> Bool {
    switch self {
    case .registers(var map):
      map.receive(bytes)
      self = .registers(map)
      return true
    case .eeprom(var memory):
      defer { self = .eeprom(memory) }
      return memory.receive(bytes, at: now)
    case .climate(var sensor):
      sensor.receive(bytes, at: now)
      self = .climate(sensor)
      return true
    case .accelerometer(var sensor):
      sensor.receive(bytes)
      self = .accelerometer(sensor)
      return true
    }
  }

  /// Gives what the master reads; nil if the device does not acknowledge.
  package mutating func send(_ count: Int, at now: Duration) -> [UInt8]? {
    switch self {
    case .registers(var map):
      defer { self = .registers(map) }
      return map.send(count)
    case .eeprom(var memory):
      defer { self = .eeprom(memory) }
      return memory.send(count, at: now)
    case .climate(let sensor): return sensor.send(count, at: now)
    case .accelerometer(var sensor):
      defer { self = .accelerometer(sensor) }
      return sensor.send(count)
    }
  }
}

/// Registers of a byte each; one that was never set is 0.
public struct RegisterMap: Sendable, Equatable {
  /// What they hold, by number.
  public var values: [UInt8: UInt8]
  private var place: UInt8 = 0

  /// Makes a map.
  public init(_ values: [UInt8: UInt8] = [:]) { self.values = values }

  package mutating func receive(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    place = first
    for byte in bytes.dropFirst() {
      values[place] = byte
      place &+= 1
    }
  }

  package mutating func send(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      defer { place &+= 1 }
      return values[place] ?? 0
    }
  }
}

/// A memory of the 24C family: an address, then bytes of one page; after a write it is deaf for 5 ms.
///
/// Source: data sheets of AT24C02 and AT24C32.
public struct EEPROM: Sendable, Equatable {
  private static let writeTime = Duration.milliseconds(5)

  /// What it holds; erased bytes are 255.
  public private(set) var bytes: [UInt8]
  private let addressLength: Int
  private let pageSize: Int
  private var place = 0
  private var deafUntil = Duration.zero

  /// Makes an erased one of so many bytes, a power of two from 128 to 65536: with addresses of one byte
  /// and pages of 8 up to 256 bytes, of two bytes and pages of 32 above.
  public init(byteCount: Int) {
    bytes = [UInt8](repeating: 255, count: byteCount)
    (addressLength, pageSize) = byteCount <= 256 ? (1, 8) : (2, 32)
  }

  package mutating func receive(_ message: [UInt8], at now: Duration) -> Bool {
    guard now >= deafUntil else { return false }
    guard message.count >= addressLength else { return true }
    place = message.prefix(addressLength).reduce(0) { $0 << 8 | Int($1) } % bytes.count
    let data = message.dropFirst(addressLength)
    guard !data.isEmpty else { return true }
    let page = place / pageSize * pageSize
    for byte in data {
      bytes[place] = byte
      place = page + (place + 1 - page) % pageSize
    }
    deafUntil = now + Self.writeTime
    return true
  }

  package mutating func send(_ count: Int, at now: Duration) -> [UInt8]? {
    guard now >= deafUntil else { return nil }
    return (0..<count).map { _ in
      defer { place = (place + 1) % bytes.count }
      return bytes[place]
    }
  }
}

/// A sensor of temperature and humidity: 0xAC begins a measurement of 80 ms, then 7 bytes can be read.
///
/// Source: data sheet of AHT20.
public struct ClimateSensor: Sendable, Equatable {
  private static let measuringTime = Duration.milliseconds(80)
  private static let fullScale = Double(1 << 20)

  /// In degrees Celsius, from -50 to 150.
  public var temperature: Double
  /// In percent, from 0 to 100.
  public var humidity: Double
  private var busyUntil = Duration.zero

  /// Makes a sensor in an air.
  public init(temperature: Double, humidity: Double) {
    (self.temperature, self.humidity) = (temperature, humidity)
  }

  package mutating func receive(_ message: [UInt8], at now: Duration) {
    if message.first == 0xAC { busyUntil = now + Self.measuringTime }
  }

  package func send(_ count: Int, at now: Duration) -> [UInt8] {
    let status: UInt8 = now < busyUntil ? 0x98 : 0x18
    let wet = Self.raw(humidity / 100)
    let warm = Self.raw((temperature + 50) / 200)
    var bytes: [UInt8] = [status] + Self.split(wet << 20 | warm)
    bytes.append(Self.checksum(bytes))
    return (0..<count).map { $0 < bytes.count ? bytes[$0] : 0xFF }
  }

  private static func raw(_ share: Double) -> Int {
    min(max(Int(share * fullScale), 0), (1 << 20) - 1)
  }

  private static func split(_ value: Int) -> [UInt8] {
    stride(from: 32, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// CRC-8 with the polynomial 0x31, from 0xFF on.
  private static func checksum(_ bytes: [UInt8]) -> UInt8 {
    bytes.reduce(0xFF) { sum, byte in
      (0..<8).reduce(sum ^ byte) { sum, _ in sum & 0x80 == 0 ? sum << 1 : sum << 1 ^ 0x31 }
    }
  }
}

/// An accelerometer with registers: a number with its highest bit set counts on from byte to byte.
///
/// Source: data sheet of LIS2DH12.
public struct Accelerometer: Sendable, Equatable {
  private static let identity: UInt8 = 0x0F
  private static let control4: UInt8 = 0x23
  private static let status: UInt8 = 0x27
  private static let firstOutput: UInt8 = 0x28

  /// In thousandths of g, of x, y and z.
  public var milliG: [Int]
  private var registers: [UInt8: UInt8] = [identity: 0x33, status: 0x0F]
  private var place: UInt8 = 0
  private var countsOn = false

  /// Makes a sensor that feels an acceleration.
  public init(milliG: [Int]) { self.milliG = milliG }

  package mutating func receive(_ message: [UInt8]) {
    guard let first = message.first else { return }
    (place, countsOn) = (first & 0x7F, first & 0x80 != 0)
    for byte in message.dropFirst() {
      registers[place] = byte
      step()
    }
  }

  package mutating func send(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      defer { step() }
      return value(at: place)
    }
  }

  private mutating func step() { if countsOn { place = (place + 1) & 0x7F } }

  private func value(at register: UInt8) -> UInt8 {
    let offset = Int(register) - Int(Self.firstOutput)
    guard (0..<6).contains(offset) else { return registers[register] ?? 0 }
    let raw = Int16(clamping: counts(of: milliG[offset / 2]))
    return UInt8(truncatingIfNeeded: Int(raw) >> (offset % 2 * 8))
  }

  /// In the scale of the range that the script has set: 16, 8, 4 or 4/3 a thousandth of g.
  private func counts(of milliG: Int) -> Int {
    switch (registers[Self.control4] ?? 0) >> 4 & 3 {
    case 0: milliG * 16
    case 1: milliG * 8
    case 2: milliG * 4
    default: milliG * 4 / 3
    }
  }
}
