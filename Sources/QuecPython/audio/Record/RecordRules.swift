import AudioEngine
import DeviceEmulator
import ModuleProfiles

/// `audio.Record`: what stands behind each row of `Record.json`.
extension AudioModule {
  static let recordMethods: [String: MethodRows<AudioModule>] = [
    "Record.init": constructing, "Record.start": starting, "Record.stop": stopping,
    "Record.getFilePath": naming, "Record.getData": reading, "Record.getSize": measuring,
    "Record.Delete": deleting, "Record.exists": finding, "Record.isBusy": asking,
    "Record.end_callback": listening, "Record.gain": amplifying,
    "Record.amrEncDtx_enable": silencing, "Record.stream_start": streaming,
    "Record.stream_read": draining, "Record.stream_stop": stopStreaming, "Record.play": replaying,
    "Record.__del__": finalising,
  ]

  private static let constructing: MethodRows<AudioModule> = [
    "arguments": .common("arguments")!.then(forgetting),
    "overflow": .common("overflow")!.then(forgetting), "device": .noDevice.then(forgetting),
    "channel": Row.when(orFault: .channel) { $0.recorder.asksForAbsentChannel($1, on: $2) }
      .lackingChannel.then(making),
    "timer": .when(orFault: .timer) { !$2.timers.hasFree }.then(making),
    "again": .when { audio, _, _ in !audio.recorder.objects.isEmpty }.then(making),
    "ok": making,
  ]

  private static let forgetting = Row<AudioModule>.act { audio, _, board in
    audio.recorder.forgetObject(on: board)
  }

  private static let making = Row<AudioModule>.make { audio, call, product, board in
    audio.recorder.forgetObject(on: board)
    guard product == .object else { return .done() }
    audio.noteChannel(of: call, on: &board)
    return .done(.object(audio.recorder.makeObject(call, on: &board)))
  }

  private static let starting: MethodRows<AudioModule> = [
    "name": .when { $1.hasWrongType(at: 0) },
    "busy": .when(orFault: .inUse) { audio, call, board in
      board.policy == .observed
        ? audio.recorder.isTaken(by: call)
        : audio.recorder.isRecording || audio.recorder.file(call, on: board).isHeld
    },
    "channel": .channelIsAbsent,
    "format": .when(orFault: .format) { $0.recorder.format(of: $1, on: $2) == nil },
    "seconds": .when { $1.int(1) < 1 },
    "mp3": .when { $0.recorder.format(of: $1, on: $2) == .mp3 }
      .then(.act { $0.recorder.startMP3($1, on: $2) }),
    // The observed firmware records without an end then.
    "timer": .timerIsTaken.then(
      .make { audio, call, _, board throws(HostFailure) in
        board.policy == .observed ? try audio.recorder.start(call, on: &board) : .done()
      }),
    "replace": .when { $0.recorder.file($1, on: $2).cannotBeReplaced },
    "open": .when { !$0.recorder.file($1, on: $2).hasUsableName },
    "ok": .make { audio, call, _, board throws(HostFailure) in
      try audio.recorder.start(call, on: &board)
    },
  ]

  private static let stopping: MethodRows<AudioModule> = [
    "idle": .when { audio, _, _ in !audio.recorder.isRecording },
    "ok": .act { $0.recorder.stop($1, stream: false, on: &$2) },
  ]

  private static let naming: MethodRows<AudioModule> = [
    "empty": .nameIsEmpty, "absent": .fileIsAbsent,
    "ok": .make { audio, call, _, board in
      .done(.string(audio.recorder.file(call, on: board).path))
    },
  ]

  private static let reading: MethodRows<AudioModule> = [
    "open": .fileIsAbsent, "inUse": .fileIsInUse,
    "tooMuch": .when { !(0...Recorder.dataLimit).contains($1.int(2)) },
    "beyondEnd": .when { $1.int(1) + $1.int(2) > $0.recorder.file($1, on: $2).size ?? 0 },
    "seek": .when { $1.int(1) < 0 },
    "heap": .when(orFault: .heap) { $1.heapFree < Recorder.dataLimit },
    "read": .when { $1.int(2) == 0 },
    "ok": .make { $0.recorder.read($1, as: $2, on: &$3) },
  ]

  private static let measuring: MethodRows<AudioModule> = [
    "empty": .nameIsEmpty, "inUse": .fileIsInUse, "open": .fileIsAbsent,
    "size": .when { $0.recorder.file($1, on: $2).size == 0 },
    "ok": .make { $0.recorder.size($1, as: $2, on: $3) },
  ]

  private static let deleting: MethodRows<AudioModule> = [
    "inUse": .when(orFault: .inUse) { audio, call, board in
      board.policy == .observed
        ? audio.recorder.isBusy(call, on: board) : audio.recorder.file(call, on: board).isHeld
    },
    "absent": .fileIsAbsent,
    "ok": .make { audio, call, _, board in audio.recorder.delete(call, on: board) },
  ]

  private static let finding: MethodRows<AudioModule> = [
    "empty": .nameIsEmpty, "absent": .fileIsAbsent,
  ]

  private static let asking: MethodRows<AudioModule> = [
    "idle": .when { !$0.recorder.isBusy($1, on: $2) }
  ]

  private static let listening: MethodRows<AudioModule> = [
    "callable": .noFunction.then(
      .act { audio, call, board in
        if board.policy == .observed { audio.recorder.listen(call) }
      }),
    "ok": .act { audio, call, _ in audio.recorder.listen(call) },
  ]

  private static let amplifying: MethodRows<AudioModule> = [
    "feature": .when { !$2.profile.record.gain },
    "codec": .when { !(0...4).contains($1.int(0)) },
    "dsp": .when { !(-36...12).contains($1.int(1)) },
    "ok": .act { audio, call, _ in audio.recorder.amplify(code: call.int(0), dsp: call.int(1)) },
  ]

  private static let silencing: MethodRows<AudioModule> = [
    "feature": .when { !$2.profile.record.amrDTX },
    "query": .when { $1.arguments.isEmpty }.then(
      .make { audio, _, _, _ in .done(.int(audio.recorder.usesDTX ? 1 : 0)) }),
    "range": .when { !(0...1).contains($1.int(0)) },
    "ok": .act { audio, call, _ in audio.recorder.usesDTX = call.int(0) == 1 },
  ]

  private static let streaming: MethodRows<AudioModule> = [
    "feature": .when { !$2.profile.record.stream.start },
    "busy": .when {
      $2.policy == .observed ? $0.recorder.isTaken(by: $1) : $0.recorder.isRecording
    },
    "channel": .channelIsAbsent,
    "parameter": .when { StreamRequest($1, policy: $2.policy) == nil }.then(
      .act { audio, call, board in
        if board.policy == .observed { audio.recorder.prepareStream(for: call) }
      }),
    "timer": .timerIsTaken.then(
      .make { audio, call, _, board throws(HostFailure) in
        board.policy == .observed ? try audio.recorder.startStream(call, on: &board) : .done()
      }),
    // The driver says so, once the ring, the callback and the timer are as for a stream.
    "taken": .never,
    "ok": .make { audio, call, _, board throws(HostFailure) in
      try audio.recorder.startStream(call, on: &board)
    },
  ]

  private static let draining: MethodRows<AudioModule> = [
    "feature": .when { !$2.profile.record.stream.read },
    "buffer": .when { $1.bufferRoom == nil },
    "refused": .when { !$0.recorder.canRead($1, on: $2) },
    "ok": .make { audio, call, _, _ in .done(.filled(audio.recorder.drain(call))) },
  ]

  private static let stopStreaming: MethodRows<AudioModule> = [
    "feature": .when { !$2.profile.record.stream.start },
    "idle": .when { audio, _, _ in !audio.recorder.isStreaming },
    "ok": .act { $0.recorder.stop($1, stream: true, on: &$2) },
  ]

  private static let replaying: MethodRows<AudioModule> = [
    "feature": .common("ok")!,
    "busy": .when { $0.recorder.isBusy($1, on: $2) },
    "refused": .when {
      $0.loudspeaker.isPlaying || $0.clip(of: .file($1.string(0)), on: $2) == nil
    },
    "ok": .make { audio, call, _, board in
      audio.play(PlayItem(recorded: call.string(0)), on: &board) ? .done() : .instead("refused")
    },
  ]

  private static let finalising: MethodRows<AudioModule> = [
    "feature": .common("ok")!,
    "ok": .act { audio, call, board in audio.recorder.finalise(call, on: &board) },
  ]
}

extension Row<AudioModule> {
  fileprivate static var channelIsAbsent: Row {
    .noChannel(orFault: .channel) { $0.recorder.channel(of: $1) }
  }

  fileprivate static var timerIsTaken: Row {
    .when(orFault: .timer) { audio, call, board in !audio.recorder.hasTimer(for: call, on: board) }
  }

  fileprivate static var nameIsEmpty: Row { .when { $1.string(0).isEmpty } }

  fileprivate static var fileIsAbsent: Row {
    .when { $0.recorder.file($1, on: $2).size == nil }
  }

  /// A file may not be read: the observed firmware asks whether the recorder is busy, with whatever file.
  fileprivate static var fileIsInUse: Row {
    .when(orFault: .inUse) { audio, call, board in
      board.policy == .observed
        ? audio.recorder.isBusy(call, on: board) : audio.recorder.file(call, on: board).isInUse
    }
  }
}

extension Recorder {
  /// The most that one `getData` reads, in bytes; the page's "10 KB", which itself is allowed.
  fileprivate static let dataLimit = 10240

  /// The observed firmware looks at the channel only if the script names one.
  fileprivate func asksForAbsentChannel(_ call: Call, on board: Board) -> Bool {
    if board.policy == .observed, call.arguments.isEmpty { return false }
    return !board.profile.record.channels.contains(call.requestedChannel!)
  }

  /// Whether there is what `stream_read` can read from, and a buffer that takes as many bytes as are
  /// asked for. (The observed firmware writes past the end of a smaller one.)
  fileprivate func canRead(_ call: Call, on board: Board) -> Bool {
    guard hasStream(on: board), let room = call.bufferRoom else { return false }
    return call.int(1) >= 1 && call.int(1) <= room
  }
}

extension Call {
  /// The bytes that fit into the buffer that is the first argument; nil if it is none.
  fileprivate var bufferRoom: Int? { arguments[0].bufferRoom }
}

/// The format that a recording's file name asks for.
enum RecordFileFormat: Equatable {
  case wav, amr
  /// The observed firmware knows the suffix and cannot record it.
  case mp3

  /// From the text after the last dot, case-sensitive; without a dot AMR; nil for anything else. The
  /// observed firmware looks at the first three letters, and takes no empty name.
  init?(fileName: String, policy: Policy) {
    guard let dot = fileName.lastIndex(of: ".") else {
      guard policy == .documented || !fileName.isEmpty else { return nil }
      self = .amr
      return
    }
    let suffix = fileName[fileName.index(after: dot)...]
    switch policy == .observed ? suffix.prefix(3) : suffix {
    case "wav": self = .wav
    case "amr": self = .amr
    case "mp3" where policy == .observed: self = .mp3
    default: return nil
    }
  }
}

/// The arguments of `stream_start`, checked.
struct StreamRequest: Equatable {
  /// What the script gets, by the value that the firmware gives the constant.
  enum Format: Int {
    case amrNB = 4
    case amrWB = 5
  }

  let format: Format
  /// The rate at which the microphone is heard.
  let frameRate: Int
  /// nil for no limit.
  let seconds: Int?

  /// The observed firmware takes a negative time for a very long one.
  init?(_ call: Call, policy: Policy) {
    let (rate, seconds) = (call.int(1), call.int(2))
    guard let format = Format(rawValue: call.int(0)), format == .amrNB || policy == .observed,
      rate == 8000 || rate == 16000, seconds >= 0 || policy == .observed
    else { return nil }
    self.format = format
    frameRate = rate
    self.seconds = seconds == 0 ? nil : seconds
  }
}
