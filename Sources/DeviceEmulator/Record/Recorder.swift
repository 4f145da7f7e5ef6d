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
  private struct Task {
    let number: Int
    let object: PeripheralID
    let session: RecordingSession
    let startedAt: Duration
    let interval: Duration
    let target: Target
    let hasEnd: Bool

    enum Target {
      case file(RecordedFile)
      case stream(RingSink)
    }
  }

  /// How often a file recording looks for new audio: one frame of AMR.
  private static let fileInterval = Duration.milliseconds(20)
  /// How often a stream says that data has come; the modules' own interval is not known (ruled).
  private static let streamInterval = Duration.milliseconds(100)
  /// What one step of `code_gain` amounts to, in decibels (ruled; the page gives no unit).
  private static let codecStep = 6

  private(set) var objects: [Object] = []
  private var task: Task?
  private var ring: RingSink?
  private var lastTask = 0
  /// The observed firmware keeps a flag of its own, which can differ from what really goes on.
  private var pretendsBusy = false
  private var forgotBusy = false
  private var codecGain = 0
  private var dspGain = 0
  private var usesDTX = true

  var objectCount: Int { objects.count }

  var isBusy: Bool { pretendsBusy || (task != nil && !forgotBusy) }

  /// Whether audio is coming in, whatever the busy flag says.
  var isRunning: Bool { task != nil }

  /// Whether it will end by itself.
  var hasEnd: Bool { task?.hasEnd ?? false }

  var isRecordingFile: Bool { if case .file = task?.target { true } else { false } }

  var isStreaming: Bool { if case .stream = task?.target { true } else { false } }

  /// Whether `stream_read` has something to read from: a running stream, or what one left over.
  var hasStream: Bool { isStreaming || ring.map { !$0.isEmpty } ?? false }

  func channel(of call: Call) -> AudioChannel { object(of: call).channel }

  /// Under the observed policy the timer was taken by the constructor.
  func needsTimer(on board: Board) -> Bool {
    board.policy == .documented && !board.timers.hasFree
  }

  private func object(of call: Call) -> Object { objects[call.object!.number] }

  // MARK: Acting on a row

  mutating func perform(
    _ row: RecordRow, making product: Outcome.Product?, for call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    switch row {
    case .initOK, .initAgain, .initChannel, .initTimer:
      return .done(.object(makeObject(call, on: &board)))
    case .startOK: return try start(call, on: &board)
    case .startFormat: pretendBusy(call, on: board)
    case .stopOK, .endOK: stop(on: &board)
    case .pathOK: return .done(.string(RecordedFile(name: call.string(0), files: board.files).path))
    case .dataOK: return read(call, as: product, on: board)
    case .sizeOK: return size(call, as: product, on: board)
    case .deleteOK:
      let file = RecordedFile(name: call.string(0), files: board.files)
      return file.remove() ? .done() : .instead([.deleteAbsent])
    case .callbackOK, .callbackCallable:
      objects[call.object!.number].function = call.arguments[0].function
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
    if objects.isEmpty { board.timers.take() }
    forgotBusy = task != nil
    pretendsBusy = false
    objects = [object]
    return PeripheralID(0)
  }

  /// The observed firmware marks itself busy before it looks at the format, and forgets to undo it
  /// until its timer ends.
  private mutating func pretendBusy(_ call: Call, on board: Board) {
    guard board.policy == .observed else { return }
    pretendsBusy = true
    _ = board.alarm(board.clock.now + .seconds(max(call.int(1), 0)), .recorderIdle)
  }

  mutating func stopPretending() { pretendsBusy = false }

  // MARK: Recording to a file

  private mutating func start(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    guard task == nil else { return .instead([.startOpen]) }
    let file = RecordedFile(name: call.string(0), files: board.files)
    if file.size != nil, !file.remove() { return .instead([.startReplace, .startOpen]) }
    guard let sink = file.create() else { return .instead([.startOpen]) }
    let plan = RecordingPlan(
      format: encoding(of: call.string(0), on: board), captureRate: 8000,
      frameLimit: Self.frameCount(seconds: call.int(1)), gain: gain(on: board))
    do throws(BeginFailure) {
      try begin(plan, sink: sink, target: .file(file), interval: Self.fileInterval, call, &board)
    } catch {
      guard case .host(let failure) = error else { return .instead([.startOpen]) }
      throw failure
    }
    board.post(object(of: call).function, .list([.string(file.path), .int(0), .int(0)]))
    return .done()
  }

  private func encoding(of name: String, on board: Board) -> RecordingFormat {
    switch RecordFileFormat(fileName: name) {
    case .wav: .wav(board.policy == .documented ? .correctSizes : .unfinishedSizes)
    case .amr, nil: .amr(dtx: board.profile.record.amrDTX && usesDTX)
    }
  }

  private func gain(on board: Board) -> Gain {
    Gain(decibels: Double(codecGain * Self.codecStep + dspGain))
  }

  // MARK: Streaming

  private mutating func startStream(
    _ call: Call, on board: inout Board
  ) throws(HostFailure) -> Performed<RecordRow> {
    let request = StreamRequest(call, policy: board.policy)!
    let sink = RingSink()
    let plan = RecordingPlan(
      format: .amrStream(dtx: board.profile.record.amrDTX && usesDTX),
      captureRate: request.frameRate,
      frameLimit: request.seconds.map(Self.frameCount), gain: gain(on: board))
    do throws(BeginFailure) {
      try begin(
        plan, sink: sink, target: .stream(sink), interval: Self.streamInterval, call, &board)
    } catch {
      guard case .host(let failure) = error else { return .instead([.streamParameter]) }
      throw failure
    }
    ring = sink
    board.post(object(of: call).function, .list([.string("stream"), .int(0), .int(0)]))
    return .done()
  }

  // MARK: A task's life

  /// The 20 ms frames of so many seconds.
  private static func frameCount(seconds: Int) -> Int {
    seconds.multipliedReportingOverflow(by: 50).partialValue
  }

  private enum BeginFailure: Error {
    case sink
    case host(HostFailure)
  }

  private mutating func begin(
    _ plan: RecordingPlan, sink: any ByteSink, target: Task.Target, interval: Duration,
    _ call: Call, _ board: inout Board
  ) throws(BeginFailure) {
    let session = RecordingSession(plan: plan, microphone: board.microphone, sink: sink)
    do throws(RecordingFailure) {
      try session.open()
    } catch .sinkFull, .sinkFault {
      throw .sink
    } catch {
      throw .host(HostFailure(error.sentence))
    }
    if board.policy == .documented { board.timers.take() }
    lastTask += 1
    forgotBusy = false
    task = Task(
      number: lastTask, object: call.object!, session: session, startedAt: board.clock.now,
      interval: interval, target: target, hasEnd: plan.frameLimit != nil)
    armNext(on: board)
  }

  private func armNext(on board: Board) {
    guard let task else { return }
    // Kept on the grid of the start, so that a late look does not shift the ones that follow.
    let looks = (board.clock.now - task.startedAt) / task.interval
    let due = task.startedAt + task.interval * (Int(looks) + 1)
    _ = board.alarm(due, .recording(task.number))
  }

  /// Takes what audio has come since the last look.
  mutating func advance(_ number: Int, on board: inout Board) {
    guard let task, task.number == number else { return }
    let progress = task.session.advance(to: board.clock.now - task.startedAt)
    tellOfData(progress.byteCount, task, &board)
    if progress.state == .recording { armNext(on: board) } else { conclude(&board) }
  }

  /// Ends the recording; what has arrived so far is kept.
  mutating func stop(on board: inout Board) {
    guard let task else { return }
    let progress = task.session.stop(at: board.clock.now - task.startedAt)
    tellOfData(progress.byteCount, task, &board)
    conclude(&board)
  }

  private func tellOfData(_ count: Int, _ task: Task, _ board: inout Board) {
    guard case .stream = task.target, count > 0 else { return }
    board.post(function(of: task), .list([.string("stream"), .int(count), .int(1)]))
  }

  private func function(of task: Task) -> Int? { objects[task.object.number].function }

  private mutating func conclude(_ board: inout Board) {
    guard let task else { return }
    self.task = nil
    forgotBusy = false
    if board.policy == .documented { board.timers.release() }
    let name: String
    var remarks = task.session.report.remarks
    switch task.target {
    case .file(let file):
      file.release()
      name = file.path
    case .stream(let ring):
      name = "stream"
      remarks += ring.remarks
    }
    var state = 3
    if case .failed(let reason) = task.session.state {
      state = -1
      remarks.insert("the recording failed: \(reason.sentence)", at: 0)
    }
    for remark in remarks { board.notice("\(name): \(remark)") }
    board.post(
      function(of: task),
      .list([.string(name), .int(task.session.report.audioByteCount), .int(state)]))
  }

  // MARK: Reading recordings

  private func read(
    _ call: Call, as product: Outcome.Product?, on board: Board
  ) -> Performed<RecordRow> {
    let file = RecordedFile(name: call.string(0), files: board.files)
    switch file.read(at: call.int(1), count: call.int(2)) {
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
    let file = RecordedFile(name: call.string(0), files: board.files)
    guard let size = file.size else { return .instead([.sizeOpen]) }
    let countsHeader = product == .rawSize || board.profile.record.sizeCountsHeader
    return .done(.int(countsHeader ? size : max(size - file.headerSize, 0)))
  }
}
