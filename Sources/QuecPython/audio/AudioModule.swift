import AudioEngine
import DeviceEmulator
import ModuleProfiles

/// The vendor module `audio`: a recorder, and two players that share a loudspeaker.
struct AudioModule: Peripheral {
  var recorder = Recorder()
  var player = AudioPlayer()
  var speech = SpeechPlayer()
  var loudspeaker: Loudspeaker
  /// On which channel scripts have made an object last, by its class.
  private var usedChannels: [Substring: AudioChannel] = [:]

  static let methods = recordMethods.merging(audioMethods) { $1 }.merging(speechMethods) { $1 }

  init(on board: inout Board) {
    loudspeaker = Loudspeaker(output: board.output, voice: board.voice)
  }

  func objectCount(of className: Substring) -> Int {
    switch className {
    case "Record": recorder.objects.count
    case "Audio": player.channels.count
    default: speech.isOpen.count
    }
  }

  var functions: [Int?] {
    [
      recorder.callback, loudspeaker.audio.function, loudspeaker.speech.function,
      loudspeaker.amplifierFunction,
    ]
  }

  var isWorking: Bool { recorder.hasEnd || loudspeaker.isPlaying }

  var keepsAwake: Bool { recorder.isRecording || loudspeaker.isPlaying }

  mutating func end(_ end: PowerEnd, on board: inout Board) {
    if end == .cut { recorder.abandon(on: board) } else { recorder.shutDown(on: &board) }
    quieten(on: &board)
    if end != .restart { closeLoudspeaker(on: board) }
  }

  /// Takes note of the channel that an object is made on: by the vendor's page those of `Record` and
  /// `Audio` should be the same.
  mutating func noteChannel(of call: Call, on board: inout Board) {
    usedChannels[call.method.className] = call.requestedChannel
    guard let audio = usedChannels["Audio"], let record = usedChannels["Record"], audio != record
    else { return }
    board.remarkOnce(
      "Audio(\(audio.rawValue)) and Record(\(record.rawValue)) use different channels")
  }
}

extension Call {
  /// The channel that a constructor asks for, 0 if it says nothing; nil if there is no such device.
  var requestedChannel: AudioChannel? {
    AudioChannel(rawValue: arguments.isEmpty ? 0 : int(0))
  }
}

extension Row<AudioModule> {
  /// The device that a constructor names is none.
  static var noDevice: Row { .when { $1.requestedChannel == nil } }

  /// What is given to be called back is no function.
  static var noFunction: Row { .when { $1.arguments[0].function == nil } }
}
