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
  /// The telephone calls that the module has, by their numbers.
  public var calls: [VoiceCall] = []
  /// Where the module is, as far as services know; nil if they do not. At power-on it is the place of the vendor's example.
  public var location: Location? = Location(
    longitude: 117.1138, latitude: 31.82279, accuracy: 550)
  /// The access points that it can hear.
  public var accessPoints: [AccessPoint] = []
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
  /// What servers on the network give for an address such as `http://example.com/app.py`.
  public var served: [String: [UInt8]] = [:]
  /// The display that a script has set up; nil before.
  public var display: DisplayController?
  /// How bright the display's light is, from 0 to 5.
  public package(set) var displayBrightness = 5

  /// As at power-on.
  public init() {}

  /// Whether the card can be read.
  package var hasReadyCard: Bool { modem.sim == .ready }

  /// How long a download takes: 0.2 s until the server answers, then 100,000 bytes a second (ruled).
  package static func transferTime(of byteCount: Int) -> Duration {
    .milliseconds(200) + .microseconds(10 * byteCount)
  }

  /// What the modem does when its power comes on.
  ///
  /// - Parameter contexts: The data contexts that it dials by itself.
  package mutating func powerOn(dialling contexts: Set<Int>) {
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
  /// The short messages on it, by their places.
  public var messages: [Int: ShortMessage] = [:]
  /// How many of them fit: as many as in the vendor's example.
  public var messageCapacity = 50
  /// The number of the service centre that takes its messages.
  public var messageCenter = "+8613800100500"

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

  package static let allPINTries = 3
  package static let allPUKTries = 10
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
  public var technology = MobileNetwork.lte
  /// The address that a data call gets.
  public var address = "10.0.0.2"
  /// The name servers that it gets: the module's own proxy.
  public var nameServers = ["127.0.0.1", "0.0.0.0"]
  /// The short messages for the module that have not arrived yet.
  public var waitingMessages: [ShortMessage] = []
  /// Those that the module has sent.
  public var sentMessages: [ShortMessage] = []
  /// The tones that the module has sent in calls.
  public var sentTones = ""
  /// The keys that the other side of a call has pressed, and that the module has not heard yet.
  public var pressedKeys = ""
  /// Where calls for the module go in its place.
  public var forwarding: [CallForwarding.Reason: CallForwarding] = [:]
  /// Who has called and was forwarded.
  public var forwardedCalls: [String] = []

  /// The access technology of LTE.
  package static let lte = 7

  /// What time it tells a module that it takes.
  public var time = NetworkTime.actual
  /// Its time zone, in quarters of an hour ahead of UTC.
  public var timeZone = 32

  /// The physical cell and its frequency.
  package static let physicalCell = 121
  package static let frequency = 3688
}

/// What time a network tells.
public enum NetworkTime: Sendable, Equatable {
  /// The one that the module's calendar has when nobody sets it.
  case actual
  /// One that was so many seconds since 1970, UTC, at device time 0.
  case atPowerOn(Int)
  /// None.
  case none
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
  case uart(Int, UARTPeer.Act)
  /// A server on the network has something for an address; nil if it has it no more.
  case serves(String, [UInt8]?)
  /// Somebody sends the module a short message.
  case message(ShortMessage)
  /// The other side of a call does something.
  case call(CallAct)
  /// The module is somewhere else, or nobody knows where.
  case location(Location?)
  /// It can hear other access points.
  case accessPoints([AccessPoint])
}
