import DeviceEmulator
import EmulatedTime

/// Bytes as `Docs/device-calls.md` has them: numbers, values, and what is made of these.
struct WireWriter {
  /// An object of the device, as an answer names it.
  struct Object: Equatable {
    /// Never 0.
    let handle: UInt32
    /// Its full name, such as `audio.Record`.
    let className: String
  }

  static let never = UInt64.max

  private(set) var bytes: [UInt8] = []

  mutating func number(_ value: some FixedWidthInteger) {
    var rest = UInt64(truncatingIfNeeded: value)
    for _ in 0..<(value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Puts a number in the place of another that is there.
  mutating func replace(at offset: Int, with value: UInt32) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  mutating func raw(_ more: [UInt8]) { bytes += more }

  /// - Parameter object: What stands for an object, if the value is one or holds one.
  mutating func value(_ value: GuestValue, _ object: Object? = nil) {
    switch value {
    case .none, .other, .function: tag("N")
    case .bool(let value): tag(value ? "T" : "F")
    case .int(let value): int(value)
    case .filled(let bytes): int(bytes.count)
    case .buffer(let count): int(count)
    case .double(let value):
      tag("d")
      number(value.bitPattern)
    case .string(let text): text8("s", Array(text.utf8))
    case .bytes(let bytes): text8("b", bytes)
    case .bytearray(let bytes): text8("w", bytes)
    case .list(let values): self.values("l", values, object)
    case .tuple(let values): self.values("t", values, object)
    case .object: object.map { self.object($0) } ?? tag("N")
    }
  }

  mutating func int(_ value: Int) {
    tag("i")
    number(Int64(value))
  }

  mutating func string(_ text: String) { text8("s", Array(text.utf8)) }

  mutating func object(_ object: Object) {
    tag("o")
    number(object.handle)
    let name = Array(object.className.utf8)
    number(UInt8(name.count))
    bytes += name
  }

  mutating func none() { tag("N") }

  mutating func count(_ tag: Unicode.Scalar, _ count: Int) {
    self.tag(tag)
    number(UInt32(count))
  }

  private mutating func values(
    _ tag: Unicode.Scalar, _ values: [GuestValue], _ object: Object?
  ) {
    count(tag, values.count)
    for value in values { self.value(value, object) }
  }

  private mutating func text8(_ tag: Unicode.Scalar, _ text: [UInt8]) {
    count(tag, text.count)
    bytes += text
  }

  private mutating func tag(_ tag: Unicode.Scalar) { bytes.append(UInt8(ascii: tag)) }

  /// An exception: its class and its arguments, for `OSError` the error's number.
  mutating func exception(_ exception: GuestException) {
    string(exception.type)
    guard !exception.text.isEmpty else { return count("t", 0) }
    count("t", 1)
    if exception.type == "OSError", let number = Int(exception.text) {
      int(number)
    } else {
      string(exception.text)
    }
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.count <= 65536) }
}

/// What a call is answered with.
enum WireResult {
  case value(GuestValue, WireWriter.Object? = nil)
  case failure(GuestException)
  /// The thread waits for the token to be settled; at the time, if there is one, the call gives the value.
  case wait(token: UInt32, until: Duration?, otherwise: GuestValue)
  /// A value that is written already.
  case written([UInt8])

  /// Whether it begins the wait for a token, which cannot be settled in the same answer.
  func begins(_ token: UInt32) -> Bool {
    if case .wait(token, _, _) = self { true } else { false }
  }
}

/// What has happened besides.
enum WireNotice {
  case event(function: Int, arguments: [GuestValue], object: WireWriter.Object?)
  case settled(token: UInt32, Result<GuestValue, GuestException>)
  case free(function: Int)
  case fill(argument: Int, bytes: [UInt8])
}

extension WireWriter {
  /// Writes an answer in place of what was written before.
  ///
  /// - Parameters:
  ///   - now: Device time.
  ///   - alarm: The device time at which the device wants to be asked again; nil for never.
  mutating func answer(
    _ result: WireResult, _ notices: [WireNotice], isInterrupt: Bool, now: Duration,
    alarm: Duration?
  ) {
    removeAll()
    number(UInt32(0))
    number(now.wire)
    number(alarm?.wire ?? Self.never)
    switch result {
    case .value, .written: number(UInt8(0))
    case .failure: number(UInt8(1))
    case .wait: number(UInt8(2))
    }
    number(UInt8(isInterrupt ? 1 : 0))
    number(UInt16(notices.count))
    switch result {
    case .value(let value, let object): self.value(value, object)
    case .failure(let exception): self.exception(exception)
    case .written(let bytes): raw(bytes)
    case .wait(let token, let until, let otherwise):
      number(token)
      number(until?.wire ?? Self.never)
      value(otherwise)
    }
    for notice in notices { self.notice(notice) }
    replace(at: 0, with: UInt32(bytes.count))
  }

  private mutating func notice(_ notice: WireNotice) {
    switch notice {
    case .event(let function, let arguments, let object):
      number(UInt8(1))
      number(UInt32(function))
      value(.tuple(arguments), object)
    case .settled(let token, let result):
      number(UInt8(2))
      number(token)
      switch result {
      case .success(let value):
        number(UInt8(0))
        self.value(value)
      case .failure(let exception):
        number(UInt8(1))
        self.exception(exception)
      }
    case .free(let function):
      number(UInt8(3))
      number(UInt32(function))
    case .fill(let argument, let bytes):
      number(UInt8(4))
      number(UInt8(argument))
      number(UInt32(0))
      number(UInt32(bytes.count))
      raw(bytes)
    }
  }
}

extension Duration {
  /// Nanoseconds as the wire has them.
  fileprivate var wire: UInt64 { UInt64(max(nanoseconds, 0)) }
}
