/// What is to be recorded, and how.
public struct RecordingPlan: Equatable, Sendable {
  /// What the bytes are.
  public var format: RecordingFormat
  /// The rate in frames per second at which the microphone is heard, a multiple of 50. AMR is
  /// resampled from it to 8000, AMR-WB to 16000; WAV keeps it.
  public var captureRate: Int
  /// After how many frames of 20 ms the recording ends by itself; nil is never.
  public var frameLimit: Int?
  /// How the level is changed before encoding.
  public var gain: Gain
  /// How much audio there is at most between two syncs of the sink.
  public var syncInterval: Duration

  /// Makes a plan; what is not named is as on a module: 8000 frames per second, no limit, no gain,
  /// a sync every 500 ms.
  public init(
    format: RecordingFormat, captureRate: Int = 8000, frameLimit: Int? = nil, gain: Gain = .none,
    syncInterval: Duration = .milliseconds(500)
  ) {
    self.format = format
    self.captureRate = captureRate
    self.frameLimit = frameLimit
    self.gain = gain
    self.syncInterval = syncInterval
  }
}

/// The formats that can be recorded, all mono and in whole frames of 20 ms.
public enum RecordingFormat: Equatable, Sendable {
  /// A WAV file of 16-bit PCM; it ends by itself before 2 GiB.
  case wav(WAVHeaderPolicy)
  /// An AMR-NB file of 12.2 kbit/s, with or without discontinuous transmission.
  case amr(dtx: Bool)
  /// The same without the file's magic.
  case amrStream(dtx: Bool)
  /// AMR-WB of 23.85 kbit/s, 61 bytes a frame, without a file's magic.
  case amrWideStream

  func makeEncoder(captureRate: Int) throws(AudioError) -> any FrameEncoder {
    switch self {
    case .wav(let policy): WAVEncoder(frameRate: captureRate, policy: policy)
    case .amr(let dtx): try AMREncoder(dtx: dtx, magic: true)
    case .amrStream(let dtx): try AMREncoder(dtx: dtx, magic: false)
    case .amrWideStream: try AMRWBEncoder()
    }
  }

  /// The most frames of 20 ms that the format can hold.
  func frameLimit(captureRate: Int) -> Int {
    switch self {
    case .wav: WAVHeader.audioByteLimit / (captureRate / 50 * 2)
    case .amr, .amrStream, .amrWideStream: .max
    }
  }
}

/// Why a recording came to nothing, or to less than was wanted.
public enum RecordingFailure: Error, Equatable, Sendable {
  /// The microphone could not be opened: a sentence that names it and what would be right.
  case unavailable(String)
  /// The microphone went away.
  case sourceLost(String)
  /// The encoder or the rate converter refused.
  case codec(String)
  /// The sink has no more room.
  case sinkFull
  /// The sink failed, in words.
  case sinkFault(String)
  /// The power went: nothing more was written.
  case abandoned

  init(_ error: AudioError) {
    self =
      switch error {
      case .unavailable(let message): .unavailable(message)
      case .lost(let message): .sourceLost(message)
      case .codec(let message): .codec(message)
      }
  }

  init(_ error: SinkError) {
    self =
      switch error {
      case .full: .sinkFull
      case .fault(let message): .sinkFault(message)
      }
  }
}

/// What is known of a recording, while it runs and afterwards.
public struct RecordingReport: Equatable, Sendable {
  /// Frames of 20 ms that the sink took.
  public var frameCount = 0
  /// The bytes of those frames, without the file's header.
  public var audioByteCount = 0
  /// The largest magnitude captured so far, before gain: 0 to 32768.
  public var peak = 0
  /// The first of the 20 ms frames since which every sample has been exactly zero, as from a muted
  /// microphone; nil while there is sound. 0 means that there has never been any.
  public var silentSince: Int?
  /// Whether the recording ended before its limit and its header still tells of the whole length: the
  /// sink had no room to write it again.
  public var headerTellsPlan = false
  /// What the microphone says of itself.
  public var health = SourceHealth()

  /// Takes note of the level of the frame that comes next.
  mutating func noteLevel(of frames: Span<Int16>) {
    var magnitude: Int32 = 0
    for index in frames.indices { magnitude = max(magnitude, abs(Int32(frames[index]))) }
    peak = max(peak, Int(magnitude))
    silentSince = magnitude == 0 ? silentSince ?? frameCount : nil
  }
}

/// What one step of a recording brought.
public struct RecordingProgress: Equatable, Sendable {
  /// Audio bytes that the sink took in this step.
  public var byteCount: Int
  /// How the recording stands now.
  public var state: RecordingSession.State
}
