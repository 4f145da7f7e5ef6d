import EmulatedTime
import FlashStorage
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("Updates of the application and of the firmware")
struct UpdateTests {
  private let clock = VirtualClock()
  private let notices = Monitor<[String]>([])

  private func device(
    _ profile: String = "EC600N", mounts: [ScriptFiles.Mount]? = nil
  ) throws -> DeviceEmulator {
    let device = try DeviceEmulator(
      profile: .named(profile), clock: clock, mounts: mounts,
      notice: { [notices] sentence in notices.withLock { $0.append(sentence) } })
    device.change(.serves("http://a/new", Array("new".utf8)))
    return device
  }

  private func write(_ text: String, to path: String, on device: DeviceEmulator) throws {
    let file = try device.files.open(path, mode: "w")
    try device.files.write(file, Array(text.utf8).span)
    try device.files.close(file)
  }

  private func text(_ path: String, on device: DeviceEmulator) -> String? {
    (try? device.files.contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func download(_ name: String, on device: DeviceEmulator) throws -> Answer {
    Answer(try device.call("app_fota_download.download", ["http://a/new", .string(name)]))
  }

  // MARK: The application

  @Test("What was downloaded takes its place at the start after the flag was set, and not before")
  func replaced() throws {
    let device = try device()
    try write("old", to: "/usr/app.py", on: device)
    #expect(try download("/usr/app.py", on: device) == 0)
    #expect(try download("/usr/lib/new.py", on: device) == 0)

    device.restart()
    #expect(text("/usr/app.py", on: device) == "old")

    try device.call("app_fota_download.set_update_flag")
    #expect(text("/usr/app.py", on: device) == "old")
    device.restart()
    #expect(text("/usr/app.py", on: device) == "new")
    #expect(text("/usr/lib/new.py", on: device) == "new")
    #expect(throws: FlashError.notFound) { try device.files.status(of: "/usr/.updater") }
    #expect(
      notices.withLock { $0 } == [
        "the module starts with an update of the application: /usr/app.py and 1 more"
      ])
  }

  @Test(
    "A flash that a module was switched off with is updated when the next is switched on with it")
  func replacedAtPowerOn() throws {
    let first = try device()
    _ = try download("/usr/app.py", on: first)
    try first.call("app_fota_download.set_update_flag")
    first.powerDown()
    let next = try device(mounts: first.files.mounts)
    #expect(text("/usr/app.py", on: next) == "new")
  }

  @Test("A file of which a part is missing takes no place, and one that is listed later does")
  func incomplete() throws {
    let device = try device()
    try write("old", to: "/usr/a.py", on: device)
    _ = try download("/usr/a.py", on: device)
    try device.call(
      "app_fota_download.update_download_stat", ["http://a/new", "/usr/a.py", 4])
    try write("by hand", to: "/usr/.updater/b.py", on: device)
    try device.call("app_fota_download.update_download_stat", ["x", "b.py", 7])
    try device.call("app_fota_download.set_update_flag")
    device.restart()
    #expect(text("/usr/a.py", on: device) == "old")
    #expect(text("/usr/b.py", on: device) == "by hand")
  }

  @Test("What is listed no more takes no place")
  func delisted() throws {
    let device = try device()
    _ = try download("/usr/a.py", on: device)
    try device.call("app_fota_download.delete_update_file", ["/usr/a.py"])
    try device.call("app_fota_download.set_update_flag")
    device.restart()
    #expect(text("/usr/a.py", on: device) == nil)
  }

  @Test("A download takes its time, and one of a file that waits already takes none")
  func duration() throws {
    let device = try device()
    let arguments: [GuestValue] = ["http://a/new", "/usr/a.py"]
    let first = try device.reply(to: "app_fota_download.download", arguments)
    #expect(first.due == .milliseconds(200) + .microseconds(30))
    #expect(try device.reply(to: "app_fota_download.download", arguments).due == nil)
  }

  @Test("What no server has is told, once")
  func absent() throws {
    let device = try device()
    for _ in 0..<2 {
      #expect(
        Answer(try device.call("app_fota_download.download", ["http://a/old", "/usr/a.py"])) == -1)
    }
    #expect(
      notices.withLock { $0 } == [
        "app_fota_download.download gave -1: nothing serves http://a/old: a scenario can, with "
          + "\"serves\""
      ])
  }

  // MARK: The firmware

  @Test("An image that was written and verified is carried out by the next start, once")
  func image() throws {
    let device = try device()
    _ = try device.call("fota.init")
    let fota = PeripheralID(0)
    for piece in 0..<3 {
      let bytes = GuestValue.bytes([UInt8](repeating: UInt8(piece), count: 100))
      #expect(Answer(try device.call("fota.write", on: fota, [bytes, 300])) == 0)
      #expect(Answer(try device.call("fota.verify", on: fota)) == (piece == 2 ? 0 : -1))
    }
    device.restart()
    device.restart()
    #expect(
      notices.withLock { $0 } == [
        "the module starts with a firmware update of 300 bytes, which qpyemu does not look into"
      ])
  }

  @Test("An image that was not verified, or written to since, is not carried out")
  func unverified() throws {
    let device = try device()
    _ = try device.call("fota.init")
    try device.call("fota.write", on: PeripheralID(0), [.bytes([1]), 1])
    try device.call("fota.verify", on: PeripheralID(0))
    try device.call("fota.write", on: PeripheralID(0), [.bytes([1]), 2])
    device.restart()
    #expect(notices.withLock { $0 } == [])
  }

  private func download(
    _ url: String, on device: DeviceEmulator, keepsOn: Bool = false
  ) throws -> (reply: Reply, told: [[GuestValue]], request: PowerRequest?) {
    _ = try device.call("fota.init", [.int(keepsOn ? 1 : 0)])
    let reply = try device.reply(
      to: "fota.httpDownload", on: PeripheralID(0), [.string(url), .none, .function(3)])
    #expect(device.isWorking)
    var told: [[GuestValue]] = []
    for _ in 0..<200 {
      clock.advance(by: .milliseconds(10))
      while let event = device.nextEvent() { told.append(event.arguments) }
    }
    return (reply, told, device.takePowerRequest())
  }

  private static let progress: [[GuestValue]] =
    (1...9).map { [.list([1, .int(10 * $0)])] } + [[.list([0, 100])]]

  @Test(
    "On the chips of ASR a download answers at once, tells how far it is, and restarts the module")
  func short() throws {
    let (reply, told, request) = try download("http://a/new", on: device(), keepsOn: true)
    #expect(Answer(reply.result) == 0 && reply.due == nil)
    #expect(told == Self.progress)
    #expect(request == .restart(.reset))
  }

  @Test("On others it answers when it is over, and a module that is to stay on stays on")
  func long() throws {
    let (reply, told, request) = try download("http://a/new", on: device("EC600U"), keepsOn: true)
    #expect(Answer(reply.result) == 0 && reply.due == .milliseconds(200) + .microseconds(30))
    #expect(told == Self.progress)
    #expect(request == nil)
  }

  @Test("A file that is nowhere is told as the code of the vendor's downloader")
  func missing() throws {
    let (reply, told, request) = try download("http://a/old", on: device())
    #expect(Answer(reply.result) == 0)
    #expect(told == [[.list([-1, 1006])]])
    #expect(request == nil)
  }

  @Test("A download that is cancelled tells nothing more")
  func cancelled() throws {
    let device = try device()
    _ = try device.call("fota.init")
    try device.call(
      "fota.httpDownload", on: PeripheralID(0), ["http://a/new", .none, .function(3)])
    #expect(Answer(try device.call("fota.download_cancel", on: PeripheralID(0))) == 0)
    clock.advance(by: .seconds(2))
    #expect(!device.hasEvent && !device.isWorking)
  }
}
