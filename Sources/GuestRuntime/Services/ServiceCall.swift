import DeviceEmulator
import FlashStorage

/// One call of a service, as its row sees it.
struct ServiceCall {
  let request: WireRequest
  let name: String

  var arguments: [GuestValue] { request.arguments }

  func value(_ index: Int) throws(GuestException) -> GuestValue {
    guard index < arguments.count else { throw Self.missing }
    return arguments[index]
  }

  func int(_ index: Int) throws(GuestException) -> Int {
    guard index < arguments.count else { throw Self.missing }
    return try arguments[index].requireInt()
  }

  /// An integer as the module's interpreter hands it on.
  func word(_ index: Int) throws(GuestException) -> Int {
    guard index < arguments.count else { throw Self.missing }
    return try arguments[index].requireWord()
  }

  func string(_ index: Int) throws(GuestException) -> String {
    guard index < arguments.count else { throw Self.missing }
    guard let value = arguments[index].string else {
      throw GuestException(
        "TypeError", "can't convert '\(arguments[index].typeName)' object to str implicitly")
    }
    return value
  }

  /// The bytes of a str, as they came.
  func text(_ index: Int) throws(GuestException) -> [UInt8] {
    _ = try string(index)
    return Array(request.texts[index])
  }

  func bytes(_ index: Int) throws(GuestException) -> [UInt8] {
    guard index < arguments.count, let value = arguments[index].bytes else {
      throw GuestException("TypeError", "object with buffer protocol required")
    }
    return value
  }

  func origin(_ index: Int) throws(GuestException) -> SeekOrigin {
    switch try int(index) {
    case 0: .start
    case 1: .position
    case 2: .end
    default: throw GuestException("OSError", String(FlashError.invalid.errno))
    }
  }

  private static let missing = GuestException(
    "TypeError", "function missing 1 required positional arguments")
}

extension GuestValue {
  /// The integer that C code on the module would see.
  func requireInt() throws(GuestException) -> Int {
    guard let value = integer else {
      throw GuestException("TypeError", "can't convert \(typeName) to int")
    }
    return value
  }

  /// The same, of the module's 32 bits. The least one is too many, in this interpreter.
  func requireWord() throws(GuestException) -> Int {
    let value = try requireInt()
    guard value < 1 << 31, value > -(1 << 31) else {
      throw GuestException("OverflowError", "overflow converting long int to machine word")
    }
    return value
  }
}
