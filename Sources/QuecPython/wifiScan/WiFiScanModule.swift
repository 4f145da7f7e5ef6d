import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `wifiScan`: searches for access points, whose networks the module cannot use.
struct WiFiScanModule: Peripheral {
  private var callback: Int?
  private var isOn = false
  private var settings = ScanSettings()
  /// When the search that goes on beside the script is over.
  private var end: Alarm?

  init(on board: inout Board) {}

  var functions: [Int?] { [callback] }
  var isWorking: Bool { end != nil }

  static let methods: [String: MethodRows<WiFiScanModule>] = [
    "wifiScan.support": ["ok": .fact { .bool($0.profile.isASR || $0.profile.isUnisoc) }],
    "wifiScan.control": [
      "option": .when { !(0...1).contains($1.int(0)) },
      "ok": .act { scan, call, board in
        scan.isOn = call.int(0) == 1
        if !scan.isOn { scan.stop(on: board) }
      },
    ],
    "wifiScan.getState": ["ok": .make { scan, _, _, _ in .done(.bool(scan.isOn)) }],
    "wifiScan.setCfgParam": configuring,
    "wifiScan.getCfgParam": [
      "ok": .make { scan, _, _, _ in
        let settings = scan.settings
        let values = [settings.seconds, settings.rounds, settings.limit, settings.priority]
        return .done(.tuple(values.map { .int($0) }))
      }
    ],
    "wifiScan.setConfig": configuringAsBefore,
    "wifiScan.getConfig": [
      "feature": .isOlder,
      "ok": .make { scan, _, _, board in
        .done(.tuple(scan.settings.values(on: board.profile).map { .int($0) }))
      },
    ],
    "wifiScan.start": [
      "off": .isOff, "failed": .isSearching,
      "ok": .make { scan, _, _, board in
        let settings = scan.settings
        return .takes(
          until: board.clock.now + settings.duration, .tuple(settings.found(in: board.world)))
      },
    ],
    "wifiScan.asyncStart": [
      "off": .isOff, "failed": .isSearching,
      "ok": .act { scan, _, board in
        scan.end = board.alarm(at: board.clock.now + scan.settings.duration) {
          (scan: inout WiFiScanModule, board) in scan.tell(on: &board)
        }
      },
    ],
    "wifiScan.setCallback": [
      "ok": .act { scan, call, _ in scan.callback = call.arguments[0].function }
    ],
  ]

  // MARK: Settings

  private static let configuring: MethodRows<WiFiScanModule> = [
    "range": .when { _, call in
      !(4...60).contains(call.int(0)) || !(1...3).contains(call.int(1))
        || !(4...30).contains(call.int(2))
        || call.arguments.count > 3 && !(0...1).contains(call.int(3))
    },
    "ok": .act { scan, call, _ in
      scan.settings.timeout = .seconds(call.int(0))
      (scan.settings.rounds, scan.settings.limit) = (call.int(1), call.int(2))
      if call.arguments.count > 3 { scan.settings.priority = call.int(3) }
    },
  ]

  /// The limits of older firmware differ with the chip.
  private static let configuringAsBefore: MethodRows<WiFiScanModule> = [
    "feature": .isOlder,
    "asrTimeout": .isBeyond(0, 4...255, onASR: true),
    "timeout": .isBeyond(0, 120...5000, onASR: false),
    "asrRounds": .isBeyond(1, 1...3, onASR: true),
    "rounds": .isBeyond(1, 1...10, onASR: false),
    "asrLimit": .isBeyond(2, 4...30, onASR: true),
    "limit": .isBeyond(2, 1...300, onASR: false),
    "scanTimeout": .when { !(1...255).contains($1.int(3)) },
    "priority": .when { !(0...1).contains($1.int(4)) },
    "ok": .act { scan, call, board in
      scan.settings = ScanSettings(call, on: board.profile)
    },
  ]

  // MARK: A search beside the script

  private mutating func stop(on board: Board) {
    if let end { board.clock.cancel(end) }
    end = nil
  }

  private mutating func tell(on board: inout Board) {
    end = nil
    let found = settings.found(in: board.world)
    board.tell(
      callback, of: "wifiScan.setCallback.found", ["{count}": found[0], "{list}": found[1]])
  }

  mutating func end(_ end: PowerEnd, on board: inout Board) { stop(on: board) }

  fileprivate var isSearching: Bool { end != nil }
  fileprivate var isOff: Bool { !isOn }
}

/// How a search goes; at power-on as the vendor's example shows it.
private struct ScanSettings {
  var timeout = Duration.seconds(5)
  var rounds = 1
  /// How many access points are enough.
  var limit = 10
  /// How long one channel is listened to, in whatever unit; it changes nothing here.
  var scanTimeout = 1
  var priority = 0

  init() {}

  init(_ call: Call, on profile: ModuleProfile) {
    timeout = Self.unit(on: profile) * call.int(0)
    (rounds, limit, scanTimeout, priority) = (call.int(1), call.int(2), call.int(3), call.int(4))
  }

  /// What older firmware counts the timeout in.
  private static func unit(on profile: ModuleProfile) -> Duration {
    profile.isASR ? .seconds(1) : .milliseconds(1)
  }

  var seconds: Int { Int(timeout / .seconds(1)) }

  func values(on profile: ModuleProfile) -> [Int] {
    [Int(timeout / Self.unit(on: profile)), rounds, limit, scanTimeout, priority]
  }

  /// A round takes a second (ruled).
  var duration: Duration { min(timeout, .seconds(rounds)) }

  /// How many are found, and which: the strongest first.
  func found(in world: World) -> [GuestValue] {
    let sorted = world.accessPoints.sorted { $0.strength > $1.strength }.prefix(limit)
    return [.int(sorted.count), .list(sorted.map(\.value))]
  }
}

extension Row<WiFiScanModule> {
  /// A function that only older firmware has.
  fileprivate static var isOlder: Row { .when { _, _ in true } }
  fileprivate static var isOff: Row { .when { scan, _ in scan.isOff } }
  fileprivate static var isSearching: Row { .when { scan, _ in scan.isSearching } }

  fileprivate static func isBeyond(
    _ index: Int, _ range: ClosedRange<Int>, onASR: Bool
  ) -> Row {
    .when { $2.profile.isASR == onASR && !range.contains($1.int(index)) }
  }
}
