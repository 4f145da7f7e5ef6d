import DeviceEmulator
import ModuleProfiles

/// The vendor module `modem`: what the module says of itself.
struct ModemModule: Peripheral {
  static let methods: [String: MethodRows<ModemModule>] = [
    "modem.getDevImei": ["ok": .fact { .string($0.serialNumber) }],
    "modem.getDevModel": ["ok": .fact { .string($0.profile.identity.nodename) }],
    "modem.getDevSN": ["ok": .fact { .string("D1Q" + $0.serialNumber.suffix(12)) }],
    "modem.getDevFwVersion": ["ok": .fact { .string($0.profile.identity.firmware) }],
    "modem.getDevProductId": ["ok": .fact { _ in "Quectel" }],
  ]

  init(on board: inout Board) {}
}
