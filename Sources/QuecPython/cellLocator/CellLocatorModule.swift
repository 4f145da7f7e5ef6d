import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `cellLocator`: the vendor's service that knows where cells are.
struct CellLocatorModule: Peripheral {
  init(on board: inout Board) {}

  /// How long the service takes (ruled).
  private static let duration = Duration.seconds(1)

  static let methods: [String: MethodRows<CellLocatorModule>] = [
    "cellLocator.getLocation": [
      "address": .when { $1.string(0).utf8.count >= 255 },
      "token": .when { $1.string(2).utf8.count != 16 },
      "timeout": .when { !(1...300).contains($1.int(3)) },
      "profile": .when { !(1...($2.profile.isASR ? 8 : 7)).contains($1.context) },
      "network": .when { !$2.world.modem.isUp($1.context) },
      "noFix": .when { $2.world.location == nil }.then(
        .make { _, call, _, board in .takes(until: board.clock.now + .seconds(call.int(3))) }),
      "ok": .make { _, _, _, board in
        .takes(until: board.clock.now + duration, board.world.location?.value)
      },
    ]
  ]
}

extension Call {
  /// The data context, the first one if it is left out.
  fileprivate var context: Int { arguments.count > 4 ? int(4) : 1 }
}
