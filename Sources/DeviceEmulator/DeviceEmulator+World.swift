import ModuleProfiles

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
      case .serves(let url, let bytes): world.served[url] = bytes
      case .message(let message): world.network.waitingMessages.append(message)
      case .call(let act): world.perform(act)
      case .location(let location): world.location = location
      case .accessPoints(let points): world.accessPoints = points
      }
    }
  }
}
