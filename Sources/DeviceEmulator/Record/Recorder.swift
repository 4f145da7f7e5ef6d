import AudioEngine
import EmulatedTime
import ModuleProfiles

/// The recorder of a module: one piece of hardware behind all `Record` objects.
struct Recorder: Peripheral {
  /// What one `Record` object holds of its own.
  struct Object {
    let channel: AudioChannel
    var function: Int?
  }

  /// A recording or stream in progress.
  private struct Recording {
    let number: Int
    let object: PeripheralID
    let session: RecordingSession
    let startedAt: Duration
    let target: Target
    let hasEnd: Bool
    /// The next look for new audio.
    var alarm: Alarm?
  }

  private enum Target {
    case file(RecordedFile)
    case stream(RingSink)

    /// How often it looks for new audio: a file at each frame of AMR, but less often if each look
    /// wakes the host; a stream as often as it says that data has come (ruled: the modules' own
    /// interval is not known).
    func interval(isLive: Bool) -> Duration {
      switch self {
      case .file: .milliseconds(isLive ? 100 : 20)
      case .stream: .milliseconds(100)
      }
    }

    /// What the person at the host and call-backs call it.
    var path: String {
      switch self {
      case .file(let file): file.path
      case .stream: "stream"
      }
    }

    var started: CallbackRow {
      switch self {
      case .file: .recordingStarted
      case .stream: .streamStarted
      }
    }

    func ended(hasFailed: Bool) -> CallbackRow {
      switch self {
      case .file: hasFailed ? .recordingFailed : .recordingEnded
      case .stream: hasFailed ? .streamFailed : .streamEnded
      }
    }
  }

  /// What one step of `code_gain` amounts to, in decibels (ruled; the page gives no unit).
  private static let codecStep = 6

  private(set) var objects: [Object] = []
  private var current: Recording?
  /// The ring of the last stream.
  private var ring: RingSink?
  private var lastNumber = 0
  /// The observed firmware keeps a busy flag of its own, which can differ from what really goes on:
  /// it can have forgotten a recording, or pretend that there is one until an alarm.
  private var hasForgotten = false
  private var pretence: Alarm?
  private var codecGain = 0
  private var dspGain = 0
  private var usesDTX = true

  var objectCount: Int { objects.count }

  /// What `isBusy` tells.
  var isBusy: Bool { pretence != nil || (current != nil && !hasForgotten) }

  /// Whether what goes on will end by itself.
  var hasEnd: Bool { current?.hasEnd ?? false }

  var isRecordingFile: Bool { if case .file = current?.target { true } else { false } }

  var isStreaming: Bool { if case .stream = current?.target { true } else { false } }

  /// Whether `stream_read` has something to read from: a running stream, or what one left over.
  var hasStream: Bool { isStreaming || ring.map { !$0.isEmpty } ?? false }

  func channel(of call: Call) -> AudioChannel { objects[call.objectNumber].channel }

  func fault(of row: RecordRow) -> Fault.What? { row.fault }

  // MARK: Acting on a row

  mutating func perform(
    _ row: RecordRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    switch row {
    case .initOK, .initAgain, .initChannel, .initTimer:
      guard product == .object else { break }
      return .done(.object(makeObject(call, on: &board)))
    case .startOK: return try start(call, on: &board)
    case .startFormat where board.policy == .observed: pretendBusy(call, on: board)
    case .stopOK, .endOK: stop(on: &board)
    case .pathOK: return .done(.string(file(call, on: board).path))
    case .dataOK: return read(call, as: product, on: board)
    case .sizeOK: return size(call, as: product, on: board)
    case .deleteOK: return file(call, on: board).remove() ? .done() : .instead([.deleteAbsent])
    case .callbackCallable where board.policy == .documented: break
    case .callbackOK, .callbackCallable:
      objects[call.objectNumber].function = call.arguments[0].function
    case .gainOK: (codecGain, dspGain) = (call.int(0), call.int(1))
    case .dtxQuery: return .done(.int(usesDTX ? 1 : 0))
    case .dtxOK: usesDTX = call.int(0) == 1
    case .streamOK: return try startStream(call, on: &board)
    case .readOK: return .done(.filled(ring!.read(upTo: call.int(1))))
    default: break
    }
    return .done()
  }

  /// Makes a `Record`. Under the observed policy there is one object, and making it again forgets its
  /// callback and that it is busy, while the recording goes on.
  private mutating func makeObject(_ call: Call, on board: inout Board) -> PeripheralID {
    let object = Object(channel: call.requestedChannel!)
    guard board.policy == .observed else {
      objects.append(object)
      return PeripheralID(objects.count - 1)
    }
    // This firmware's recordings use the one timer that its constructor takes.
    if objects.isEmpty { board.timers.take() }
    hasForgotten = current != nil
    stopPretending(on: board)
    objects = [object]
    return PeripheralID(0)
  }

  /// The observed firmware marks itself busy before it looks at the format, and forgets to undo it
  /// until its timer ends.
  private mutating func pretendBusy(_ call: Call, on board: Board) {
    pretence = board.alarm(board.clock.now + .seconds(max(call.int(1), 0)), .recorderIdle)
  }

  mutating func stopPretending(on board: Board) {
    if let pretence { board.clock.cancel(pretence) }
    pretence = nil
  }

  // MARK: Recording to a file

  private mutating func start(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    // The observed firmware can have forgotten that the hardware is taken.
    guard current == nil else { return .instead([.startOpen]) }
    let file = file(call, on: board)
    // The observed firmware does not look whether it could remove the old file.
    guard file.remove() || board.policy == .observed else { return .instead([.startReplace]) }
    guard let sink = file.create() else { return .instead([.startOpen]) }
    var hasBegun = false
    defer { if !hasBegun { file.discard() } }
    let plan = RecordingPlan(
      format: encoding(of: call.string(0), on: board), captureRate: 8000,
      frameLimit: Self.frameCount(seconds: call.int(1)), gain: gain)
    hasBegun = try begin(plan, sink: sink, target: .file(file), call, &board)
    return hasBegun ? .done() : .instead([.startOpen])
  }

  private func encoding(of name: String, on board: Board) -> RecordingFormat {
    switch RecordFileFormat(fileName: name) {
    case .wav: .wav(board.policy == .documented ? .plannedSizes : .unfinishedSizes)
    case .amr, nil: .amr(dtx: board.profile.record.amrDTX && usesDTX)
    }
  }

  private var gain: Gain { Gain(decibels: Double(codecGain * Self.codecStep + dspGain)) }

  // MARK: Streaming

  private mutating func startStream(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    guard current == nil else { return .instead([.streamBusy]) }
    let request = StreamRequest(call, policy: board.policy)!
    let sink = RingSink()
    let format: RecordingFormat =
      switch request.format {
      case .amrNB: .amrStream(dtx: board.profile.record.amrDTX && usesDTX)
      case .amrWB: .amrWideStream
      }
    let plan = RecordingPlan(
      format: format, captureRate: request.frameRate,
      frameLimit: request.seconds.map(Self.frameCount), gain: gain)
    ring = sink
    _ = try begin(plan, sink: sink, target: .stream(sink), call, &board)
    return .done()
  }

  // MARK: A recording's life

  /// The 20 ms frames of so many seconds.
  private static func frameCount(seconds: Int) -> Int {
    let (count, overflow) = seconds.multipliedReportingOverflow(by: 50)
    return overflow ? .max : count
  }

  /// Opens the microphone and begins; false if the sink takes nothing.
  private mutating func begin(
    _ plan: RecordingPlan, sink: any ByteSink, target: Target, _ call: Call, _ board: inout Board
  ) throws(HostFailure) -> Bool {
    let session = RecordingSession(
      plan: plan, microphone: board.microphone, sink: sink, encoderFault: board.encoderFault)
    do throws(RecordingFailure) {
      try session.open()
    } catch .sinkFull, .sinkFault {
      return false
    } catch {
      throw HostFailure(error.sentence)
    }
    if board.policy == .documented { board.timers.take() }
    lastNumber += 1
    hasForgotten = false
    let recording = Recording(
      number: lastNumber, object: call.object!, session: session, startedAt: board.clock.now,
      target: target, hasEnd: plan.frameLimit != nil)
    current = recording
    armNext(recording, on: board)
    tell(recording, of: target.started, length: 0, &board)
    return true
  }

  /// Sets the alarm for the next look, on the grid of the start, so that a late look does not shift
  /// the ones that follow.
  private mutating func armNext(_ recording: Recording, on board: Board) {
    let interval = recording.target.interval(isLive: board.microphone.isLive)
    let looks = (board.clock.now - recording.startedAt).attoseconds / interval.attoseconds
    let due = recording.startedAt + interval * (Int(looks) + 1)
    current?.alarm = board.alarm(due, .recording(recording.number))
  }

  /// Takes what audio has come since the last look.
  mutating func advance(_ number: Int, on board: inout Board) {
    guard let current, current.number == number else { return }
    let progress = current.session.advance(to: board.clock.now - current.startedAt)
    tellOfData(progress.byteCount, current, &board)
    if progress.state == .recording { armNext(current, on: board) } else { conclude(&board) }
  }

  /// Ends the recording; what has arrived so far is kept.
  mutating func stop(on board: inout Board) {
    guard let current else { return }
    let progress = current.session.stop(at: board.clock.now - current.startedAt)
    tellOfData(progress.byteCount, current, &board)
    conclude(&board)
  }

  /// The power goes: what was not synced is lost, and nobody hears of it.
  mutating func abandon(on board: Board) {
    current?.session.abandon()
    if let alarm = current?.alarm { board.clock.cancel(alarm) }
    stopPretending(on: board)
    current = nil
  }

  private func tellOfData(_ count: Int, _ recording: Recording, _ board: inout Board) {
    guard case .stream = recording.target, count > 0 else { return }
    tell(recording, of: .streamData, length: count, &board)
  }

  private func tell(
    _ recording: Recording, of row: CallbackRow, length: Int, _ board: inout Board
  ) {
    board.tell(
      objects[recording.object.number].function, of: row,
      ["{path}": .string(recording.target.path), "{length}": .int(length)])
  }

  private mutating func conclude(_ board: inout Board) {
    guard let recording = current else { return }
    current = nil
    hasForgotten = false
    if let alarm = recording.alarm { board.clock.cancel(alarm) }
    if board.policy == .documented { board.timers.release() }
    let report = recording.session.report
    var remarks = report.remarks(isSilenceMeant: board.microphone.isSilence)
    switch recording.target {
    case .file(let file): file.release()
    case .stream(let ring): remarks += ring.remarks
    }
    var hasFailed = false
    if case .failed(let reason) = recording.session.state {
      hasFailed = true
      board.notices.append("\(recording.target.path): the recording failed: \(reason.sentence)")
    }
    for remark in remarks { board.remark("\(recording.target.path): \(remark)") }
    let row = recording.target.ended(hasFailed: hasFailed)
    tell(recording, of: row, length: report.audioByteCount, &board)
  }

  // MARK: Reading recordings

  /// The file that the first argument names.
  func file(_ call: Call, on board: Board) -> RecordedFile {
    RecordedFile(name: call.string(0), files: board.files)
  }

  private func read(
    _ call: Call, as product: Outcome.Product?, on board: Board
  ) -> Performed<RecordRow> {
    switch file(call, on: board).read(at: call.int(1), count: call.int(2)) {
    case .bytes(let bytes):
      return .done(product == .bytearray ? .bytearray(bytes) : .bytes(bytes))
    case .cannotOpen: return .instead([.dataOpen])
    case .cannotSeek: return .instead([.dataSeek])
    case .cannotRead: return .instead([.dataRead])
    }
  }

  private func size(
    _ call: Call, as product: Outcome.Product?, on board: Board
  ) -> Performed<RecordRow> {
    let countsHeader = product == .rawSize || board.profile.record.sizeCountsHeader
    switch file(call, on: board).measure(countingHeader: countsHeader) {
    case .bytes(let size): return .done(.int(size))
    case .cannotOpen: return .instead([.sizeOpen])
    case .cannotMeasure: return .instead([.sizeNone])
    }
  }
}
