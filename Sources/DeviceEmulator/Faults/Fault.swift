public import ModuleProfiles

/// A failure to be brought about on purpose: what fails, from when on, how often, and of which file.
///
/// It acts where the real thing fails, on the flash, the microphone, the encoder or the check of a
/// resource, so what follows is what follows from the real thing. The same in words, as `--fault`,
/// scenarios and scripts have it: `what=read when=call:2 times=once file=a.wav`.
public struct Fault: Hashable, Sendable {
  /// A row of the outcome table, by which a call is refused.
  public struct Refusal: Hashable, Sendable {
    /// Whose calls.
    public let method: DeviceMethod
    /// The row's id, such as `codec`.
    public let id: String
  }

  /// What fails.
  public enum What: String, CaseIterable, Sendable {
    /// A file on the flash cannot be removed, and so not replaced.
    case replace
    /// A file on the flash cannot be opened.
    case open
    /// A file on the flash cannot be read.
    case read
    /// The place in a file on the flash cannot be changed.
    case seek
    /// A file on the flash cannot be written.
    case write
    /// The flash has no room for more than so many bytes.
    case flashFull = "flash-full"
    /// Somebody uses the file that a call of the recorder names.
    case inUse = "in-use"
    /// The audio channel cannot be set.
    case channel
    /// No timer is free.
    case timer
    /// The module refuses the audio format.
    case format
    /// The script has less than 10 KB of heap left.
    case heap
    /// The microphone goes away.
    case microphoneLost = "microphone-lost"
    /// The microphone delivers zeros.
    case microphoneSilent = "microphone-silent"
    /// The encoder refuses a frame.
    case encoder
    /// The queue of call-backs takes no more.
    case callbackOverflow = "callback-overflow"
    /// A call is refused by one row of its outcomes, whatever its cause.
    case row

    /// What the occasions are counted in on which it can fail.
    public var unit: Unit {
      switch self {
      case .flashFull: .byte
      case .microphoneLost, .microphoneSilent, .encoder: .second
      default: .call
      }
    }

    /// Whether it fails on the flash, and so can be one file's fault.
    public var isOfFlash: Bool {
      switch self {
      case .replace, .open, .read, .seek, .write, .flashFull: true
      default: false
      }
    }
  }

  /// What goes by until something fails.
  public enum Unit: String, CaseIterable, Sendable {
    /// An operation, a check, a call, a call-back: one of what fails.
    case call
    /// A byte by which files grow.
    case byte
    /// A second of the recording.
    case second
  }

  /// From when on it fails, counted from the injection in the ``What/unit`` of what fails.
  public enum When: Hashable, Sendable {
    /// At the next occasion.
    case now
    /// At the occasion of this number; the next one is 1.
    case call(Int)
    /// When files would grow by more than so many bytes.
    case byte(Int)
    /// When a recording has heard so much, to 20 ms.
    case second(Duration)
  }

  /// What fails.
  public let what: What
  /// From when on.
  public let when: When
  /// How often at most; nil for as often as there is an occasion.
  public let times: Int?
  /// The only file that it concerns, as scripts name it. Without it, a fault of the flash spares
  /// `.py` and `.mpy`, so that the script itself can still be loaded.
  public let file: String?
  /// How calls are refused; nil unless it is ``What/row`` that fails.
  public let row: Refusal?

  /// Describes a fault of anything but a row.
  ///
  /// - Precondition: `when` is ``When/now`` or has the unit of `what`; `times` is above 0; only faults
  ///   of the flash have a file.
  public init(_ what: What, when: When = .now, times: Int? = nil, file: String? = nil) {
    precondition(what != .row, "which row is said by another initializer")
    self.init(what, when, times, file, nil)
  }

  /// Has calls of a method be refused as a row of its outcomes says. Nothing is done by such a call.
  ///
  /// - Precondition: `when` is ``When/now`` or ``When/call(_:)``; `times` is above 0.
  /// - Throws: ``Malformed`` if the method has no such row, with those that it has.
  public init(
    row id: String, of method: DeviceMethod, among tables: OutcomeTables, when: When = .now,
    times: Int? = nil
  ) throws(Malformed) {
    self.init(.row, when, times, nil, try Refusal(id, of: method, among: tables))
  }

  private init(_ what: What, _ when: When, _ times: Int?, _ file: String?, _ row: Refusal?) {
    precondition(when.unit == nil || when.unit == what.unit, "\(what) counts in \(what.unit)s")
    precondition((times ?? 1) > 0 && (file == nil || what.isOfFlash))
    (self.what, self.when, self.times, self.file, self.row) = (what, when, times, file, row)
  }
}

extension Fault.When {
  /// What it counts; nil for ``now``, which any fault can have.
  var unit: Fault.Unit? {
    switch self {
    case .now: nil
    case .call: .call
    case .byte: .byte
    case .second: .second
    }
  }
}
