import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.TTS`, one case for each row of `Profiles/outcomes/TTS.json`.
enum SpeechRow: String, CaseIterable {
  case initArguments = "init.arguments"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initOK = "init.ok"
  case closeArguments = "close.arguments"
  case closeOK = "close.ok"
  case playArguments = "play.arguments"
  case playMode = "play.mode"
  case playData = "play.data"
  case playLength = "play.length"
  case playRange = "play.range"
  case playClosed = "play.closed"
  case playFull = "play.full"
  case playQueued = "play.queued"
  case playOK = "play.ok"
  case callbackArguments = "setCallback.arguments"
  case callbackCallable = "setCallback.callable"
  case callbackOK = "setCallback.ok"
  case stateArguments = "getState.arguments"
  case stateOK = "getState.ok"
  case volumeArguments = "getVolume.arguments"
  case volumeOK = "getVolume.ok"
  case setVolumeArguments = "setVolume.arguments"
  case setVolumeRange = "setVolume.range"
  case setVolumeOK = "setVolume.ok"
  case speedArguments = "getSpeed.arguments"
  case speedOK = "getSpeed.ok"
  case setSpeedArguments = "setSpeed.arguments"
  case setSpeedRange = "setSpeed.range"
  case setSpeedOK = "setSpeed.ok"
}

/// `audio.TTS`: speaks texts.
struct SpeechPlayer: Peripheral {
  /// How long a text may be, in bytes.
  private static let textLengths = 1...500

  /// Whether each object is open still.
  private var isOpen: [Bool] = []
  private var speed = 4

  var objectCount: Int { isOpen.count }

  func applies(_ row: SpeechRow, to call: Call, on board: Board) -> Bool {
    switch row {
    case .initArguments, .closeArguments, .playArguments, .callbackArguments, .stateArguments,
      .volumeArguments, .setVolumeArguments, .speedArguments, .setSpeedArguments:
      return call.mismatch != nil
    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !board.profile.record.channels.contains(call.requestedChannel!)
    case .playMode: return TextEncoding(rawValue: call.int(2)) == nil
    case .playData: return call.arguments[3].text == nil
    case .playLength: return !Self.textLengths.contains(call.arguments[3].text!.count)
    case .playRange: return PlayRequest(call) == nil
    case .playClosed: return !isOpen[call.objectNumber] || text(of: call) == nil
    case .playFull:
      return board.loudspeaker.mustWait(call.int(0)) && board.loudspeaker.isFull(call.int(0))
    case .playQueued: return board.loudspeaker.mustWait(call.int(0))
    case .callbackCallable: return call.arguments[0].function == nil
    case .setVolumeRange, .setSpeedRange: return !(0...9).contains(call.int(0))
    case .initOK, .closeOK, .playOK, .callbackOK, .stateOK, .volumeOK, .setVolumeOK, .speedOK,
      .setSpeedOK:
      return true
    }
  }

  mutating func perform(
    _ row: SpeechRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<SpeechRow> {
    switch row {
    case .initOK, .initChannel:
      guard product == .object else { break }
      isOpen.append(true)
      return .done(.object(PeripheralID(isOpen.count - 1)))
    case .closeOK: isOpen[call.objectNumber] = false
    case .playOK: board.playNow(item(call, on: board))
    case .playQueued: board.enqueue(item(call, on: board))
    case .callbackCallable where board.policy == .documented: break
    case .callbackOK, .callbackCallable:
      board.loudspeaker.speech.function = call.arguments[0].function
    case .stateOK: return .done(.int(board.loudspeaker.isPlaying(.speech) ? 1 : 0))
    case .volumeOK: return .done(.int(board.loudspeaker.speech.volume))
    case .setVolumeOK: board.loudspeaker.speech.volume = call.int(0)
    case .speedOK: return .done(.int(speed))
    case .setSpeedOK: speed = call.int(0)
    default: break
    }
    return .done()
  }

  private func item(_ call: Call, on board: Board) -> Loudspeaker.Item {
    let request = PlayRequest(call)!
    let text = text(of: call)!
    return Loudspeaker.Item(
      player: .speech, priority: request.priority, canBeInterrupted: request.canBeInterrupted,
      clip: board.loudspeaker.voice.speak(text, speed: speed)
        ?? TimedSilence.clip(for: text, speed: speed),
      path: nil)
  }

  private func text(of call: Call) -> String? {
    TextEncoding(rawValue: call.int(2))!.decode(call.arguments[3].text!)
  }
}

/// The `mode` of `TTS.play`.
enum TextEncoding: Int {
  case utf16BigEndian = 1
  case utf8 = 2
  case utf16LittleEndian = 3

  func decode(_ bytes: [UInt8]) -> String? {
    if self == .utf8 { return String(validating: bytes, as: UTF8.self) }
    guard bytes.count % 2 == 0 else { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return self == .utf16BigEndian ? first << 8 | second : second << 8 | first
    }
    return String(validating: units, as: UTF16.self)
  }
}

extension GuestValue {
  /// The bytes of a text, whether it came as str or as bytes.
  fileprivate var text: [UInt8]? { string.map { Array($0.utf8) } ?? bytes }
}
