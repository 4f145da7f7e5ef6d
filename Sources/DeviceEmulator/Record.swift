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
/// All of them throw ``GuestException`` where the script would see an exception, and ``HostFailure``.
public struct Record: Sendable {
  /// What a callback hears: path (or `stream`), length in bytes, state.
  public struct Message: Equatable, Sendable {
    public let path: String
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

  public func start(_ name: String, seconds: Int) throws -> GuestValue {
    try call(.recordStart, .string(name), .int(seconds))
  }

  public func stop() throws -> GuestValue { try call(.recordStop) }

  public func getFilePath(_ name: String) throws -> GuestValue {
    try call(.recordGetFilePath, .string(name))
  }

  public func getData(_ name: String, offset: Int, size: Int) throws -> GuestValue {
    try call(.recordGetData, .string(name), .int(offset), .int(size))
  }

  public func getSize(_ name: String) throws -> GuestValue {
    try call(.recordGetSize, .string(name))
  }

  public func delete(_ name: String) throws -> GuestValue {
    try call(.recordDelete, .string(name))
  }

  public func exists(_ name: String) throws -> GuestValue {
    try call(.recordExists, .string(name))
  }

  public func isBusy() throws -> GuestValue { try call(.recordIsBusy) }

  /// Sets the callback; it runs in ``DeviceEmulator/runCallbacks()``.
  public func endCallback(_ callback: @escaping @Sendable (Message) -> Void) throws -> GuestValue {
    let function = device.name { arguments in
      guard case .list(let values) = arguments.first, values.count == 3,
        case (.string(let path), .int(let length), .int(let state)) =
          (values[0], values[1], values[2])
      else { return }
      callback(Message(path: path, length: length, state: state))
    }
    return try call(.recordEndCallback, .function(function))
  }

  public func gain(code: Int, dsp: Int) throws -> GuestValue {
    try call(.recordGain, .int(code), .int(dsp))
  }

  /// Sets DTX, or without an argument gives the setting.
  public func amrEncDtxEnable(_ isOn: Int? = nil) throws -> GuestValue {
    if let isOn {
      try call(.recordAMREncDtxEnable, .int(isOn))
    } else {
      try call(.recordAMREncDtxEnable)
    }
  }

  public func streamStart(format: Int, sampleRate: Int, seconds: Int) throws -> GuestValue {
    try call(.recordStreamStart, .int(format), .int(sampleRate), .int(seconds))
  }

  /// Reads from the stream into a buffer of `room` bytes; `.filled` holds what was read.
  public func streamRead(room: Int, count: Int) throws -> GuestValue {
    try call(.recordStreamRead, .buffer(count: room), .int(count))
  }

  public func streamStop() throws -> GuestValue { try call(.recordStreamStop) }
}

extension DeviceEmulator {
  /// Constructs a `Record`, as `audio.Record(channel)` does.
  ///
  /// - Throws: ``GuestException`` where the script would see one, also for the number that some
  ///   firmware gives instead of an object.
  public func makeRecord(_ channel: Int = 0) throws -> Record {
    let made = try call(.recordInit, [.int(channel)]).get()
    guard case .object(let id) = made else {
      throw GuestException("TypeError", "Record(\(channel)) gave \(made) instead of an object")
    }
    return Record(self, id)
  }
}

extension GuestValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral
{
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .none }
  public init(arrayLiteral elements: GuestValue...) { self = .list(elements) }
}
