import AudioEngine
import DeviceEmulator
import ModuleProfiles

/// The objects of `audio.TTS`, which speaks texts.
struct SpeechPlayer {
  /// Whether each object is open still.
  fileprivate(set) var isOpen: [Bool] = []
  /// The last object; nil if the next one is made afresh.
  fileprivate var object: Int?
}

/// What stands behind each row of `TTS.json`.
extension AudioModule {
  static let speechMethods: [String: MethodRows<AudioModule>] = [
    "TTS.init": constructing, "TTS.init_": opening, "TTS.close": closing, "TTS.deinit": closing,
    "TTS.play": speaking, "TTS.stop": stopping, "TTS.stopAll": stoppingAll,
    "TTS.setCallback": hearing, "TTS.getVolume": tellingVolume, "TTS.setVolume": settingVolume,
    "TTS.getSpeed": tellingSpeed, "TTS.setSpeed": settingSpeed, "TTS.getState": tellingState,
    "TTS.__del__": finalising,
  ]

  /// The bytes that a text may have.
  private static let lengthLimit = 500

  private static let constructing: MethodRows<AudioModule> = [
    "device": .noDevice,
    "channel": .noChannel { $1.requestedChannel! }.then(making),
    "again": .when { audio, _, _ in audio.speech.object != nil }.then(making),
    "ok": making,
  ]

  private static let making = Row<AudioModule>.make { audio, _, product, board in
    guard product == .object else { return .done() }
    return .done(.object(audio.makeSpeaker(under: board.policy)))
  }

  /// The firmware has one object for all devices, and each construction sets its speed.
  private mutating func makeSpeaker(under policy: Policy) -> PeripheralID {
    if policy == .observed {
      loudspeaker.speed = Loudspeaker.usualSpeed
      if let object = speech.object { return PeripheralID(object) }
    }
    speech.isOpen.append(true)
    speech.object = speech.isOpen.count - 1
    return PeripheralID(speech.isOpen.count - 1)
  }

  private static let opening: MethodRows<AudioModule> = [
    "ok": .act { audio, call, _ in audio.speech.isOpen[call.objectNumber] = true }
  ]

  private static let closing: MethodRows<AudioModule> = [
    "ok": .act { audio, call, _ in audio.speech.isOpen[call.objectNumber] = false }
  ]

  private static let speaking: MethodRows<AudioModule> = [
    "mode": .when { TextEncoding(mode: $1.int(2)) == nil },
    "data": .when { $1.arguments[3].readableBytes == nil },
    "priority": .when { !PlayQueue.priorities.contains($1.int(0)) },
    "breakin": .when { !$1.hasPlayRange },
    "length": .when { $1.arguments[3].readableBytes!.count > lengthLimit },
    "closed": .when { audio, call, _ in !audio.speech.isOpen[call.objectNumber] },
    "text": .when { $1.spokenText == nil },
    "wrong": .when { $0.loudspeaker.goesWrong($1.int(0)) },
    "full": .queueIsFull, "queued": .hasToWait.then(queueing), "ok": queueing,
  ]

  private static let queueing = Row<AudioModule>.act { audio, call, board in
    _ = audio.play(PlayItem(.text(call.spokenText ?? ""), for: call), on: &board)
  }

  private static let stopping: MethodRows<AudioModule> = [
    "ok": .act { audio, _, board in audio.stopPlaying(.speech, on: &board) }
  ]

  private static let stoppingAll: MethodRows<AudioModule> = [
    "ok": .act { audio, _, board in audio.stopAll(.speech, on: &board) }
  ]

  private static let hearing: MethodRows<AudioModule> = [
    "callable": .noFunction.then(
      .act { audio, _, board in
        if board.policy == .observed { audio.loudspeaker.speech.function = nil }
      }),
    "ok": .act { audio, call, _ in
      audio.loudspeaker.speech.function = call.arguments[0].function
    },
  ]

  private static let tellingVolume: MethodRows<AudioModule> = [
    "ok": .make { audio, _, _, _ in .done(.int(audio.loudspeaker.speech.volume)) }
  ]

  private static let settingVolume: MethodRows<AudioModule> = [
    "range": .when { !(0...$0.loudspeaker.speech.topVolume).contains($1.int(0)) },
    "ok": .act { audio, call, _ in audio.loudspeaker.speech.volume = call.int(0) },
  ]

  private static let tellingSpeed: MethodRows<AudioModule> = [
    "ok": .make { audio, _, _, _ in .done(.int(audio.loudspeaker.speed)) }
  ]

  private static let settingSpeed: MethodRows<AudioModule> = [
    "range": .when { !(0...9).contains($1.int(0)) },
    "ok": .act { audio, call, _ in audio.loudspeaker.speed = call.int(0) },
  ]

  /// The callback and the object are forgotten; on ASR what waits as well, and speaking is stopped.
  private static let finalising: MethodRows<AudioModule> = [
    "feature": .common("ok")!,
    "ok": .act { audio, call, board in
      audio.speech.object = nil
      audio.loudspeaker.speech.function = nil
      guard board.profile.tts.queue else { return }
      audio.speech.isOpen[call.objectNumber] = false
      audio.stopAll(.speech, on: &board)
    },
  ]

  private static let tellingState: MethodRows<AudioModule> = [
    "speaking": .when { audio, _, _ in audio.loudspeaker.isPlaying(.speech) }
  ]
}

extension Call {
  /// What is to be spoken; nil if it is no text in its encoding. Then the firmware speaks nothing.
  fileprivate var spokenText: String? {
    TextEncoding(mode: int(2))!.decode(arguments[3].readableBytes!)
  }
}

/// How `TTS.play` takes its text.
enum TextEncoding: Int {
  case utf16BigEndian = 1
  case utf8 = 2
  case utf16LittleEndian = 3

  /// From the low four bits of a `mode`. Those above switch speech into a phone call.
  init?(mode: Int) { self.init(rawValue: mode & 0xF) }

  /// The text; nil if the bytes are none. UTF-16 comes as hexadecimal digits.
  func decode(_ bytes: [UInt8]) -> String? {
    if self == .utf8 { return String(validating: bytes, as: UTF8.self) }
    guard bytes.count % 4 == 0 else { return nil }
    var units: [UInt16] = []
    for start in stride(from: 0, to: bytes.count, by: 4) {
      guard let unit = Self.unit(bytes[start..<start + 4]) else { return nil }
      units.append(self == .utf16BigEndian ? unit : unit.byteSwapped)
    }
    return String(validating: units, as: UTF16.self)
  }

  private static func unit(_ digits: ArraySlice<UInt8>) -> UInt16? {
    digits.reduce(into: UInt16?.some(0)) { unit, digit in
      let value = Character(Unicode.Scalar(digit)).hexDigitValue
      unit = unit.flatMap { unit in value.map { unit << 4 | UInt16($0) } }
    }
  }
}
