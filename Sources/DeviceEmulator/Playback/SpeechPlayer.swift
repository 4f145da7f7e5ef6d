import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.TTS`, one case for each row of `Profiles/outcomes/TTS.json`.
enum SpeechRow: String, CaseIterable {
  case initArguments = "init.arguments"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initAgain = "init.again"
  case initOK = "init.ok"
  case openArguments = "init_.arguments"
  case openFailed = "init_.failed"
  case openOK = "init_.ok"
  case closeArguments = "close.arguments"
  case closeFailed = "close.failed"
  case closeOK = "close.ok"
  case deinitArguments = "deinit.arguments"
  case deinitFailed = "deinit.failed"
  case deinitOK = "deinit.ok"
  case playArguments = "play.arguments"
  case playMode = "play.mode"
  case playData = "play.data"
  case playPriority = "play.priority"
  case playBreakin = "play.breakin"
  case playLength = "play.length"
  case playClosed = "play.closed"
  case playText = "play.text"
  case playWrong = "play.wrong"
  case playFailed = "play.failed"
  case playFull = "play.full"
  case playQueued = "play.queued"
  case playOK = "play.ok"
  case stopArguments = "stop.arguments"
  case stopFailed = "stop.failed"
  case stopOK = "stop.ok"
  case stopAllArguments = "stopAll.arguments"
  case stopAllFailed = "stopAll.failed"
  case stopAllOK = "stopAll.ok"
  case callbackArguments = "setCallback.arguments"
  case callbackCallable = "setCallback.callable"
  case callbackFailed = "setCallback.failed"
  case callbackOK = "setCallback.ok"
  case stateArguments = "getState.arguments"
  case stateSpeaking = "getState.speaking"
  case stateOK = "getState.ok"
  case volumeArguments = "getVolume.arguments"
  case volumeFailed = "getVolume.failed"
  case volumeOK = "getVolume.ok"
  case setVolumeArguments = "setVolume.arguments"
  case setVolumeRange = "setVolume.range"
  case setVolumeFailed = "setVolume.failed"
  case setVolumeOK = "setVolume.ok"
  case speedArguments = "getSpeed.arguments"
  case speedFailed = "getSpeed.failed"
  case speedOK = "getSpeed.ok"
  case setSpeedArguments = "setSpeed.arguments"
  case setSpeedRange = "setSpeed.range"
  case setSpeedFailed = "setSpeed.failed"
  case setSpeedOK = "setSpeed.ok"
}

/// `audio.TTS`: speaks texts.
struct SpeechPlayer: Peripheral {
  /// The bytes that a text may have.
  private static let lengthLimit = 500

  /// Whether each object is open still.
  private var isOpen: [Bool] = []

  var objectCount: Int { isOpen.count }

  func applies(_ row: SpeechRow, to call: Call, on board: Board) -> Bool {
    switch row {
    case .initArguments, .openArguments, .closeArguments, .deinitArguments, .playArguments,
      .stopArguments, .stopAllArguments, .callbackArguments, .stateArguments, .volumeArguments,
      .setVolumeArguments, .speedArguments, .setSpeedArguments:
      return call.mismatch != nil
    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !board.profile.record.channels.contains(call.requestedChannel!)
    case .initAgain: return !isOpen.isEmpty
    case .playMode: return TextEncoding(mode: call.int(2)) == nil
    case .playData: return call.arguments[3].text == nil
    case .playPriority: return !PlayQueue.priorities.contains(call.int(0))
    case .playBreakin: return !call.hasPlayRange
    case .playLength: return call.arguments[3].text!.count > Self.lengthLimit
    case .playClosed: return !isOpen[call.objectNumber]
    case .playText: return text(of: call) == nil
    case .playWrong: return board.loudspeaker.goesWrong(call.int(0))
    case .playFull: return board.place(for: call.int(0)) == .nowhere
    case .playQueued: return board.place(for: call.int(0)) == .waiting
    case .callbackCallable: return call.arguments[0].function == nil
    case .stateSpeaking: return board.loudspeaker.isPlaying(.speech)
    case .setVolumeRange: return !(0...board.loudspeaker.speech.topVolume).contains(call.int(0))
    case .setSpeedRange: return !(0...9).contains(call.int(0))
    // The hardware fails only when it is made to.
    case .openFailed, .closeFailed, .deinitFailed, .playFailed, .stopFailed, .stopAllFailed,
      .callbackFailed, .volumeFailed, .setVolumeFailed, .speedFailed, .setSpeedFailed:
      return false
    case .initOK, .openOK, .closeOK, .deinitOK, .playOK, .stopOK, .stopAllOK, .callbackOK,
      .stateOK, .volumeOK, .setVolumeOK, .speedOK, .setSpeedOK:
      return true
    }
  }

  mutating func perform(
    _ row: SpeechRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<SpeechRow> {
    switch row {
    case .initOK, .initChannel, .initAgain:
      guard product == .object else { break }
      return .done(.object(makeObject(on: &board)))
    case .openOK: isOpen[call.objectNumber] = true
    case .closeOK, .deinitOK: isOpen[call.objectNumber] = false
    case .playOK, .playQueued: _ = board.play(PlayItem(.text(text(of: call) ?? ""), for: call))
    case .stopOK: board.stopPlaying(.speech)
    case .stopAllOK: board.stopAll(.speech)
    case .callbackCallable where board.policy == .documented: break
    case .callbackOK, .callbackCallable:
      board.loudspeaker.speech.function = call.arguments[0].function
    case .volumeOK: return .done(.int(board.loudspeaker.speech.volume))
    case .setVolumeOK: board.loudspeaker.speech.volume = call.int(0)
    case .speedOK: return .done(.int(board.loudspeaker.speed))
    case .setSpeedOK: board.loudspeaker.speed = call.int(0)
    default: break
    }
    return .done()
  }

  /// The firmware has one object for all devices, and each construction sets its speed.
  private mutating func makeObject(on board: inout Board) -> PeripheralID {
    if board.policy == .observed {
      board.loudspeaker.speed = Loudspeaker.usualSpeed
      if !isOpen.isEmpty { return PeripheralID(0) }
    }
    isOpen.append(true)
    return PeripheralID(isOpen.count - 1)
  }

  /// What is to be spoken; nil if it is no text in its encoding. Then the firmware speaks nothing.
  private func text(of call: Call) -> String? {
    TextEncoding(mode: call.int(2))!.decode(call.arguments[3].text!)
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

extension GuestValue {
  /// The bytes of a text, whether it came as str, bytes or bytearray.
  fileprivate var text: [UInt8]? { string.map { Array($0.utf8) } ?? bytes }
}
