import ModuleProfiles

/// What is around the module's scripts, as far as they can tell: the SIM, the network, and how the modem stands to them.
///
/// A scenario, the AT channel and Swift programs change it, and so do calls of scripts; the vendor modules read it, and
/// hear of each change.
public struct World: Sendable, Equatable {
  /// How the module stands with its SIM and the network.
  public var modem = ModemStatus()
  /// The card in its slot, or the one that was there last.
  public var card = SIMCard()
  /// The network that it is in reach of.
  public var network = MobileNetwork()
  /// The pins that something outside drives, high or low; the others float.
  public var pins: [Int: Bool] = [:]
  /// The voltage of the battery.
  public var batteryMillivolts = 3800
  /// The voltages on the inputs of the ADC; on those that are not here there is none.
  public var adcMillivolts: [Int: Int] = [:]
  /// Whether somebody presses the power key.
  public var isPowerKeyPressed = false
  /// Whether the USB cable is plugged in.
  public var hasUSB = true
  /// What hangs on the I2C buses, by bus and address.
  public var i2c: [I2CPlace: I2CDevice] = [:]
  /// What hangs on the SPI ports, by port.
  public var spi: [Int: SPIDevice] = [:]
  /// Who is at the other end of the serial ports, by port.
  public var uart: [Int: UARTPeer] = [:]
  /// The display that a script has set up; nil before.
  public var display: DisplayController?
  /// How bright the display's light is, from 0 to 5.
  public internal(set) var displayBrightness = 5

  /// As at power-on.
  public init() {}

  /// Whether the card can be read.
  var hasReadyCard: Bool { modem.sim == .ready }

  /// What the modem does when its power comes on.
  ///
  /// - Parameter contexts: The data contexts that it dials by itself.
  mutating func powerOn(dialling contexts: Set<Int>) {
    modem.functionality = .full
    modem.dialled = contexts
    if card.asksPIN, modem.sim == .ready { modem.sim = .locked }
  }
}

/// A SIM card. The values at power-on are ruled.
public struct SIMCard: Sendable, Equatable {
  /// The subscriber.
  public var imsi = "460000000000001"
  /// The card.
  public var iccid = "89860000000000000018"
  /// Its telephone number; empty if the card does not know it, as most do not.
  public var number = ""
  /// Its PIN.
  public var pin = "1234"
  /// What unblocks the PIN.
  public var puk = "12345678"
  /// Whether the PIN is asked for at power-on.
  public var asksPIN = false
  /// How many wrong PINs it still takes.
  public var pinTries = SIMCard.allPINTries
  /// How many wrong PUKs it still takes.
  public var pukTries = SIMCard.allPUKTries
  /// Its phone books.
  public var phoneBook: [PhoneBookEntry] = []

  /// One line of a phone book.
  public struct PhoneBookEntry: Sendable, Equatable {
    /// Which book: 9 for the card's own.
    public var storage: Int
    /// From 1 on.
    public var index: Int
    public var name: String
    public var number: String

    public init(storage: Int, index: Int, name: String, number: String) {
      (self.storage, self.index, self.name, self.number) = (storage, index, name, number)
    }
  }

  static let allPINTries = 3
  static let allPUKTries = 10
}

/// A network and the cell that serves the module. The values at power-on are ruled.
public struct MobileNetwork: Sendable, Equatable {
  /// The operator's name, and the short form of it.
  public var longName = "CHINA MOBILE"
  public var shortName = "CMCC"
  /// The country and the network in it, in decimal digits.
  public var mcc = "460"
  public var mnc = "00"
  /// The location or tracking area.
  public var area = 4097
  /// The cell.
  public var cell = 16_908_545
  /// Its access technology, as AT+COPS? says it: 7 for LTE.
  public var technology = 7
  /// The address that a data call gets.
  public var address = "10.0.0.2"
  /// The name servers that it gets: the module's own proxy.
  public var nameServers = ["127.0.0.1", "0.0.0.0"]

  /// The physical cell and its frequency.
  static let physicalCell = 121
  static let frequency = 3688
}

/// One change of what is outside of the module.
public enum WorldChange: Equatable, Sendable {
  /// Something drives a pin high or low, or lets it float.
  case pin(Int, Bool?)
  /// There is another voltage on an input of the ADC.
  case adc(Int, millivolts: Int)
  /// The battery has another voltage.
  case battery(millivolts: Int)
  /// Somebody presses the power key, or lets it go.
  case powerKey(isPressed: Bool)
  /// The USB cable is plugged in or pulled out.
  case usb(isPlugged: Bool)
  /// A device hangs on an I2C bus.
  case i2c(I2CPlace, I2CDevice)
  /// A device hangs on an SPI port.
  case spi(Int, SPIDevice)
  /// The peer of a serial port does something.
  case uart(Int, UARTAct)

  /// What a peer of a serial port does.
  public enum UARTAct: Equatable, Sendable {
    /// From now on it gives back what it gets.
    case loopback
    /// From now on it answers so.
    case answers([UARTPeer.Answer])
    /// It sends bytes.
    case sends([UInt8])
  }
}

extension DeviceEmulator {
  /// Changes something outside of the module.
  public func change(_ change: WorldChange) {
    changeWorld { world in
      switch change {
      case .pin(let number, let level): world.pins[number] = level
      case .adc(let number, let millivolts): world.adcMillivolts[number] = millivolts
      case .battery(let millivolts): world.batteryMillivolts = millivolts
      case .powerKey(let isPressed): world.isPowerKeyPressed = isPressed
      case .usb(let isPlugged): world.hasUSB = isPlugged
      case .i2c(let place, let device): world.i2c[place] = device
      case .spi(let port, let device): world.spi[port] = device
      case .uart(let port, let act): world.uart[port, default: UARTPeer()].perform(act)
      }
    }
  }
}
