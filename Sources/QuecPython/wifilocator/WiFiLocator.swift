import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `wifilocator`: the vendor's service that knows where access points are.
struct WiFiLocator: Peripheral {
  /// What objects were made with, by their numbers: their tokens.
  private var tokens: [GuestValue] = []

  init(on board: inout Board) {}

  func objectCount(of className: Substring) -> Int { tokens.count }

  /// How long a search and the service take (ruled).
  private static let duration = Duration.seconds(2)

  static let methods: [String: MethodRows<WiFiLocator>] = [
    "wifilocator.init": [
      "ok": .make { locator, call, _, _ in
        locator.tokens.append(call.arguments[0])
        return .done(.object(PeripheralID(locator.tokens.count - 1)))
      }
    ],
    "wifilocator.getwifilocator": [
      "network": .when { !$2.world.modem.isUp(1) },
      "token": .when { $0.tokens[$1.objectNumber].readableBytes?.count != 16 },
      "failed": .when { $2.world.accessPoints.isEmpty || $2.world.location == nil }
        .then(.make { _, _, _, board in .takes(until: board.clock.now + duration) }),
      "ok": .make { _, _, _, board in
        .takes(until: board.clock.now + duration, board.world.location?.value)
      },
    ],
  ]
}
