import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.Audio`, one case for each row of `Profiles/outcomes/Audio.json`.
enum AudioRow: String, CaseIterable {
  case initArguments = "init.arguments"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initOK = "init.ok"
  case paArguments = "set_pa.arguments"
  case paPin = "set_pa.pin"
  case paOK = "set_pa.ok"
  case playArguments = "play.arguments"
  case playData = "play.data"
  case playRange = "play.range"
  case playChannel = "play.channel"
  case playFile = "play.file"
  case playFull = "play.full"
  case playQueued = "play.queued"
  case playOK = "play.ok"
  case stopArguments = "stop.arguments"
  case stopOK = "stop.ok"
  case stopAllArguments = "stopAll.arguments"
  case stopAllOK = "stopAll.ok"
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
}

/// `audio.Audio`: plays files from the flash.
struct AudioPlayer: Peripheral {
  private var channels: [AudioChannel] = []
  private var volume = 7

  var objectCount: Int { channels.count }

  private static func parameters(of method: DeviceMethod) -> ([Call.Parameter], optional: Int) {
    switch method {
    case .audioInit: ([.int], 1)
    case .audioPlay: ([.int, .int, .any], 0)
    case .audioSetCallback: ([.any], 0)
    case .audioSetVolume, .audioSetPA: ([.int], 0)
    default: ([], 0)
    }
  }

  func mismatch(of call: Call) -> String? {
    let (parameters, optional) = Self.parameters(of: call.method)
    return call.mismatch(with: parameters, optional: optional)
  }

  func applies(_ row: AudioRow, to call: Call, on board: Board) -> Bool {
    let channelsOfModel = board.profile.record.channels
    switch row {
    case .initArguments, .paArguments, .playArguments, .stopArguments, .stopAllArguments,
      .callbackArguments, .stateArguments, .volumeArguments, .setVolumeArguments:
      return mismatch(of: call) != nil
    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !channelsOfModel.contains(call.requestedChannel!)
    case .paPin: return call.int(0) < 0
    case .playData: return call.arguments[2].string == nil
    case .playRange: return call.playRequest == nil
    case .playChannel: return !channelsOfModel.contains(channels[call.object!.number])
    case .playFile: return clip(call, on: board) == nil
    case .playFull:
      return board.loudspeaker.mustWait(call.int(0)) && board.loudspeaker.isFull(call.int(0))
    case .playQueued: return board.loudspeaker.mustWait(call.int(0))
    case .callbackCallable: return call.arguments[0].function == nil
    case .setVolumeRange: return !(0...11).contains(call.int(0))
    case .initOK, .paOK, .playOK, .stopOK, .stopAllOK, .callbackOK, .stateOK, .volumeOK,
      .setVolumeOK:
      return true
    }
  }

  mutating func perform(
    _ row: AudioRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<AudioRow> {
    switch row {
    case .initOK, .initChannel:
      channels.append(call.requestedChannel!)
      return .done(.object(PeripheralID(channels.count - 1)))
    case .playOK: Loudspeaker.playNow(item(call, on: board), &board)
    case .playQueued: Loudspeaker.enqueue(item(call, on: board), &board)
    case .stopOK: Loudspeaker.stop(.audio, &board)
    case .stopAllOK: Loudspeaker.stopAll(&board)
    case .callbackOK, .callbackCallable:
      board.loudspeaker.audioFunction = call.arguments[0].function
    case .stateOK: return .done(.int(board.loudspeaker.isPlaying(.audio) ? 1 : 0))
    case .volumeOK: return .done(.int(volume))
    case .setVolumeOK: volume = call.int(0)
    default: break
    }
    return .done()
  }

  private func item(_ call: Call, on board: Board) -> Loudspeaker.Item {
    let request = call.playRequest!
    return Loudspeaker.Item(
      player: .audio, priority: request.priority, canBeInterrupted: request.canBeInterrupted,
      clip: clip(call, on: board)!, gain: .volume(volume, of: 11),
      path: RecordedFile(name: call.string(2), files: board.files).flashPath)
  }

  /// The sound of the file that `play` names; nil if it cannot be played.
  private func clip(_ call: Call, on board: Board) -> AudioClip? {
    let file = RecordedFile(name: call.string(2), files: board.files)
    guard let bytes = try? board.files.contents(of: file.flashPath) else { return nil }
    return try? AudioClip(bytes, name: file.path)
  }
}

/// What `play` of both players is asked for.
struct PlayRequest {
  let priority: Int
  let canBeInterrupted: Bool
}

extension Call {
  /// The first two arguments of `play`; nil if one is out of range.
  var playRequest: PlayRequest? {
    guard Loudspeaker.priorities.contains(int(0)), (0...1).contains(int(1)) else { return nil }
    return PlayRequest(priority: int(0), canBeInterrupted: int(1) == 1)
  }

  /// The channel that a constructor asks for, 0 if it says nothing; nil if there is no such device.
  var requestedChannel: AudioChannel? {
    AudioChannel(rawValue: arguments.isEmpty ? 0 : int(0))
  }
}

extension Gain {
  /// A volume setting: full at the top, 3 dB less a step, silent at 0 (ruled; nobody says).
  static func volume(_ level: Int, of top: Int) -> Gain {
    level == 0 ? .silence : Gain(decibels: Double(3 * (level - top)))
  }
}
