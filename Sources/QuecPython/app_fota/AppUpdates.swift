import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles

/// The vendor module `app_fota_download`: files of the application that wait beside it, to take its place when the module
/// starts next. `app_fota` is Python upon it.
struct AppUpdates: Peripheral {
  init(on board: inout Board) { board.updateApplication() }

  static let methods: [String: MethodRows<AppUpdates>] = [
    "app_fota_download.download": downloading,
    "app_fota_download.set_update_flag": [
      "full": .never,
      "ok": .make { _, _, _, board in
        board.files.keep([], at: PendingUpdate.flag) ? .done() : .instead("full")
      },
    ],
    "app_fota_download.update_download_stat": changing { update, call in
      update.add(.init(url: call.string(0), name: call.string(1), size: call.int(2)))
    },
    "app_fota_download.delete_update_file": changing { $0.remove($1.string(0)) },
    "app_fota_download.get_updater_dir": ["ok": .fact { _ in .string(PendingUpdate.folder) }],
    "app_fota_download.get_download_stat_file": ["ok": .fact { _ in .string(PendingUpdate.list) }],
    "app_fota_download.get_update_flag_file": ["ok": .fact { _ in .string(PendingUpdate.flag) }],
  ]

  /// What changes the list, if there is room for it.
  private static func changing(
    _ change: @escaping @Sendable (inout PendingUpdate, Call) -> Void
  ) -> MethodRows<AppUpdates> {
    [
      "full": .never,
      "ok": .make { _, call, _, board in
        var update = PendingUpdate(on: board.files)
        change(&update, call)
        return update.keep(on: board.files) ? .done() : .instead("full")
      },
    ]
  }

  private static let downloading: MethodRows<AppUpdates> = [
    "place": .when { !PendingUpdate.canReplace($1.string(1)) },
    "there": .when { _, call, board in
      let update = PendingUpdate(on: board.files)
      return update.file(named: call.string(1)).map { $0.isThere(on: board.files) } ?? false
    },
    "offline": .when { !$2.world.modem.passesData },
    "absent": .when { $2.world.served[$1.string(0)] == nil }.lacking { _, call, _ in
      "nothing serves \(call.string(0)): a scenario can, with \"serves\""
    },
    "full": .never,
    "ok": .make { _, call, _, board in
      guard let bytes = board.world.served[call.string(0)],
        board.files.keep(bytes, at: PendingUpdate.waitingPlace(of: call.string(1)))
      else { return .instead("full") }
      var update = PendingUpdate(on: board.files)
      update.add(.init(url: call.string(0), name: call.string(1), size: bytes.count))
      guard update.keep(on: board.files) else { return .instead("full") }
      return .takes(until: board.clock.now + World.transferTime(of: bytes.count), .int(0))
    },
  ]
}
