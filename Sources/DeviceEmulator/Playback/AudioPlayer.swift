import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.Audio`, one case for each row of `Profiles/outcomes/Audio.json`.
enum AudioRow: String, CaseIterable {
  case initArguments = "init.arguments"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initAgain = "init.again"
  case initOK = "init.ok"
  case paPulses = "set_pa.pulses"
  case paArguments = "set_pa.arguments"
  case paPin = "set_pa.pin"
  case paFailed = "set_pa.failed"
  case paOK = "set_pa.ok"
  case amplifierArguments = "setSpeakerpaCallback.arguments"
  case amplifierOK = "setSpeakerpaCallback.ok"
  case playArguments = "play.arguments"
  case playData = "play.data"
  case playRange = "play.range"
  case playChannel = "play.channel"
  case playFailed = "play.failed"
  case playFile = "play.file"
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
  case stateFailed = "getState.failed"
  case stateOK = "getState.ok"
  case volumeArguments = "getVolume.arguments"
  case volumeOK = "getVolume.ok"
  case setVolumeArguments = "setVolume.arguments"
  case setVolumeRange = "setVolume.range"
  case setVolumeFailed = "setVolume.failed"
  case setVolumeOK = "setVolume.ok"
}

/// `audio.Audio`: plays files from the flash.
struct AudioPlayer: Peripheral {
  private var channels: [AudioChannel] = []

  var objectCount: Int { channels.count }

  func applies(_ row: AudioRow, to call: Call, on board: Board) -> Bool {
    let channelsOfModel = board.profile.record.channels
    switch row {
    case .initArguments, .paArguments, .amplifierArguments, .playArguments, .stopArguments,
      .stopAllArguments, .callbackArguments, .stateArguments, .volumeArguments, .setVolumeArguments:
      return call.mismatch != nil
    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !channelsOfModel.contains(call.requestedChannel!)
    case .initAgain: return channels.contains(call.requestedChannel!)
    case .paPulses: return call.arguments.count == 2
    case .paPin: return call.int(0) < 0
    case .playData: return call.arguments[2].string == nil
    case .playRange: return hasWrongRange(call, on: board)
    case .playChannel: return !channelsOfModel.contains(channels[call.objectNumber])
    case .playFile: return isUnplayable(call, on: board)
    case .playFull: return board.place(for: call.int(0)) == .nowhere
    case .playQueued: return board.place(for: call.int(0)) == .waiting
    case .callbackCallable: return call.arguments[0].function == nil
    case .setVolumeRange: return !(0...board.loudspeaker.audio.topVolume).contains(call.int(0))
    // The hardware fails only when it is made to.
    case .paFailed, .playFailed, .stopFailed, .stopAllFailed, .callbackFailed, .stateFailed,
      .setVolumeFailed:
      return false
    case .initOK, .paOK, .amplifierOK, .playOK, .stopOK, .stopAllOK, .callbackOK, .stateOK,
      .volumeOK,
      .setVolumeOK:
      return true
    }
  }

  /// The firmware looks at no range, and goes wrong over some values while something plays.
  private func hasWrongRange(_ call: Call, on board: Board) -> Bool {
    switch board.policy {
    case .documented: !call.hasPlayRange
    case .observed: board.loudspeaker.goesWrong(call.int(0))
    }
  }

  /// The firmware looks at a file when its turn has come.
  private func isUnplayable(_ call: Call, on board: Board) -> Bool {
    guard board.policy == .documented || board.place(for: call.int(0)) == .atOnce else {
      return false
    }
    return board.clip(of: .file(call.string(2))) == nil
  }

  func lack(behind row: AudioRow, of call: Call, on board: Board) -> String? {
    guard row == .playFile else { return board.profile.lack(behind: row, of: call.method) }
    guard let (bytes, path) = board.playable(call.string(2)) else { return nil }
    return UndecodedFormat(bytes)?.lack ?? Self.problem(bytes, name: path)
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
    case .initOK, .initChannel, .initAgain:
      guard product == .object else { break }
      return .done(.object(makeObject(call.requestedChannel!, under: board.policy)))
    case .amplifierOK: board.loudspeaker.amplifierFunction = call.arguments[0].function
    case .playOK, .playQueued:
      let isDone = board.play(PlayItem(.file(call.string(2)), for: call))
      return isDone ? .done() : .instead([.playFile])
    case .stopOK: board.stopPlaying(.audio)
    case .stopAllOK: board.stopAll(.audio)
    case .callbackCallable where board.policy == .documented: break
    case .callbackOK, .callbackCallable:
      board.loudspeaker.audio.function = call.arguments[0].function
    case .volumeOK: return .done(.int(board.loudspeaker.audio.volume))
    case .setVolumeOK: board.loudspeaker.audio.volume = call.int(0)
    default: break
    }
    return .done()
  }

  /// The firmware has one object for each device.
  private mutating func makeObject(
    _ channel: AudioChannel, under policy: Policy
  ) -> PeripheralID {
    if policy == .observed, let number = channels.firstIndex(of: channel) {
      return PeripheralID(number)
    }
    channels.append(channel)
    return PeripheralID(channels.count - 1)
  }
}

extension Call {
  /// Whether the first two arguments of a `play` are a priority and a `breakin`.
  var hasPlayRange: Bool { PlayQueue.priorities.contains(int(0)) && (0...1).contains(int(1)) }
}
