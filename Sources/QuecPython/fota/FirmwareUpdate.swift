import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The vendor module `fota`: an update of the firmware, written in pieces or downloaded, verified, and carried out when the
/// module starts next.
///
/// There is one place for it on the module, whichever object it comes through.
struct FirmwareUpdate: Peripheral {
  /// Whether each object keeps the module from restarting by itself.
  private var objects: [Bool] = []
  /// How many bytes were written, of how many.
  private var written = 0
  private var total = 0
  private var download: Download?

  /// What comes from a server.
  private struct Download {
    let callback: Int?
    var alarms: [Alarm] = []
  }

  /// How many times a download tells how far it is.
  private static let stages = 10
  /// How long a module goes on before it restarts for an update (ruled).
  private static let grace = Duration.seconds(1)
  /// The code of the vendor's downloader for a file that the server has not.
  private static let fileMissing = 1006

  init(on board: inout Board) { board.updateFirmware() }

  func objectCount(of className: Substring) -> Int { objects.count }

  var functions: [Int?] { [download?.callback] }

  var isWorking: Bool { download != nil }

  mutating func end(_ end: PowerEnd, on board: inout Board) { stop(on: board) }

  static let methods: [String: MethodRows<FirmwareUpdate>] = [
    "fota.init": [
      "ok": .make { update, call, _, _ in
        update.objects.append(call.int(0) != 0)
        return .done(.object(PeripheralID(update.objects.count - 1)))
      }
    ],
    "fota.write": [
      "size": .when { update, call in !update.hasRoom(for: call) },
      "ok": .act { update, call, board in update.take(call, on: &board) },
    ],
    "fota.flush": ["empty": .when { update, _ in update.written == 0 }],
    "fota.verify": [
      "incomplete": .when { update, _ in update.written == 0 || update.written < update.total },
      "ok": .act { update, _, board in board.memory.firmwareUpdate = update.written },
    ],
    "fota.httpDownload": downloading,
    "fota.download_cancel": [
      "idle": .when { update, _ in update.download == nil },
      "ok": .act { update, _, board in update.stop(on: board) },
    ],
  ]

  // MARK: In pieces

  /// An image of another size is another image.
  private func isNew(_ size: Int) -> Bool { size != total || written == total }

  private func hasRoom(for call: Call) -> Bool {
    let (count, size) = (call.arguments[0].readableBytes?.count ?? 0, call.int(1))
    return count > 0 && (isNew(size) ? 0 : written) + count <= size
  }

  private mutating func take(_ call: Call, on board: inout Board) {
    if isNew(call.int(1)) { (written, total) = (0, call.int(1)) }
    written += call.arguments[0].readableBytes?.count ?? 0
    board.memory.firmwareUpdate = nil
  }

  // MARK: From a server

  private static let downloading: MethodRows<FirmwareUpdate> = [
    "url": .when { _, call in call.urls == nil },
    "stages": .when { _, call, board in call.urls?.count == 2 && !board.profile.isASR },
    "busy": .when { update, _ in update.download != nil },
    "offline": .when { !$2.world.modem.passesData },
    "absent": .never,
    "ok": .make { update, call, _, board in
      update.begin(call.urls ?? [], by: call, on: &board)
    },
  ]

  /// On the chips of ASR the answer comes at once and the callback tells the rest, but for an update in two stages; elsewhere
  /// the answer comes at the end.
  private mutating func begin(
    _ urls: [String], by call: Call, on board: inout Board
  ) -> Performed {
    let isShort = board.profile.isASR && urls.count == 1
    var byteCount: Int? = 0
    for url in urls {
      byteCount = byteCount.flatMap { all in board.world.served[url].map { all + $0.count } }
    }
    if byteCount == nil { remarkAbsence(of: urls, on: &board) }
    guard isShort || byteCount != nil else { return .instead("absent") }
    let restarts = board.profile.isASR || !objects[call.objectNumber]
    let due = start(
      byteCount, tells: urls.count == 1 ? call.arguments[2].function : nil, restarts: restarts,
      on: board)
    return isShort ? .done() : .takes(until: due, .int(0))
  }

  private func remarkAbsence(of urls: [String], on board: inout Board) {
    let url = urls.first { board.world.served[$0] == nil } ?? ""
    board.remarkOnce("nothing serves \(url): a scenario can, with \"serves\"")
  }

  /// Has a download take its course.
  ///
  /// - Parameter byteCount: Nil if the server has no such file.
  /// - Returns: When it is over.
  private mutating func start(
    _ byteCount: Int?, tells callback: Int?, restarts: Bool, on board: Board
  ) -> Duration {
    var download = Download(callback: callback)
    let duration = World.transferTime(of: byteCount ?? 0)
    let now = board.clock.now
    func at(_ due: Duration, _ act: @escaping @Sendable (inout FirmwareUpdate, inout Board) -> Void)
    {
      download.alarms.append(board.alarm(at: due, act))
    }
    if byteCount != nil {
      for stage in 1..<Self.stages {
        at(now + duration * stage / Self.stages) { $0.tell(1, 100 * stage / Self.stages, on: &$1) }
      }
    }
    at(now + duration) { $0.finish(byteCount, restarts: restarts, on: &$1) }
    self.download = download
    return now + duration
  }

  private func tell(_ status: Int, _ progress: Int, on board: inout Board) {
    board.tell(
      download?.callback, of: "fota.httpDownload.progress",
      ["{status}": .int(status), "{progress}": .int(progress)])
  }

  private mutating func finish(_ byteCount: Int?, restarts: Bool, on board: inout Board) {
    if byteCount == nil { tell(-1, Self.fileMissing, on: &board) } else { tell(0, 100, on: &board) }
    download = nil
    guard let byteCount else { return }
    board.memory.firmwareUpdate = byteCount
    guard restarts else { return }
    _ = board.alarm(at: board.clock.now + Self.grace) {
      (_: inout FirmwareUpdate, board: inout Board) in
      board.powerRequest = .restart(.reset)
    }
  }

  private mutating func stop(on board: Board) {
    for alarm in download?.alarms ?? [] { board.clock.cancel(alarm) }
    download = nil
  }
}

extension Call {
  /// The addresses that a download is given, one or two; nil if the first is none.
  fileprivate var urls: [String]? {
    guard let first = arguments[0].string else { return nil }
    return [first] + (arguments[1].string.map { [$0] } ?? [])
  }
}

extension Board {
  /// Does what a module's boot does about an update of the firmware that was verified.
  ///
  /// What is in it only the module's maker knows, so the firmware is afterwards as it was.
  mutating func updateFirmware() {
    guard let byteCount = memory.firmwareUpdate else { return }
    memory.firmwareUpdate = nil
    remark(
      "the module starts with a firmware update of \(byteCount) bytes, which qpyemu does not look into"
    )
  }
}
