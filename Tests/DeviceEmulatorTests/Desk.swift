import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

/// A module on a desk, its clock in our hand.
final class Desk {
  let model: Model
  let clock = VirtualClock()
  let device: DeviceEmulator
  /// What the callback has heard.
  let heard = Log<GuestValue>()
  /// What the person at the host was told.
  let notices = Log<String>()

  /// The classes of which there are objects.
  private var constructed: Set<Substring> = []

  static let callback = GuestValue.function(7)

  init(
    _ model: Model = .named("EC600N"), _ policy: Policy = .documented,
    microphone: any Microphone = ToneMicrophone(hertz: 440),
    loudspeaker: any AudioOutput = NullOutput(), voice: any Voice = TimedSilence(),
    photos: any PhotoReader = NoPhotos(), mounts: [ScriptFiles.Mount]? = nil,
    outcomes: OutcomeTable? = nil
  ) throws {
    self.model = model
    device = try DeviceEmulator(
      profile: .profile(model.profile()), policy: policy, microphone: microphone,
      loudspeaker: loudspeaker, voice: voice, photos: photos, clock: clock, mounts: mounts,
      outcomes: outcomes,
      notice: { [notices] in notices.append($0) })
  }

  var files: ScriptFiles { device.files }

  // MARK: Calls

  /// Makes a call on the first object, which it constructs on the model's first channel if need be.
  @discardableResult
  func call(
    _ method: DeviceMethod, _ arguments: GuestValue..., heapFree: Int = .max
  ) throws -> Answer {
    if !constructed.contains(method.className) { try construct(method.className) }
    return try on(0, method, arguments, heapFree: heapFree)
  }

  /// Makes a call on the object of a number.
  @discardableResult
  func on(
    _ object: Int, _ method: DeviceMethod, _ arguments: [GuestValue], heapFree: Int = .max
  ) throws -> Answer {
    Answer(
      try device.call(method, on: PeripheralID(object), arguments, heapFree: heapFree))
  }

  /// Constructs an object; without arguments on the model's first channel.
  @discardableResult
  func construct(_ name: Substring = "Record", _ arguments: [GuestValue]? = nil) throws -> Answer {
    constructed.insert(name)
    return Answer(
      try device.call(DeviceMethod("\(name).init"), arguments ?? [.int(model.channels[0])]))
  }

  // MARK: The surroundings

  /// Puts a file on the flash, as a script would.
  func write(_ bytes: [UInt8], to path: String = "/usr/a.wav") throws {
    let file = try files.open(path, mode: "wb")
    try files.write(file, bytes.span)
    try files.close(file)
  }

  func has(_ path: String) -> Bool { (try? files.status(of: path)) != nil }

  func wait(_ duration: Duration) { clock.advance(by: duration) }

  /// Records for a time, and gives the file's bytes.
  func record(_ name: String, seconds: Int) throws -> [UInt8] {
    #expect(try call("Record.start", .string(name), .int(seconds)) == 0)
    clock.advance(by: .seconds(seconds))
    return try files.contents(of: "/usr/" + name)
  }

  /// Plays a tenth of a second of sound.
  func play(_ priority: Int, _ breakin: Int) throws -> Answer {
    if !has("/usr/s.wav") {
      try write(sound(seconds: 0.1), to: "/usr/s.wav")
    }
    return try call("Audio.play", .int(priority), .int(breakin), "U:/s.wav")
  }

  /// Says a short text.
  func say(_ priority: Int, _ breakin: Int, _ text: String = "hello") throws -> Answer {
    try call("TTS.play", .int(priority), .int(breakin), 2, .string(text))
  }

  /// Fills `/usr` to the last byte, or but for so many blocks.
  func fillFlash(leaving spare: Int = 0) throws {
    let file = try files.open("/usr/full.bin", mode: "wb")
    defer { try? files.close(file) }
    // Of each block a few bytes go into the list of blocks.
    let count = try files.statistics(of: "/usr").freeBlockCount - spare
    var left = spare == 0 ? Int.max : count * 4080
    var piece = 65_536
    while left > 0 {
      let bytes = [UInt8](repeating: 1, count: min(piece, left))
      do {
        try files.write(file, bytes.span)
        left -= bytes.count
      } catch FlashError.noSpace {
        guard bytes.count > 1 else { return }
        piece = bytes.count / 2
      }
    }
  }

  /// Takes all timers that are left.
  func takeTimers() {
    while device.startTimer(period: .seconds(3600), isPeriodic: true, function: 1) != nil {}
  }

  /// Takes the call-backs that wait.
  func takeEvents() -> [GuestValue] {
    var events: [GuestValue] = []
    while let event = device.nextEvent() { events += event.arguments }
    return events
  }

  /// Has the first `Record` call back.
  func listen() throws {
    #expect(try call("Record.end_callback", Self.callback) == 0)
  }
}

/// Things that happened, in order; filled from any thread.
final class Log<Element: Sendable>: Sendable {
  private let elements = Monitor<[Element]>([])

  var all: [Element] { elements.withLock { $0 } }

  func append(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// What a file recording tells its callback.
func message(_ path: String, _ length: Int, _ state: Int) -> GuestValue {
  [.string(path), .int(length), .int(state)]
}

/// A WAV file of these frames.
func wav(_ frames: [Int16], frameRate: Int = 8000) -> [UInt8] {
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  let size = 2 * frames.count
  return Array("RIFF".utf8) + little(size + 36, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
    + little(1, 2) + little(1, 2) + little(frameRate, 4) + little(2 * frameRate, 4) + little(2, 2)
    + little(16, 2) + Array("data".utf8) + little(size, 4)
    + frames.flatMap { little(Int($0), 2) }
}

/// A WAV file of a tone of one level.
func sound(seconds: Double, level: Int16 = 1000, frameRate: Int = 8000) -> [UInt8] {
  wav([Int16](repeating: level, count: Int(seconds * Double(frameRate))), frameRate: frameRate)
}

/// The samples behind a 44-byte WAV header.
func samples(_ bytes: [UInt8]) -> [Int16] {
  stride(from: 44, to: bytes.count - 1, by: 2).map {
    Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
  }
}

/// A little-endian number of four bytes.
func number(_ bytes: [UInt8], at offset: Int) -> Int {
  (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
}
