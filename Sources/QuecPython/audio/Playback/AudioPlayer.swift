import AudioEngine
import DeviceEmulator
import ModuleProfiles

/// The objects of `audio.Audio`, which plays files from the flash.
struct AudioPlayer {
  fileprivate(set) var channels: [AudioChannel] = []
  /// The last object of each channel; nil if the next one is made afresh.
  fileprivate var objects: [AudioChannel: Int] = [:]

  /// The firmware has one object for each device.
  fileprivate mutating func makeObject(
    _ channel: AudioChannel, under policy: Policy
  ) -> PeripheralID {
    if policy == .observed, let number = objects[channel] { return PeripheralID(number) }
    channels.append(channel)
    objects[channel] = channels.count - 1
    return PeripheralID(channels.count - 1)
  }
}

/// What stands behind each row of `Audio.json`.
extension AudioModule {
  static let audioMethods: [String: MethodRows<AudioModule>] = [
    "Audio.init": constructing, "Audio.set_pa": setPA, "Audio.setSpeakerpaCallback": hearingPA,
    "Audio.play": playing, "Audio.stop": stopping, "Audio.stopAll": stoppingAll,
    "Audio.setCallback": hearing, "Audio.getState": [:], "Audio.getVolume": tellingVolume,
    "Audio.setVolume": settingVolume, "Audio.__del__": finalising,
  ]

  private static let constructing: MethodRows<AudioModule> = [
    "device": .noDevice,
    "channel": .noChannel { $1.requestedChannel! }.then(making),
    "again": .when { audio, call, _ in audio.player.objects[call.requestedChannel!] != nil }
      .then(making),
    "ok": making,
  ]

  private static let making = Row<AudioModule>.make { audio, call, product, board in
    guard product == .object, let channel = call.requestedChannel else { return .done() }
    audio.noteChannel(of: call, on: &board)
    return .done(.object(audio.player.makeObject(channel, under: board.policy)))
  }

  private static let setPA: MethodRows<AudioModule> = [
    "pulses": .when { $1.arguments.count == 2 },
    "pin": .when { $1.int(0) < 0 },
  ]

  private static let hearingPA: MethodRows<AudioModule> = [
    "ok": .act { audio, call, _ in
      audio.loudspeaker.amplifierFunction = call.arguments[0].function
    }
  ]

  private static let playing: MethodRows<AudioModule> = [
    "data": .when { $1.arguments[2].string == nil },
    // The firmware looks at no range, and goes wrong over some values while something plays.
    "range": .when { audio, call, board in
      switch board.policy {
      case .documented: !call.hasPlayRange
      case .observed: audio.loudspeaker.goesWrong(call.int(0))
      }
    },
    "channel": .noChannel { $0.player.channels[$1.objectNumber] },
    // The firmware looks at a file when its turn has come.
    "file": .when { audio, call, board in
      guard board.policy == .documented || audio.place(for: call.int(0), on: board) == .atOnce
      else { return false }
      return audio.clip(of: .file(call.string(2)), on: board) == nil
    }.lacking { _, call, board in board.problem(with: call.string(2)) },
    "full": .queueIsFull, "queued": .hasToWait.then(queueing), "ok": queueing,
  ]

  private static let queueing = Row<AudioModule>.make { audio, call, _, board in
    audio.play(PlayItem(.file(call.string(2)), for: call), on: &board) ? .done() : .instead("file")
  }

  private static let stopping: MethodRows<AudioModule> = [
    "ok": .act { audio, _, board in audio.stopPlaying(.audio, on: &board) }
  ]

  private static let stoppingAll: MethodRows<AudioModule> = [
    "ok": .act { audio, _, board in audio.stopAll(.audio, on: &board) }
  ]

  private static let hearing: MethodRows<AudioModule> = [
    "callable": .noFunction.then(
      .act { audio, _, board in
        if board.policy == .observed { audio.loudspeaker.audio.function = nil }
      }),
    "ok": .act { audio, call, _ in
      audio.loudspeaker.audio.function = call.arguments[0].function
    },
  ]

  private static let tellingVolume: MethodRows<AudioModule> = [
    "ok": .make { audio, _, _, _ in .done(.int(audio.loudspeaker.audio.volume)) }
  ]

  private static let settingVolume: MethodRows<AudioModule> = [
    "range": .when { !(0...$0.loudspeaker.audio.topVolume).contains($1.int(0)) },
    "ok": .act { audio, call, _ in audio.loudspeaker.audio.volume = call.int(0) },
  ]

  /// What waits and the callbacks are forgotten, and so is the object; a file that plays is stopped.
  private static let finalising: MethodRows<AudioModule> = [
    "feature": .common("ok")!,
    "ok": .act { audio, call, board in
      audio.player.objects[audio.player.channels[call.objectNumber]] = nil
      (audio.loudspeaker.audio.function, audio.loudspeaker.amplifierFunction) = (nil, nil)
      audio.stopAll(.audio, on: &board)
    },
  ]
}

extension Row<AudioModule> {
  /// What is to be played finds no place in the queue.
  static var queueIsFull: Row { .when { $0.place(for: $1.int(0), on: $2) == .nowhere } }

  /// What is to be played finds something that plays.
  static var hasToWait: Row { .when { $0.place(for: $1.int(0), on: $2) == .waiting } }
}

extension Board {
  /// Why a file that is there cannot be played; nil for one that is not.
  fileprivate func problem(with name: String) -> String? {
    guard let (bytes, path) = playable(name) else { return nil }
    if let format = UndecodedFormat(bytes) { return format.lack }
    do throws(AudioError) {
      _ = try AudioClip(bytes, name: path)
      return nil
    } catch {
      return error.message
    }
  }
}

extension Call {
  /// Whether the first two arguments of a `play` are a priority and a `breakin`.
  var hasPlayRange: Bool { PlayQueue.priorities.contains(int(0)) && (0...1).contains(int(1)) }
}
