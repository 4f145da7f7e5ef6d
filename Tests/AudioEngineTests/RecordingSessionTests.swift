import Synchronization
import Testing

@testable import AudioEngine

struct RecordingSessionTests {
  @Test("Ten seconds of tone are 10.00 s of WAV with that tone")
  func tone() throws {
    let wav = try record(ToneMicrophone(hertz: 440), as: .wav(.plannedSizes), for: .seconds(10))
    #expect(wav.count == 44 + 160_000)
    #expect(number(wav, at: 4) == wav.count - 8)
    #expect(number(wav, at: 24) == 8000)
    #expect(number(wav, at: 40) == 160_000)
    #expect(abs(frequency(samples(ofWAV: wav), frameRate: 8000) - 440) < 0.001)
  }

  @Test("A synthetic microphone has given the whole frames that fit into the time")
  func frames() throws {
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes)))
    for (milliseconds, count) in [(0, 0), (19, 0), (20, 1), (39, 1), (30, 1), (1000, 50)] {
      _ = session.advance(to: .milliseconds(milliseconds))
      #expect(session.report.frameCount == count)
      #expect(sink.bytes.count == 44 + 320 * count)
    }
    #expect(session.advance(to: .milliseconds(1045)).byteCount == 640)
    #expect(session.state == .recording)
    #expect(session.stop(at: .milliseconds(1079)).byteCount == 320)
    #expect(session.state == .finished)
    #expect(sink.isClosed)
    #expect(session.report.audioByteCount == 53 * 320)
  }

  @Test("The limit ends a recording by itself")
  func limit() throws {
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes), frameLimit: 100))
    let progress = session.advance(to: .seconds(3600))
    #expect(progress == .init(byteCount: 32_000, state: .finished))
    #expect(sink.isClosed)
    #expect(number(sink.bytes, at: 40) == 32_000)
    #expect(session.advance(to: .seconds(7200)) == .init(byteCount: 0, state: .finished))
    #expect(session.stop(at: .seconds(7200)) == .init(byteCount: 0, state: .finished))
  }

  @Test("A WAV ends by itself before 2 GiB, AMR does not")
  func largest() {
    #expect(RecordingFormat.wav(.plannedSizes).frameLimit(captureRate: 8000) == 6_710_886)
    #expect(RecordingFormat.amr(dtx: true).frameLimit(captureRate: 8000) == .max)
  }

  @Test("What the medium holds is never more than 500 ms behind, and its header tells the plan")
  func syncs() throws {
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes), frameLimit: 200))
    for step in 1...128 {
      _ = session.advance(to: .milliseconds(31 * step))
      #expect(number(sink.bytes, at: 40) == 64_000)
      #expect(number(sink.bytes, at: 4) == 64_036)
      #expect(sink.bytes.count - sink.synced.count < 44 + 8000)
      #expect(sink.synced.isEmpty || sink.bytes.starts(with: sink.synced))
    }
    #expect(session.advance(to: .seconds(4)).state == .finished)
    #expect(sink.synced.count == 44 + 64_000)
    #expect(sink.replacementCount == 0, "it was right from the first byte on")
  }

  @Test("A recording without a limit tells of the largest there is until it ends")
  func unlimited() throws {
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes)))
    _ = session.advance(to: .seconds(1))
    #expect(number(sink.bytes, at: 40) == 6_710_886 * 320)
    #expect(session.stop(at: .seconds(1)).state == .finished)
    #expect(number(sink.bytes, at: 40) == 16_000)
    #expect(number(sink.bytes, at: 4) == 16_036)
    #expect(sink.replacementCount == 1)
    #expect(!session.report.headerTellsPlan)
  }

  @Test("A stop without room for another header leaves a recording that succeeded")
  func noRoomForHeader() throws {
    let sink = ArraySink(capacity: 20_000)
    let session = RecordingSession(
      plan: RecordingPlan(format: .wav(.plannedSizes), frameLimit: 100),
      microphone: ToneMicrophone(hertz: 440), sink: sink)
    try session.open()
    #expect(session.stop(at: .seconds(1)).state == .finished)
    #expect(session.report.headerTellsPlan)
    #expect(sink.bytes.count == 16_044)
    #expect(number(sink.bytes, at: 40) == 32_000)
    #expect(try AudioClip(sink.bytes, name: "a.wav").frameCount == 8000)
  }

  @Test(
    "Other readers take a recording that was cut as far as it goes", arguments: [44, 8044, 16_043])
  func otherReaders(byteCount: Int) throws {
    let folder = try TemporaryFolder()
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes), frameLimit: 500))
    _ = session.advance(to: .seconds(1))
    let path = try folder.write(Array(sink.bytes[..<byteCount]), to: "cut.wav")
    let frameCount = (byteCount - 44) / 2
    #expect(try AudioClip(contents(of: path), name: path).frameCount == frameCount)
    let raw = folder.path("cut.raw")
    _ = try #require(try run("sox", [path, raw]))
    #expect(try contents(of: raw) == Array(sink.bytes[44..<44 + 2 * frameCount]))
    let script = """
      import sys, wave
      print(len(wave.open(sys.argv[1]).readframes(10**9)) // 2)
      """
    #expect(try run("python3", ["-c", script, path]) == "\(frameCount)\n")
  }

  @Test("A real module's unfinished header stays unfinished")
  func unfinished() throws {
    let wav = try record(SilenceMicrophone(), as: .wav(.unfinishedSizes), for: .seconds(2))
    #expect(wav.count == 44 + 32_000)
    #expect(number(wav, at: 4) == 36)
    #expect(number(wav, at: 40) == 0)
  }

  @Test(
    "The same microphone gives the same bytes, in one step or in many",
    arguments: [
      RecordingFormat.wav(.plannedSizes), .amr(dtx: false), .amr(dtx: true), .amrStream(dtx: true),
      .amrWideStream,
    ], [8000, 16_000])
  func determinism(format: RecordingFormat, captureRate: Int) throws {
    let whole = try record(
      BabbleMicrophone(), as: format, for: .seconds(6), captureRate: captureRate)
    let (session, sink) = open(
      RecordingPlan(format: format, captureRate: captureRate), BabbleMicrophone())
    var generator = SmallGenerator(state: 11)
    var elapsed = 0
    while elapsed < 6000 {
      elapsed += Int.random(in: 0...97, using: &generator)
      _ = session.advance(to: .milliseconds(min(6000, elapsed)))
    }
    _ = session.stop(at: .seconds(6))
    #expect(sink.bytes == whole)
  }

  @Test(
    "A full sink keeps a readable WAV of what fitted",
    arguments: Array(0...60) + [400, 8080, 20_000])
  func fullWAV(capacity: Int) throws {
    let sink = ArraySink(capacity: capacity)
    let session = RecordingSession(
      plan: RecordingPlan(format: .wav(.plannedSizes)), microphone: ToneMicrophone(hertz: 440),
      sink: sink)
    if capacity < 44 {
      #expect(throws: RecordingFailure.sinkFull) { try session.open() }
    } else {
      try session.open()
    }
    #expect(session.advance(to: .seconds(2)).state == .failed(.sinkFull))
    #expect(sink.isClosed)
    let audio = capacity < 44 ? 0 : (capacity - 44) / 320 * 320
    #expect(session.report.audioByteCount == audio)
    #expect(sink.bytes.count == (capacity < 44 ? 0 : 44 + audio))
    guard capacity >= 44 else { return }
    #expect(session.report.headerTellsPlan)
    #expect(try AudioClip(sink.bytes, name: "a.wav").frameCount == audio / 2)
  }

  @Test("A full sink keeps the whole AMR frames that fitted", arguments: [5, 6, 37, 38, 1000])
  func fullAMR(capacity: Int) {
    let sink = ArraySink(capacity: capacity)
    let session = RecordingSession(
      plan: RecordingPlan(format: .amr(dtx: false)), microphone: ToneMicrophone(hertz: 440),
      sink: sink)
    try? session.open()
    #expect(session.advance(to: .seconds(2)).state == .failed(.sinkFull))
    #expect(sink.bytes.count == (capacity < 6 ? 0 : 6 + (capacity - 6) / 32 * 32))
  }

  @Test(
    "A fault of the sink ends the recording with its words, one at the last header does not",
    arguments: ArraySink.Operation.allCases)
  func fault(operation: ArraySink.Operation) throws {
    let sink = ArraySink(fault: (operation, after: 9000))
    let session = RecordingSession(
      plan: RecordingPlan(format: .wav(.plannedSizes)), microphone: SilenceMicrophone(), sink: sink)
    try session.open()
    let isHeader = operation == .replaceStart
    #expect(
      session.stop(at: .seconds(2)).state
        == (isHeader ? .finished : .failed(.sinkFault("worn out"))))
    #expect(session.report.headerTellsPlan == isHeader)
    #expect(sink.isClosed)
    #expect(try AudioClip(sink.bytes, name: "a.wav").frameCount >= 4000)
  }

  @Test("A microphone that cannot be opened fails the session with its sentence")
  func unavailable() {
    let sink = ArraySink()
    let session = RecordingSession(
      plan: RecordingPlan(format: .wav(.plannedSizes)),
      microphone: FileMicrophone(path: "/nonexistent/a.wav"), sink: sink)
    let error = #expect(throws: RecordingFailure.self) { try session.open() }
    #expect(session.state == error.map { .failed($0) })
    #expect(sink.isClosed && sink.bytes.isEmpty)
  }

  @Test("A live microphone's frames are taken as they arrive, the rest is kept")
  func live() throws {
    let microphone = ScriptedMicrophone(arrivals: [100, 0, 59, 0, 1, 400, 0, 79, 0, 1, 0])
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes)), microphone)
    let counts = (0..<6).map { _ in
      _ = session.advance(to: .zero)
      return session.report.frameCount
    }
    #expect(counts == [0, 0, 3, 3, 4, 4])
    _ = session.stop(at: .zero)
    #expect(samples(ofWAV: sink.bytes) == (0..<640).map { Int16($0) })
  }

  @Test("A stop takes what has arrived, at most the limit")
  func liveStop() throws {
    let plan = RecordingPlan(format: .wav(.plannedSizes), frameLimit: 10)
    let (session, _) = open(plan, ScriptedMicrophone(arrivals: [800]))
    #expect(session.stop(at: .zero) == .init(byteCount: 1600, state: .finished))
    let (limited, _) = open(plan, ScriptedMicrophone(arrivals: [80_000]))
    #expect(limited.stop(at: .zero) == .init(byteCount: 3200, state: .finished))
  }

  @Test("A live microphone that never runs dry cannot hold the caller")
  func bottomless() throws {
    let (session, _) = open(
      RecordingPlan(format: .wav(.plannedSizes)), ScriptedMicrophone(arrivals: [.max]))
    #expect(session.advance(to: .zero) == .init(byteCount: 160_000, state: .recording))
  }

  @Test(
    "A lost microphone ends the recording after all that had arrived", arguments: [8000, 44_100])
  func lost(rate: Int) throws {
    let microphone = ScriptedMicrophone(arrivals: [rate], isLost: true, frameRate: rate)
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes)), microphone)
    let progress = session.advance(to: .zero)
    #expect(progress.state == .failed(.sourceLost("The scripted microphone is gone.")))
    #expect(progress.byteCount >= 49 * 320)
    #expect(number(sink.bytes, at: 40) == progress.byteCount)
    #expect(sink.isClosed)
  }

  @Test("Losing power writes nothing more")
  func abandon() throws {
    let (session, sink) = open(RecordingPlan(format: .wav(.plannedSizes)))
    _ = session.advance(to: .milliseconds(700))
    session.abandon()
    #expect(session.state == .failed(.abandoned))
    #expect(!sink.isClosed)
    #expect(sink.synced.count == 44 + 8000)
    #expect(try AudioClip(sink.synced, name: "a.wav").frameCount == 4000)
    #expect(session.advance(to: .seconds(2)).byteCount == 0)
  }

  @Test("A muted microphone is noticed, and so is when it was muted")
  func silence() throws {
    let (silent, _) = open(RecordingPlan(format: .amr(dtx: true)), SilenceMicrophone())
    _ = silent.advance(to: .seconds(1))
    #expect(silent.report.silentSince == 0)
    #expect(silent.report.peak == 0)

    let muted = ScriptedMicrophone(arrivals: [1600], frame: { $0 < 480 ? -7 : 0 })
    let (session, _) = open(
      RecordingPlan(format: .wav(.plannedSizes), gain: Gain(decibels: -90)), muted)
    _ = session.stop(at: .zero)
    #expect(session.report.silentSince == 3)
    #expect(session.report.peak == 7)

    let (loud, _) = open(
      RecordingPlan(format: .wav(.plannedSizes)),
      ScriptedMicrophone(arrivals: [160], frame: { _ in .min }))
    _ = loud.stop(at: .zero)
    #expect(loud.report.silentSince == nil)
    #expect(loud.report.peak == 32_768)
  }

  @Test("A session can live behind a lock")
  func lockable() throws {
    let session = Mutex(
      RecordingSession(
        plan: RecordingPlan(format: .amr(dtx: false)), microphone: SilenceMicrophone(),
        sink: ArraySink()))
    try session.withLock { try $0.open() }
    #expect(session.withLock { $0.stop(at: .seconds(1)).byteCount } == 1600)
  }

  private func open(
    _ plan: RecordingPlan, _ microphone: any Microphone = ToneMicrophone(hertz: 440)
  ) -> (RecordingSession, ArraySink) {
    let sink = ArraySink()
    let session = RecordingSession(plan: plan, microphone: microphone, sink: sink)
    #expect(throws: Never.self) { try session.open() }
    return (session, sink)
  }
}
