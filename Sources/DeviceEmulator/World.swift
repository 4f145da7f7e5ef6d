/// What is outside of the module, as far as it can tell: its SIM and the network.
///
/// A scenario, the AT channel and Swift programs change it; the vendor modules read it, and hear of each change.
public struct World: Sendable, Equatable {
  /// How the module stands with its SIM and the network.
  public var modem = ModemStatus()
  /// What hangs on the I2C buses, by bus and address.
  public var i2c: [I2CPlace: I2CDevice] = [:]
  /// What hangs on the SPI ports, by port.
  public var spi: [Int: SPIDevice] = [:]
  /// Who is at the other end of the serial ports, by port.
  public var uart: [Int: UARTPeer] = [:]
}
