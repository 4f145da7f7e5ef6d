import AudioEngine
import ModuleProfiles

/// The preconditions of `audio.Record`, one case for each row of `Profiles/outcomes/Record.json`.
enum RecordRow: String, CaseIterable {
  case initArguments = "init.arguments"
  case initDevice = "init.device"
  case initChannel = "init.channel"
  case initTimer = "init.timer"
  case initAgain = "init.again"
  case initOK = "init.ok"
  case startArguments = "start.arguments"
  case startBusy = "start.busy"
  case startChannel = "start.channel"
  case startFormat = "start.format"
  case startSeconds = "start.seconds"
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
  case dataOpen = "getData.open"
  case dataInUse = "getData.inUse"
  case dataTooMuch = "getData.tooMuch"
  case dataBeyondEnd = "getData.beyondEnd"
  case dataSeek = "getData.seek"
  case dataHeap = "getData.heap"
  case dataRead = "getData.read"
  case dataOK = "getData.ok"
  case sizeArguments = "getSize.arguments"
  case sizeEmpty = "getSize.empty"
  case sizeInUse = "getSize.inUse"
  case sizeOpen = "getSize.open"
  case sizeNone = "getSize.size"
  case sizeOK = "getSize.ok"
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
  case gainCodec = "gain.codec"
  case gainDSP = "gain.dsp"
  case gainOK = "gain.ok"
  case dtxFeature = "amrEncDtx_enable.feature"
  case dtxArguments = "amrEncDtx_enable.arguments"
  case dtxQuery = "amrEncDtx_enable.query"
  case dtxRange = "amrEncDtx_enable.range"
  case dtxOK = "amrEncDtx_enable.ok"
  case streamFeature = "stream_start.feature"
  case streamArguments = "stream_start.arguments"
  case streamBusy = "stream_start.busy"
  case streamChannel = "stream_start.channel"
  case streamParameter = "stream_start.parameter"
  case streamTimer = "stream_start.timer"
  case streamOK = "stream_start.ok"
  case readFeature = "stream_read.feature"
  case readArguments = "stream_read.arguments"
  case readRefused = "stream_read.refused"
  case readOK = "stream_read.ok"
  case endFeature = "stream_stop.feature"
  case endArguments = "stream_stop.arguments"
  case endIdle = "stream_stop.idle"
  case endOK = "stream_stop.ok"
}

extension Recorder {
  /// The most that one `getData` reads, in bytes; the page's "10 KB", which itself is allowed.
  static let dataLimit = 10240

  func applies(_ row: RecordRow, to call: Call, on board: Board) -> Bool {
    let record = board.profile.record
    switch row {
    case .initArguments, .startArguments, .stopArguments, .pathArguments, .dataArguments,
      .sizeArguments, .deleteArguments, .existsArguments, .busyArguments, .callbackArguments,
      .gainArguments, .dtxArguments, .streamArguments, .readArguments, .endArguments:
      return call.mismatch != nil

    case .initDevice: return call.requestedChannel == nil
    case .initChannel: return !record.channels.contains(call.requestedChannel!)
    case .initTimer: return objects.isEmpty && !board.timers.hasFree
    case .initAgain: return !objects.isEmpty

    case .startBusy: return isBusy || file(call, on: board).isInUse
    case .startChannel, .streamChannel: return !record.channels.contains(channel(of: call))
    case .startFormat: return RecordFileFormat(fileName: call.string(0)) == nil
    case .startSeconds: return call.int(1) < 1
    case .startReplace: return file(call, on: board).cannotBeReplaced
    case .startOpen: return !file(call, on: board).hasUsableName

    case .stopIdle: return !isRecordingFile
    case .endIdle: return !isStreaming
    case .busyIdle: return !isBusy

    case .pathEmpty, .sizeEmpty, .existsEmpty: return call.string(0).isEmpty
    case .pathAbsent, .existsAbsent, .deleteAbsent: return file(call, on: board).size == nil
    case .dataInUse, .sizeInUse, .deleteInUse: return file(call, on: board).isInUse
    case .dataOpen, .sizeOpen: return file(call, on: board).size == nil
    case .sizeNone: return file(call, on: board).size == 0

    case .dataTooMuch: return !(0...Self.dataLimit).contains(call.int(2))
    case .dataBeyondEnd:
      let (end, overflow) = call.int(1).addingReportingOverflow(call.int(2))
      return overflow || end > file(call, on: board).size ?? 0
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

    case .streamFeature, .readFeature, .endFeature: return !record.stream
    case .streamBusy: return isBusy
    case .streamParameter: return StreamRequest(call, policy: board.policy) == nil
    case .startTimer, .streamTimer: return !board.timers.hasFree
    case .readRefused: return !canRead(call)

    case .initOK, .startOK, .stopOK, .pathOK, .dataOK, .sizeOK, .deleteOK, .existsOK, .busyOK,
      .callbackOK, .gainOK, .dtxOK, .streamOK, .readOK, .endOK:
      return true
    }
  }

  /// Whether there is a stream, and a buffer that takes as many bytes as are asked for.
  private func canRead(_ call: Call) -> Bool {
    guard hasStream, case .buffer(let room) = call.arguments[0] else { return false }
    return call.int(1) >= 1 && call.int(1) <= room
  }
}

/// The format that a recording's file name asks for.
enum RecordFileFormat: Equatable {
  case wav, amr

  /// From the text after the last dot, case-sensitive; without a dot AMR; nil for anything else.
  init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: ".") else {
      self = .amr
      return
    }
    switch fileName[fileName.index(after: dot)...] {
    case "wav": self = .wav
    case "amr": self = .amr
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

  init?(_ call: Call, policy: Policy) {
    let (rate, seconds) = (call.int(1), call.int(2))
    guard let format = Format(rawValue: call.int(0)), format == .amrNB || policy == .observed,
      rate == 8000 || rate == 16000, seconds >= 0
    else { return nil }
    self.format = format
    frameRate = rate
    self.seconds = seconds == 0 ? nil : seconds
  }
}
