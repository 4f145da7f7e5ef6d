/// One recording, from a microphone to a sink.
///
/// It has one owner and no thread, clock or lock: time comes in as a value and everything happens in
/// the caller's call, so there is nothing between opening and recording, or between stopping and
/// finished, that anybody could see. Whatever ends it, sink and microphone are closed and the header
/// is right for what was written, or tells the planned length if the sink has no room to change it;
/// the exception is ``abandon()``.
public final class RecordingSession {
  /// How a recording stands.
  public enum State: Equatable, Sendable {
    /// Not opened yet.
    case idle
    /// Open; ``advance(to:)`` brings it forward.
    case recording
    /// Ended as it should.
    case finished
    /// Ended early; what was written stays readable.
    case failed(RecordingFailure)
  }

  /// Tells whether the encoder fails at a frame of 20 ms, counted from 0, and how; nil if it does not.
  public typealias EncoderFault = @Sendable (_ frame: Int) -> AudioError?

  /// How it stands.
  public private(set) var state = State.idle
  /// Ten seconds.
  private static let liveFrameLimit = 500
  private let plan: RecordingPlan
  private let microphone: any Microphone
  private let sink: any ByteSink
  private let encoderFault: EncoderFault
  private let frameLimit: Int
  private let framesPerSync: Int
  private var chain: Chain?
  private var written = RecordingReport()
  private var unsynced = 0

  /// Makes a recording that is not open yet.
  ///
  /// - Parameter encoderFault: Is asked at each frame, so that a test sees what an encoder that fails
  ///   leads to.
  public init(
    plan: RecordingPlan, microphone: any Microphone, sink: any ByteSink,
    encoderFault: @escaping EncoderFault = { _ in nil }
  ) {
    precondition(plan.captureRate > 0 && plan.captureRate % 50 == 0)
    self.plan = plan
    self.microphone = microphone
    self.sink = sink
    self.encoderFault = encoderFault
    frameLimit = min(
      plan.frameLimit ?? .max, plan.format.frameLimit(captureRate: plan.captureRate))
    framesPerSync = max(1, Self.frames(in: plan.syncInterval))
  }

  /// What is known so far.
  public var report: RecordingReport {
    var report = written
    if let chain { report.health = chain.source.health }
    return report
  }

  /// Opens the microphone and writes the header.
  ///
  /// - Throws: ``RecordingFailure``, which is then also the state; the sink is closed.
  public func open() throws(RecordingFailure) {
    precondition(state == .idle, "a session records once")
    state = .recording
    do throws(RecordingFailure) {
      chain = try openChain()
    } catch {
      end(.failed(error))
      throw error
    }
  }

  /// Brings the recording to a device time.
  ///
  /// A synthetic microphone has then given exactly the whole frames of 20 ms that fit into `elapsed`.
  /// A live one gives what has arrived, whatever `elapsed` is, but at most up to it and ten seconds more,
  /// so that a device that never runs dry cannot hold the caller. At the plan's limit the recording finishes
  /// by itself. Once it has ended, nothing happens.
  ///
  /// - Parameter elapsed: Device time since ``open()``.
  public func advance(to elapsed: Duration) -> RecordingProgress {
    step(to: elapsed, stopping: false)
  }

  /// Takes what there is up to a device time, as ``advance(to:)`` does, and finishes at once.
  public func stop(at elapsed: Duration) -> RecordingProgress {
    step(to: elapsed, stopping: true)
  }

  /// Ends it as a loss of power does: the microphone is closed, the sink is left as it is, neither
  /// synced nor closed.
  public func abandon() {
    guard state == .recording else { return }
    closeSource()
    state = .failed(.abandoned)
  }

  private func step(to elapsed: Duration, stopping: Bool) -> RecordingProgress {
    let before = written.audioByteCount
    if state == .recording {
      do throws(RecordingFailure) {
        var due = Self.frames(in: elapsed)
        if microphone.isLive { due = max(due, written.frameCount) + Self.liveFrameLimit }
        try record(upTo: min(due, frameLimit))
        if stopping || written.frameCount >= frameLimit { end(.finished) }
      } catch {
        end(.failed(error))
      }
    }
    return RecordingProgress(byteCount: written.audioByteCount - before, state: state)
  }

  private func record(upTo total: Int) throws(RecordingFailure) {
    while written.frameCount < total, try encodeNext() {
      do throws(SinkError) {
        let byteCount = try chain?.append(to: sink) ?? 0
        written.audioByteCount += byteCount
        written.frameCount += 1
        try syncIfDue()
      } catch {
        throw RecordingFailure(error)
      }
    }
  }

  private func encodeNext() throws(RecordingFailure) -> Bool {
    do throws(AudioError) {
      let isWhole = try chain?.encodeNext(gain: plan.gain, notingLevelIn: &written) ?? false
      if isWhole, let fault = encoderFault(written.frameCount) { throw fault }
      return isWhole
    } catch {
      throw RecordingFailure(error)
    }
  }

  private func syncIfDue() throws(SinkError) {
    unsynced += 1
    guard unsynced >= framesPerSync else { return }
    unsynced = 0
    try sink.sync()
  }

  /// Closes everything; a fault that comes up here counts only if there was none before.
  private func end(_ outcome: State) {
    state = outcome
    do throws(SinkError) {
      written.headerTellsPlan = try !sink.close(replacingStart: changedHeader)
    } catch {
      if state == .finished { state = .failed(RecordingFailure(error)) }
    }
    closeSource()
  }

  /// The header of what was written, if it differs from the one of the plan.
  private var changedHeader: [UInt8]? {
    guard let encoder = chain?.encoder else { return nil }
    let header = encoder.header(frameCount: written.frameCount)
    return header == encoder.header(frameCount: frameLimit) ? nil : header
  }

  private func closeSource() {
    written.health = report.health
    chain?.source.close()
    chain = nil
  }

  private func openChain() throws(RecordingFailure) -> Chain {
    let chain: Chain
    do throws(AudioError) {
      let encoder = try plan.format.makeEncoder(captureRate: plan.captureRate)
      let source = try microphone.open(frameRate: plan.captureRate)
      chain = Chain(
        source: try ConvertedSource.converting(source, to: encoder.frameRate), encoder: encoder)
    } catch {
      throw RecordingFailure(error)
    }
    do throws(SinkError) {
      let header = chain.encoder.header(frameCount: frameLimit)
      if !header.isEmpty { try sink.append(header.span) }
    } catch {
      chain.source.close()
      throw RecordingFailure(error)
    }
    return chain
  }

  /// Whole frames of 20 ms within a duration.
  private static func frames(in duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(seconds) * 50 + Int(attoseconds / 20_000_000_000_000_000)
  }
}

/// What an open recording owns: the source at the encoder's rate, the encoder, and their buffers.
private struct Chain {
  let source: any AudioSource
  let encoder: any FrameEncoder
  private var frame: [Int16]
  private var encoded: [UInt8]
  private var encodedByteCount = 0
  /// How much of the frame has arrived.
  private var filled = 0

  init(source: any AudioSource, encoder: any FrameEncoder) {
    self.source = source
    self.encoder = encoder
    frame = [Int16](repeating: 0, count: encoder.frameRate / 50)
    encoded = [UInt8](repeating: 0, count: encoder.byteCapacity)
  }

  /// Reads on until a frame is whole, and encodes it.
  ///
  /// - Returns: Whether it is whole; if not, what has arrived is kept.
  mutating func encodeNext(
    gain: Gain, notingLevelIn report: inout RecordingReport
  ) throws(AudioError) -> Bool {
    while filled < frame.count {
      let count = try source.read(into: &frame, from: filled)
      guard count > 0 else { return false }
      filled += count
    }
    filled = 0
    report.noteLevel(of: frame.span)
    gain.apply(to: &frame)
    encodedByteCount = try encoder.encode(frame, into: &encoded)
    return true
  }

  /// Appends the encoded frame.
  ///
  /// - Returns: Its bytes.
  func append(to sink: any ByteSink) throws(SinkError) -> Int {
    try sink.append(encoded.span.extracting(0..<encodedByteCount))
    return encodedByteCount
  }
}

// A span of one stored property cannot be held while another is used, an inout array can.

extension AudioSource {
  fileprivate func read(into frames: inout [Int16], from start: Int) throws(AudioError) -> Int {
    var whole = frames.mutableSpan
    var rest = whole._mutatingExtracting(start..<whole.count)
    return try read(into: &rest)
  }
}

extension FrameEncoder {
  fileprivate func encode(
    _ frames: [Int16], into bytes: inout [UInt8]
  ) throws(AudioError) -> Int {
    var target = bytes.mutableSpan
    return try encode(frames.span, into: &target)
  }
}

extension Gain {
  fileprivate func apply(to frames: inout [Int16]) {
    var span = frames.mutableSpan
    apply(to: &span)
  }
}
