import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The recorder of a module: one piece of hardware behind all `Record` objects.
struct Recorder {
  /// What one `Record` object holds of its own.
  struct Object {
    let channel: AudioChannel
    /// The observed firmware's flag, which can differ from what really goes on.
    var isBusy = false
    /// The timer that the last constructor took for it; nil if there was none left, or since `__del__`.
    var timer: Int?
    /// Whether it knows the callback.
    var hears = false
  }

  /// What the observed firmware keeps beside its driver, which alone knows what really is recorded.
  private struct Firmware {
    /// The flag that all objects share.
    var isRecording = false
    /// The object that constructing gives; nil if the next one is made afresh.
    var singleton: Int?
    /// The timers that run, each to end a recording.
    var limits: [Int: Limit] = [:]
    var lastTimer = 0
    /// Whether the stream knows the callback.
    var streamHears = false
  }

  /// A timer of the observed firmware that runs.
  private struct Limit {
    let alarm: Alarm
    let object: Int
    let endsStream: Bool
    let isFarOff: Bool
  }

  /// An end later than this is as good as none: a run waits for it no more than for that of an endless stream. A negative
  /// time is one of 49 days.
  private static let farOff = Duration.seconds(86_400)

  /// A recording or stream in progress.
  private struct Recording {
    let number: Int
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
      case .file: "Record.end_callback.started"
      case .stream: "Record.end_callback.streamStarted"
      }
    }

    func ended(hasFailed: Bool) -> CallbackRow {
      switch self {
      case .file: hasFailed ? "Record.end_callback.failed" : "Record.end_callback.ended"
      case .stream:
        hasFailed ? "Record.end_callback.streamFailed" : "Record.end_callback.streamEnded"
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
  /// The recorder has one callback: the last that was set, on whatever object.
  private(set) var callback: Int?
  private var firmware = Firmware()
  private var codecGain = 0
  private var dspGain = 0
  var usesDTX = true
  /// The sizes that `getSize` has told without the file's header, which `getData` counts.
  private var headerless: [String: (size: Int, header: Int)] = [:]
  private var hasToldOfHeader = false

  /// Whether something is recorded, file or stream.
  var isRecording: Bool { current != nil }

  /// Whether what goes on will end by itself.
  var hasEnd: Bool {
    current?.hasEnd ?? false || firmware.limits.values.contains { !$0.isFarOff }
  }

  var isStreaming: Bool { if case .stream = current?.target { true } else { false } }

  /// What `isBusy` tells.
  func isBusy(_ call: Call, on board: Board) -> Bool {
    board.policy == .observed ? objects[call.objectNumber].isBusy : isRecording
  }

  /// Whether the observed firmware begins nothing: its object or its module believes to record.
  func isTaken(by call: Call) -> Bool {
    objects[call.objectNumber].isBusy || firmware.isRecording
  }

  /// Whether there is a timer to end a recording.
  func hasTimer(for call: Call, on board: Board) -> Bool {
    board.policy == .observed
      ? objects[call.objectNumber].timer != nil : board.timers.hasFree
  }

  /// Whether `stream_read` has something to read from: a running stream, or what one left over. Under the
  /// observed policy the ring stays for ever.
  func hasStream(on board: Board) -> Bool {
    isStreaming || ring.map { board.policy == .observed || !$0.isEmpty } ?? false
  }

  func channel(of call: Call) -> AudioChannel { objects[call.objectNumber].channel }

  func format(of call: Call, on board: Board) -> RecordFileFormat? {
    RecordFileFormat(fileName: call.string(0), policy: board.policy)
  }

  /// Has a function hear of recordings.
  mutating func listen(_ call: Call) {
    callback = call.arguments[0].function
    objects[call.objectNumber].hears = true
  }

  /// Sets the level of the recordings to come.
  mutating func amplify(code: Int, dsp: Int) { (codecGain, dspGain) = (code, dsp) }

  /// Takes what waits in the ring.
  mutating func drain(_ call: Call) -> [UInt8] { ring!.read(upTo: call.int(1)) }

  /// Makes a `Record`. Under the observed policy all are the same object, and each takes a timer more.
  mutating func makeObject(_ call: Call, on board: inout Board) -> PeripheralID {
    var object = Object(channel: call.requestedChannel!)
    guard board.policy == .observed else {
      objects.append(object)
      return PeripheralID(objects.count - 1)
    }
    board.timers.take()
    firmware.lastTimer += 1
    object.timer = firmware.lastTimer
    if let number = firmware.singleton {
      objects[number] = object
      return PeripheralID(number)
    }
    objects.append(object)
    firmware.singleton = objects.count - 1
    return PeripheralID(objects.count - 1)
  }

  /// What the observed firmware's constructor does before it looks at its argument. The timer of before
  /// runs on, and the driver too.
  mutating func forgetObject(on board: Board) {
    guard board.policy == .observed else { return }
    guard let number = firmware.singleton else { return }
    (objects[number].isBusy, objects[number].hears) = (false, false)
  }

  /// Ends all, and has the next constructor make a new object. This one stays busy if it is, and has no timer any more.
  mutating func finalise(_ call: Call, on board: inout Board) {
    let object = call.objectNumber
    disarm(object, on: board)
    if objects[object].timer != nil { board.timers.release() }
    objects[object].timer = nil
    (firmware.singleton, firmware.isRecording) = (nil, false)
    (callback, firmware.streamHears) = (nil, false)
    end(on: &board)
    if board.profile.record.amrDTX { usesDTX = false }
  }

  // MARK: The timer of the observed firmware

  /// Marks the recorder as busy, and has a timer end it; without one it has no end.
  ///
  /// - Parameter seconds: Nil for no end. The timer counts milliseconds of 32 bits.
  private mutating func claim(_ call: Call, seconds: Int?, stream: Bool, on board: Board) {
    objects[call.objectNumber].isBusy = true
    firmware.isRecording = true
    guard let seconds, let timer = objects[call.objectNumber].timer else { return }
    disarm(call.objectNumber, on: board)
    let time = Duration.milliseconds(UInt32(truncatingIfNeeded: seconds * 1000))
    firmware.limits[timer] = Limit(
      alarm: board.alarm(at: board.clock.now + time) { (audio: inout AudioModule, board) in
        audio.recorder.reachLimit(timer, on: &board)
      }, object: call.objectNumber,
      endsStream: stream, isFarOff: time > Self.farOff)
  }

  private mutating func unclaim(_ object: Int) {
    objects[object].isBusy = false
    firmware.isRecording = false
  }

  /// Stops the object's timer of now, not those of earlier constructors.
  private mutating func disarm(_ object: Int, on board: Board) {
    guard let timer = objects[object].timer, let limit = firmware.limits.removeValue(forKey: timer)
    else { return }
    board.clock.cancel(limit.alarm)
  }

  /// The timer of a number is due.
  private mutating func reachLimit(_ timer: Int, on board: inout Board) {
    guard let limit = firmware.limits.removeValue(forKey: timer) else { return }
    if isStreaming == limit.endsStream { end(on: &board) }
    unclaim(limit.object)
  }

  /// `stop` and `stream_stop`. Under the observed policy each ends what it is for, and forgets that
  /// anything goes on.
  mutating func stop(_ call: Call, stream: Bool, on board: inout Board) {
    guard board.policy == .observed else { return end(on: &board) }
    if isStreaming == stream { end(on: &board) }
    unclaim(call.objectNumber)
    disarm(call.objectNumber, on: board)
  }

  // MARK: Recording to a file

  mutating func start(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed {
    let file = file(call, on: board)
    if board.policy == .observed {
      // This firmware does not look whether it could remove the old file.
      _ = file.remove()
      firmware.streamHears = objects[call.objectNumber].hears
      claim(call, seconds: call.int(1), stream: false, on: board)
    } else if !file.remove() {
      return .instead("replace")
    }
    guard try record(into: file, call, on: &board) else {
      if board.policy == .observed { stop(call, stream: false, on: &board) }
      return .instead("open")
    }
    return .done()
  }

  /// Begins to record into a file; false if the recorder or the flash refuses, and no file stays.
  private mutating func record(
    into file: RecordedFile, _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Bool {
    guard !isRecording, file.hasUsableName, let sink = file.create() else { return false }
    var hasBegun = false
    defer { if !hasBegun { file.discard() } }
    let plan = RecordingPlan(
      format: encoding(of: call, on: board), captureRate: 8000,
      frameLimit: frameLimit(seconds: call.int(1), on: board), gain: gain)
    hasBegun = try begin(plan, sink: sink, target: .file(file), &board)
    return hasBegun
  }

  /// The observed firmware removes the old file and marks itself busy before it finds that it cannot
  /// record this format, and leaves it so until its timer ends.
  mutating func startMP3(_ call: Call, on board: Board) {
    _ = file(call, on: board).remove()
    claim(call, seconds: call.int(1), stream: false, on: board)
  }

  private func encoding(of call: Call, on board: Board) -> RecordingFormat {
    switch format(of: call, on: board) {
    case .wav: .wav(board.policy == .documented ? .plannedSizes : .unfinishedSizes)
    case .amr, .mp3, nil: .amr(dtx: board.profile.record.amrDTX && usesDTX)
    }
  }

  private var gain: Gain { Gain(decibels: Double(codecGain * Self.codecStep + dspGain)) }

  // MARK: Streaming

  /// The observed firmware keeps its ring, and has the stream know of the callback, before it looks at
  /// the arguments.
  mutating func prepareStream(for call: Call) {
    if ring == nil { ring = RingSink() }
    firmware.streamHears = objects[call.objectNumber].hears
  }

  mutating func startStream(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed {
    let request = StreamRequest(call, policy: board.policy)!
    if board.policy == .observed {
      prepareStream(for: call)
      claim(call, seconds: request.seconds, stream: true, on: board)
    } else {
      ring = RingSink()
    }
    guard try stream(request, on: &board) else {
      if board.policy == .observed { stop(call, stream: true, on: &board) }
      return .instead("taken")
    }
    return .done()
  }

  private mutating func stream(
    _ request: StreamRequest, on board: inout Board
  ) throws(HostFailure) -> Bool {
    guard !isRecording else { return false }
    let format: RecordingFormat =
      switch request.format {
      case .amrNB: .amrStream(dtx: board.profile.record.amrDTX && usesDTX)
      case .amrWB: .amrWideStream
      }
    let plan = RecordingPlan(
      format: format, captureRate: request.frameRate,
      frameLimit: request.seconds.flatMap { frameLimit(seconds: $0, on: board) }, gain: gain)
    return try begin(plan, sink: ring!, target: .stream(ring!), &board)
  }

  // MARK: A recording's life

  /// The 20 ms frames of so many seconds; nil where a timer of the firmware's makes the end.
  private func frameLimit(seconds: Int, on board: Board) -> Int? {
    board.policy == .observed ? nil : seconds * 50
  }

  /// Opens the microphone and begins; false if the sink takes nothing.
  private mutating func begin(
    _ plan: RecordingPlan, sink: any ByteSink, target: Target, _ board: inout Board
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
    let recording = Recording(
      number: lastNumber, session: session, startedAt: board.clock.now, target: target,
      hasEnd: plan.frameLimit != nil)
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
    let number = recording.number
    current?.alarm = board.alarm(at: due) { (audio: inout AudioModule, board) in
      audio.recorder.advance(number, on: &board)
    }
  }

  /// Takes what audio has come since the last look.
  private mutating func advance(_ number: Int, on board: inout Board) {
    guard let current, current.number == number else { return }
    let progress = current.session.advance(to: board.clock.now - current.startedAt)
    tellOfData(progress.byteCount, current, &board)
    if progress.state == .recording { armNext(current, on: board) } else { conclude(&board) }
  }

  /// Ends the recording; what has arrived so far is kept.
  private mutating func end(on board: inout Board) {
    guard let current else { return }
    let progress = current.session.stop(at: board.clock.now - current.startedAt)
    tellOfData(progress.byteCount, current, &board)
    conclude(&board)
  }

  /// The module goes down in order: what has arrived so far is kept.
  mutating func shutDown(on board: inout Board) {
    end(on: &board)
    cancelLimits(on: board)
  }

  /// The power goes: what was not synced is lost, and nobody hears of it.
  mutating func abandon(on board: Board) {
    current?.session.abandon()
    if let alarm = current?.alarm { board.clock.cancel(alarm) }
    cancelLimits(on: board)
    current = nil
  }

  private mutating func cancelLimits(on board: Board) {
    for limit in firmware.limits.values { board.clock.cancel(limit.alarm) }
    firmware.limits = [:]
  }

  private func tellOfData(_ count: Int, _ recording: Recording, _ board: inout Board) {
    guard case .stream = recording.target, count > 0 else { return }
    tell(recording, of: "Record.end_callback.streamData", length: count, &board)
  }

  private func tell(
    _ recording: Recording, of row: CallbackRow, length: Int, _ board: inout Board
  ) {
    if board.policy == .observed, case .stream = recording.target, !firmware.streamHears { return }
    board.tell(
      callback, of: row,
      ["{path}": .string(recording.target.path), "{length}": .int(length)])
  }

  private mutating func conclude(_ board: inout Board) {
    guard let recording = current else { return }
    current = nil
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

  mutating func read(
    _ call: Call, as product: Outcome.Product?, on board: inout Board
  ) -> Performed {
    let file = file(call, on: board)
    switch file.read(at: call.int(1), count: call.int(2)) {
    case .bytes(let bytes):
      tellOfHeader(file, readUpTo: call.int(1) + call.int(2), &board)
      return .done(product == .bytearray ? .bytearray(bytes) : .bytes(bytes))
    case .cannotOpen: return .instead("open")
    case .cannotSeek: return .instead("seek")
    case .cannotRead: return .instead("read")
    }
  }

  mutating func size(
    _ call: Call, as product: Outcome.Product?, on board: Board
  ) -> Performed {
    let file = file(call, on: board)
    let countsHeader = product == .rawSize || board.profile.record.sizeCountsHeader
    switch file.measure(countingHeader: countsHeader) {
    case .bytes(let size, let header):
      headerless[file.path] = countsHeader || header == 0 ? nil : (size, header)
      return .done(.int(size))
    case .cannotOpen: return .instead("open")
    case .cannotMeasure: return .instead("size")
    }
  }

  /// Says once that a script which reads as many bytes as `getSize` told misses the last ones.
  private mutating func tellOfHeader(
    _ file: RecordedFile, readUpTo end: Int, _ board: inout Board
  ) {
    guard !hasToldOfHeader, let told = headerless[file.path], told.size == end else { return }
    hasToldOfHeader = true
    board.remark(
      "\(file.path): the script reads \(end) bytes, as getSize told, and misses the last "
        + "\(told.header): on the \(board.profile.series) getSize leaves the file header out and "
        + "getData counts it")
  }

  /// The observed firmware does not look whether it could remove the file.
  func delete(_ call: Call, on board: Board) -> Performed {
    file(call, on: board).remove() || board.policy == .observed
      ? .done() : .instead("absent")
  }
}
