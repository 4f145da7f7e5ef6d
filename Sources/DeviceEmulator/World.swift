/// What is outside of the module, as far as it can tell: its SIM and the network.
///
/// A scenario, the AT channel and Swift programs change it; the vendor modules read it, and hear of each change.
public struct World: Sendable, Equatable {
  /// How the module stands with its SIM and the network.
  public var modem = ModemStatus()
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
      }
    }
  }
}
