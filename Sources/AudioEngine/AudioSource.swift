/// Something that can be opened to hear: the recipe of a microphone, not an open one.
///
/// A device is given one microphone and opens it at each recording, so that every recording of a
/// synthetic microphone or a file begins at its first frame.
public protocol Microphone: Sendable {
  /// How a person would name it in a setting, such as `tone:440`.
  var description: String { get }

  /// Whether it hears the host's world in the host's time; a live one cannot run in virtual time.
  var isLive: Bool { get }

  /// Whether it is to deliver nothing but zeros, which for any other is worth a remark.
  var isSilence: Bool { get }

  /// Opens it.
  ///
  /// - Parameter frameRate: The rate in frames per second that the listener would like best. The
  ///   source may run at another one, and then says so in ``AudioSource/frameRate``.
  /// - Throws: ``AudioError`` naming the device or file, and what would be right.
  func open(frameRate: Int) throws(AudioError) -> any AudioSource
}

extension Microphone {
  public var isSilence: Bool { false }
}

/// An open microphone: mono 16-bit frames at a rate of its own.
///
/// One owner, one thread at a time; the owner need not stay on one thread.
public protocol AudioSource: AnyObject {
  /// Frames per second that ``read(into:)`` delivers.
  var frameRate: Int { get }

  /// What has happened since the source was opened.
  var health: SourceHealth { get }

  /// Reads frames without waiting.
  ///
  /// A synthetic source always fills the whole span. A live one gives what has arrived, which may be
  /// nothing; only if the process was stopped, it waits a moment to see what that has lost.
  ///
  /// - Returns: How many frames were stored, from the start of the span.
  /// - Throws: ``AudioError/lost(_:)`` once the device is gone; frames that arrived before are
  ///   delivered first.
  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int

  /// Closes it; reading afterwards is a programming error. Returns at once.
  func close()
}

/// What a source has to report of itself.
public struct SourceHealth: Equatable, Sendable {
  /// How often the device's buffer overran.
  public var overruns = 0
  /// Frames that the overruns lost, each replaced by a frame of silence.
  public var lostFrames = 0
  /// How often the device was suspended and came back.
  public var suspends = 0
  /// Frame at which a file that does not loop had ended; silence follows from there.
  public var endedAtFrame: Int?
  /// The rate and channel count that the device or file really has.
  public var native: String?

  public init() {}
}

/// Why audio cannot be had.
public enum AudioError: Error, Equatable, Sendable {
  /// It cannot be opened: a whole sentence that names it and what would be right.
  case unavailable(String)
  /// It was open and is gone, or has delivered nothing for longer than the watchdog allows.
  case lost(String)
  /// The encoder or decoder refused.
  case codec(String)

  /// The sentence to print.
  public var message: String {
    switch self {
    case .unavailable(let message), .lost(let message), .codec(let message): message
    }
  }
}
