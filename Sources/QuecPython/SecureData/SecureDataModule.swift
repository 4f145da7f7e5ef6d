import DeviceEmulator
import ModuleProfiles

/// The vendor module `SecureData`: sixteen places for bytes in a part of the flash that no file system reaches.
struct SecureDataModule: Peripheral {
  static let methods: [String: MethodRows<SecureDataModule>] = [
    "SecureData.Store": [
      "index": badIndex,
      "length": .when { _, call in
        let count = min(call.int(2), call.arguments[1].readableBytes?.count ?? 0)
        return !(1...SecureArea.capacity(of: call.int(0))).contains(count)
      },
      "ok": .act { _, call, board throws(HostFailure) in
        try board.secureArea.store(call.bytes(1, upTo: call.int(2)), at: call.int(0))
      },
    ],
    "SecureData.Read": [
      "index": badIndex,
      "length": .when { _, call in call.int(2) <= 0 },
      "absent": .when { _, call, board in board.secureArea[call.int(0)] == nil },
      "ok": .make { _, call, _, board in
        let stored = board.secureArea[call.int(0)] ?? []
        return .done(.filled(Array(stored.prefix(call.room(1, upTo: call.int(2))))))
      },
    ],
  ]

  init(on board: inout Board) {}

  private static let badIndex = Row<SecureDataModule>.when { _, call in
    !SecureArea.indices.contains(call.int(0))
  }
}
