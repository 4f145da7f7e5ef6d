import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.Record`, one case for each row of `Profiles/outcomes/Record.json`.
enum RecordRow: String, CaseIterable {
  case initCount = "init.count"
  case initArguments = "init.arguments"
  case initOverflow = "init.overflow"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initTimer = "init.timer"
  case initAgain = "init.again"
  case initOK = "init.ok"
  case startCount = "start.count"
  case startName = "start.name"
  case startArguments = "start.arguments"
  case startOverflow = "start.overflow"
  case startBusy = "start.busy"
  case startChannel = "start.channel"
  case startFormat = "start.format"
  case startSeconds = "start.seconds"
  case startMP3 = "start.mp3"
  case startTimer = "start.timer"
  case startReplace = "start.replace"
  case startOpen = "start.open"
  case startOK = "start.ok"
  case stopArguments = "stop.arguments"
  case stopIdle = "stop.idle"
  case stopOK = "stop.ok"
  case pathArguments = "getFilePath.arguments"
  case pathEmpty = "getFilePath.empty"
  case pathAbsent = "getFilePath.absent"
  case pathOK = "getFilePath.ok"
  case dataArguments = "getData.arguments"
  case dataOverflow = "getData.overflow"
  case dataOpen = "getData.open"
  case dataInUse = "getData.inUse"
  case dataTooMuch = "getData.tooMuch"
  case dataBeyondEnd = "getData.beyondEnd"
  case dataSeek = "getData.seek"
  case dataHeap = "getData.heap"
  case dataRead = "getData.read"
  case dataOK = "getData.ok"
  case sizeCount = "getSize.count"
  case sizeArguments = "getSize.arguments"
  case sizeEmpty = "getSize.empty"
  case sizeInUse = "getSize.inUse"
  case sizeOpen = "getSize.open"
  case sizeNone = "getSize.size"
  case sizeOK = "getSize.ok"
  case deleteCount = "Delete.count"
  case deleteArguments = "Delete.arguments"
  case deleteInUse = "Delete.inUse"
  case deleteAbsent = "Delete.absent"
  case deleteOK = "Delete.ok"
  case existsArguments = "exists.arguments"
  case existsEmpty = "exists.empty"
  case existsAbsent = "exists.absent"
  case existsOK = "exists.ok"
  case busyArguments = "isBusy.arguments"
  case busyIdle = "isBusy.idle"
  case busyOK = "isBusy.ok"
  case callbackArguments = "end_callback.arguments"
  case callbackCallable = "end_callback.callable"
  case callbackOK = "end_callback.ok"
  case gainFeature = "gain.feature"
  case gainArguments = "gain.arguments"
  case gainOverflow = "gain.overflow"
  case gainCodec = "gain.codec"
  case gainDSP = "gain.dsp"
  case gainOK = "gain.ok"
  case dtxFeature = "amrEncDtx_enable.feature"
  case dtxArguments = "amrEncDtx_enable.arguments"
  case dtxOverflow = "amrEncDtx_enable.overflow"
  case dtxQuery = "amrEncDtx_enable.query"
  case dtxRange = "amrEncDtx_enable.range"
  case dtxOK = "amrEncDtx_enable.ok"
  case streamFeature = "stream_start.feature"
  case streamArguments = "stream_start.arguments"
  case streamOverflow = "stream_start.overflow"
  case streamBusy = "stream_start.busy"
  case streamChannel = "stream_start.channel"
  case streamParameter = "stream_start.parameter"
  case streamTimer = "stream_start.timer"
  case streamTaken = "stream_start.taken"
  case streamOK = "stream_start.ok"
  case readFeature = "stream_read.feature"
  case readCount = "stream_read.count"
  case readBuffer = "stream_read.buffer"
  case readArguments = "stream_read.arguments"
  case readOverflow = "stream_read.overflow"
  case readRefused = "stream_read.refused"
  case readOK = "stream_read.ok"
  case endFeature = "stream_stop.feature"
  case endArguments = "stream_stop.arguments"
  case endIdle = "stream_stop.idle"
  case endOK = "stream_stop.ok"
  case playFeature = "play.feature"
  case playCount = "play.count"
  case playBusy = "play.busy"
  case playArguments = "play.arguments"
  case playRefused = "play.refused"
  case playOK = "play.ok"
  case finaliseFeature = "__del__.feature"
  case finaliseArguments = "__del__.arguments"
  case finaliseOK = "__del__.ok"
}

extension Recorder {
  /// The most that one `getData` reads, in bytes; the page's "10 KB", which itself is allowed.
  static let dataLimit = 10240

  func applies(_ row: RecordRow, to call: Call, on board: Board) -> Bool {
    let record = board.profile.record
    switch row {
    case .initCount, .startCount, .sizeCount, .deleteCount, .readCount, .playCount:
      return call.countMismatch != nil
    case .initArguments, .startArguments, .stopArguments, .pathArguments, .dataArguments,
      .sizeArguments, .deleteArguments, .existsArguments, .busyArguments, .callbackArguments,
      .gainArguments, .dtxArguments, .streamArguments, .readArguments, .endArguments,
      .playArguments, .finaliseArguments:
      return call.mismatch != nil
    case .initOverflow, .startOverflow, .dataOverflow, .gainOverflow, .dtxOverflow,
      .streamOverflow, .readOverflow:
      return call.overflows

    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return asksForAbsentChannel(call, on: board)
    case .initTimer: return !board.timers.hasFree
    case .initAgain: return !objects.isEmpty

    case .startName: return call.hasWrongType(at: 0)
    case .startBusy:
      return board.policy == .observed
        ? isTaken(by: call) : isRecording || file(call, on: board).isHeld
    case .startChannel, .streamChannel:
      return !board.profile.record.channels.contains(channel(of: call))
    case .startFormat: return format(of: call, on: board) == nil
    case .startMP3: return format(of: call, on: board) == .mp3
    case .startSeconds: return call.int(1) < 1
    case .startReplace: return file(call, on: board).cannotBeReplaced
    case .startOpen: return !file(call, on: board).hasUsableName
    case .startTimer, .streamTimer: return !hasTimer(on: board)

    case .stopIdle: return !isRecording
    case .endIdle: return !isStreaming
    case .busyIdle: return !isBusy(call, on: board)

    case .pathEmpty, .sizeEmpty, .existsEmpty: return call.string(0).isEmpty
    case .pathAbsent, .existsAbsent, .deleteAbsent: return file(call, on: board).size == nil
    case .dataInUse, .sizeInUse: return isInUse(call, on: board)
    case .deleteInUse:
      return board.policy == .observed
        ? isBusy(call, on: board) : file(call, on: board).isHeld
    case .dataOpen, .sizeOpen: return file(call, on: board).size == nil
    case .sizeNone: return file(call, on: board).size == 0

    case .dataTooMuch: return !(0...Self.dataLimit).contains(call.int(2))
    case .dataBeyondEnd: return call.int(1) + call.int(2) > file(call, on: board).size ?? 0
    case .dataSeek: return call.int(1) < 0
    case .dataHeap: return call.heapFree < Self.dataLimit
    case .dataRead: return call.int(2) == 0

    case .callbackCallable: return call.arguments[0].function == nil

    case .gainFeature: return !record.gain
    case .gainCodec: return !(0...4).contains(call.int(0))
    case .gainDSP: return !(-36...12).contains(call.int(1))

    case .dtxFeature: return !record.amrDTX
    case .dtxQuery: return call.arguments.isEmpty
    case .dtxRange: return !(0...1).contains(call.int(0))

    case .streamFeature, .endFeature: return !record.stream.start
    case .readFeature: return !record.stream.read
    case .streamBusy:
      return board.policy == .observed ? isTaken(by: call) : isRecording
    case .streamParameter: return StreamRequest(call, policy: board.policy) == nil
    // The driver says so, once the ring, the callback and the timer are as for a stream.
    case .streamTaken: return false
    case .readBuffer: return call.bufferRoom == nil
    case .readRefused: return !canRead(call, on: board)

    case .playBusy: return isBusy(call, on: board)
    case .playRefused:
      return board.loudspeaker.isPlaying || board.clip(of: .file(call.string(0))) == nil

    case .initOK, .startOK, .stopOK, .pathOK, .dataOK, .sizeOK, .deleteOK, .existsOK, .busyOK,
      .callbackOK, .gainOK, .dtxOK, .streamOK, .readOK, .endOK, .playFeature, .playOK,
      .finaliseFeature, .finaliseOK:
      return true
    }
  }

  /// The observed firmware looks at the channel only if the script names one.
  private func asksForAbsentChannel(_ call: Call, on board: Board) -> Bool {
    if board.policy == .observed, call.arguments.isEmpty { return false }
    return !board.profile.record.channels.contains(call.requestedChannel!)
  }

  /// Whether a file may not be read: the observed firmware asks whether the recorder is busy, with
  /// whatever file.
  private func isInUse(_ call: Call, on board: Board) -> Bool {
    board.policy == .observed ? isBusy(call, on: board) : file(call, on: board).isInUse
  }

  /// Whether there is what `stream_read` can read from, and a buffer that takes as many bytes as are
  /// asked for. (The observed firmware writes past the end of a smaller one.)
  private func canRead(_ call: Call, on board: Board) -> Bool {
    guard hasStream(on: board), let room = call.bufferRoom else { return false }
    return call.int(1) >= 1 && call.int(1) <= room
  }
}

extension Call {
  /// The bytes that fit into the buffer that is the first argument; nil if it is none.
  fileprivate var bufferRoom: Int? {
    if case .buffer(let room) = arguments[0] { room } else { nil }
  }
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
