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

  var objectCount: Int { channels.count }

  func applies(_ row: AudioRow, to call: Call, on board: Board) -> Bool {
    let channelsOfModel = board.profile.record.channels
    switch row {
    case .initArguments, .paArguments, .playArguments, .stopArguments, .stopAllArguments,
      .callbackArguments, .stateArguments, .volumeArguments, .setVolumeArguments:
      return call.mismatch != nil
    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !channelsOfModel.contains(call.requestedChannel!)
    case .paPin: return call.int(0) < 0
    case .playData: return call.arguments[2].string == nil
    case .playRange: return PlayRequest(call) == nil
    case .playChannel: return !channelsOfModel.contains(channels[call.objectNumber])
    case .playFile: return clip(call, on: board) == nil
    case .playFull:
      return board.loudspeaker.mustWait(call.int(0)) && board.loudspeaker.isFull(call.int(0))
    case .playQueued: return board.loudspeaker.mustWait(call.int(0))
    case .callbackCallable: return call.arguments[0].function == nil
    case .setVolumeRange: return !(0...board.loudspeaker.audio.topVolume).contains(call.int(0))
    case .initOK, .paOK, .playOK, .stopOK, .stopAllOK, .callbackOK, .stateOK, .volumeOK,
      .setVolumeOK:
      return true
    }
  }

  func lack(behind row: AudioRow, of call: Call, on board: Board) -> String? {
    guard row == .playFile else {
      return board.profile.lack(
        behind: row.rawValue.drop { $0 != "." }.dropFirst(), of: call.method)
    }
    let file = file(call, on: board)
    guard !file.isBeingWritten, let bytes = try? board.files.contents(of: file.flashPath) else {
      return nil
    }
    return UndecodedFormat(bytes)?.lack ?? Self.problem(bytes, name: file.path)
  }

  /// Why a file cannot be decoded.
  private static func problem(_ bytes: [UInt8], name: String) -> String? {
    do throws(AudioError) {
      _ = try AudioClip(bytes, name: name)
      return nil
    } catch {
      return error.message
    }
  }

  mutating func perform(
    _ row: AudioRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<AudioRow> {
    switch row {
    case .initOK, .initChannel:
      guard product == .object else { break }
      channels.append(call.requestedChannel!)
      return .done(.object(PeripheralID(channels.count - 1)))
    case .playOK: board.playNow(item(call, on: board))
    case .playQueued: board.enqueue(item(call, on: board))
    case .stopOK: board.stopPlaying(.audio)
    case .stopAllOK: board.stopPlaying()
    case .callbackCallable where board.policy == .documented: break
    case .callbackOK, .callbackCallable:
      board.loudspeaker.audio.function = call.arguments[0].function
    case .stateOK: return .done(.int(board.loudspeaker.isPlaying(.audio) ? 1 : 0))
    case .volumeOK: return .done(.int(board.loudspeaker.audio.volume))
    case .setVolumeOK: board.loudspeaker.audio.volume = call.int(0)
    default: break
    }
    return .done()
  }

  private func item(_ call: Call, on board: Board) -> Loudspeaker.Item {
    let request = PlayRequest(call)!
    return Loudspeaker.Item(
      player: .audio, priority: request.priority, canBeInterrupted: request.canBeInterrupted,
      clip: clip(call, on: board)!, path: file(call, on: board).flashPath)
  }

  /// The sound of the file that `play` names; nil if it cannot be played.
  private func clip(_ call: Call, on board: Board) -> AudioClip? {
    let file = file(call, on: board)
    guard !file.isBeingWritten, let bytes = try? board.files.contents(of: file.flashPath) else {
      return nil
    }
    return try? AudioClip(bytes, name: file.path)
  }

  private func file(_ call: Call, on board: Board) -> RecordedFile {
    RecordedFile(name: call.string(2), files: board.files)
  }
}
