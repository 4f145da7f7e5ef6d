public import DeviceEmulator
import ModuleProfiles

/// One `audio.Record` object of an emulated module, for Swift programs and tests.
///
/// Each method is the script's method of the same name: same arguments, same results. A result is
/// whatever the script would get, and compares with literals:
///
/// ```swift
/// #expect(try record.start("a.wav", seconds: 10) == 0)
/// #expect(try record.getFilePath("a.wav") == "U:/a.wav")
/// ```
///
/// The codes named here are those of the documented policy. All methods throw ``GuestException`` where
/// the script would see an exception, and ``HostFailure``.
public struct Record: Sendable {
  /// What a callback hears.
  public struct Message: Equatable, Sendable {
    /// The file as the module names it, such as `U:/a.wav`; `stream` for a stream.
    public let path: String
    /// Bytes of audio, without file header: 0 at the start, those just put into the ring for stream
    /// data, all of them at the end.
    public let length: Int
    /// 0 at the start, 1 for stream data, 3 at the end, -1 on failure.
    public let state: Int
  }

  private let device: DeviceEmulator
  private let id: PeripheralID

  init(_ device: DeviceEmulator, _ id: PeripheralID) {
    self.device = device
    self.id = id
  }

  private func call(_ method: DeviceMethod, _ arguments: GuestValue...) throws -> GuestValue {
    try device.call(method, on: id, arguments).get()
  }

  /// Begins to record into a file; `.wav` or `.amr` tells the format, a name without a dot is AMR.
  ///
  /// - Returns: 0 at once, and the recording goes on with the clock. -1 if the old file cannot be
  ///   replaced, -2 if the file cannot be opened, -3 if the recorder or the file is in use, -4 for a
  ///   channel that the model has not, -5 if there is no timer or less than a second, -6 for another
  ///   format.
  public func start(_ name: String, seconds: Int) throws -> GuestValue {
    try call("Record.start", .string(name), .int(seconds))
  }

  /// Ends what is recorded, a file or a stream; the callback hears of it later.
  ///
  /// - Returns: 0, or -1 if nothing is being recorded.
  public func stop() throws -> GuestValue { try call("Record.stop") }

  /// How the module names a file.
  ///
  /// - Returns: Such as `U:/a.wav`; -1 if the file is missing, -2 for an empty name.
  public func getFilePath(_ name: String) throws -> GuestValue {
    try call("Record.getFilePath", .string(name))
  }

  /// Reads a part of a file, whose header counts too.
  ///
  /// - Returns: The bytes (``GuestValue/bytes``). -1 if they cannot be read or are none, -2 if the
  ///   file cannot be opened, -3 for an offset that cannot be, -4 if the file is in use, -5 past the
  ///   end, -6 for more than 10240 bytes, -7 with less than 10 KB of script heap.
  public func getData(_ name: String, offset: Int, size: Int) throws -> GuestValue {
    try call("Record.getData", .string(name), .int(offset), .int(size))
  }

  /// The size of a file in bytes; whether the header counts depends on the model.
  ///
  /// - Returns: The size. -1 if there is none, -2 if the file cannot be opened, -3 if it is in use, -4
  ///   for an empty name.
  public func getSize(_ name: String) throws -> GuestValue {
    try call("Record.getSize", .string(name))
  }

  /// Removes a file: `Delete`.
  ///
  /// - Returns: 0; -1 if it is missing, -2 if it is in use.
  public func delete(_ name: String) throws -> GuestValue {
    try call("Record.Delete", .string(name))
  }

  /// Whether there is such a file.
  public func exists(_ name: String) throws -> GuestValue {
    try call("Record.exists", .string(name))
  }

  /// Whether a file or a stream is being recorded: 1 or 0.
  public func isBusy() throws -> GuestValue { try call("Record.isBusy") }

  /// Sets the callback, also while recording: `end_callback`.
  ///
  /// It runs in ``DeviceEmulator/runCallbacks()``, and hears of every recording that ends from then on,
  /// whatever object began it: the recorder has one callback, the last that was set.
  ///
  /// - Returns: 0.
  public func endCallback(_ callback: @escaping @Sendable (Message) -> Void) throws -> GuestValue {
    let function = device.name { arguments in
      guard case .list(let values) = arguments.first, values.count == 3,
        case (.string(let path), .int(let length), .int(let state)) =
          (values[0], values[1], values[2])
      else { return }
      callback(Message(path: path, length: length, state: state))
    }
    return try call("Record.end_callback", .function(function))
  }

  /// Changes the level of the recordings that begin from now on.
  ///
  /// - Parameters:
  ///   - code: 0 to 4, in steps of 6 dB.
  ///   - dsp: -36 to 12 dB.
  /// - Returns: 0; -1 if a value is out of range, or the model cannot.
  public func gain(code: Int, dsp: Int) throws -> GuestValue {
    try call("Record.gain", .int(code), .int(dsp))
  }

  /// Sets whether AMR recordings shrink in silence, from the next one on, or gives the setting:
  /// `amrEncDtx_enable`.
  ///
  /// - Parameter isOn: 0 or 1; nil to ask.
  /// - Returns: 0 or 1 if asked, else None.
  public func amrEncDtxEnable(_ isOn: Int? = nil) throws -> GuestValue {
    if let isOn {
      try call("Record.amrEncDtx_enable", .int(isOn))
    } else {
      try call("Record.amrEncDtx_enable")
    }
  }

  /// Begins to record into a ring of 10240 bytes that ``streamRead(room:count:)`` empties.
  ///
  /// - Parameters:
  ///   - format: A constant of ``DeviceEmulator/constants``; 4 is AMR-NB.
  ///   - sampleRate: 8000 or 16000 frames a second.
  ///   - seconds: After how long it ends; 0 for never.
  /// - Returns: 0; -1 if it cannot begin.
  public func streamStart(format: Int, sampleRate: Int, seconds: Int) throws -> GuestValue {
    try call("Record.stream_start", .int(format), .int(sampleRate), .int(seconds))
  }

  /// Reads what waits in the ring, at most `count` bytes into a buffer of `room`.
  ///
  /// - Returns: ``GuestValue/filled(_:)`` with what was read, perhaps nothing; -1 if there is no stream.
  public func streamRead(room: Int, count: Int) throws -> GuestValue {
    try call("Record.stream_read", .buffer(count: room), .int(count))
  }

  /// Ends the stream; what waits in the ring can still be read.
  ///
  /// - Returns: 0; -1 if there is none.
  public func streamStop() throws -> GuestValue { try call("Record.stream_stop") }
}

extension DeviceEmulator {
  /// Constructs a `Record`, as `audio.Record(channel)` does.
  ///
  /// - Throws: ``GuestException`` where the script would see one, also for the number that some
  ///   firmware gives instead of an object.
  public func makeRecord(_ channel: Int = 0) throws -> Record {
    let made = try call("Record.init", [.int(channel)]).get()
    guard case .object(let id) = made else {
      throw GuestException("TypeError", "Record(\(channel)) gave \(made) instead of an object")
    }
    return Record(self, id)
  }
}
