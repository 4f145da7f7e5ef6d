import DeviceEmulator
import FlashStorage

/// One call of a service, as its row sees it.
struct ServiceCall {
  let request: WireRequest
  let name: String

  var arguments: [GuestValue] { request.arguments }

  func int(_ index: Int) throws(GuestException) -> Int {
    guard index < arguments.count else { throw Self.missing(index) }
    return try arguments[index].requireInt()
  }

  /// An integer as the module's interpreter hands it on.
  func word(_ index: Int) throws(GuestException) -> Int {
    guard index < arguments.count else { throw Self.missing(index) }
    return try arguments[index].requireWord()
  }

  func string(_ index: Int) throws(GuestException) -> String {
    guard index < arguments.count else { throw Self.missing(index) }
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

  /// Checks how many arguments there are, and that none has a name.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
  func require(_ counts: ClosedRange<Int>, own: Int = 0) throws(GuestException) {
    guard request.keywords.isEmpty else {
      throw GuestException("TypeError", "function doesn't take keyword arguments")
    }
    // On the class there is none of its own.
    let count = arguments.count + (request.object == 0 ? 0 : own)
    let (least, most) = (counts.lowerBound + own, counts.upperBound + own)
    guard !(least...most).contains(count) else { return }
    if least == most {
      throw GuestException(
        "TypeError", "function takes \(least) positional arguments but \(count) were given")
    }
    throw count < least
      ? Self.missing(count, of: least)
      : GuestException("TypeError", "function expected at most \(most) arguments, got \(count)")
  }

  /// Refuses every argument of a function of a class, which takes the first for an object of that class.
  func requireNothing() throws(GuestException) {
    guard arguments.isEmpty else { throw GuestException("TypeError", "argument has wrong type") }
    try require(0...0)
  }

  /// The arguments of parameters that have names, in their order; nil for one that may be left out and is.
  func named(_ parameters: [(name: String, isRequired: Bool)]) throws(GuestException)
    -> [GuestValue?]
  {
    guard arguments.count <= parameters.count else {
      throw GuestException("TypeError", "extra positional arguments given")
    }
    var rest = request.keywords
    var values = arguments.map(Optional.init)
    for (name, isRequired) in parameters.dropFirst(arguments.count) {
      if let place = rest.firstIndex(where: { $0.name == name }) {
        values.append(rest.remove(at: place).value)
      } else if isRequired {
        throw GuestException("TypeError", "'\(name)' argument required")
      } else {
        values.append(nil)
      }
    }
    guard rest.isEmpty else { throw GuestException("TypeError", "extra keyword arguments given") }
    return values
  }

  private static func missing(_ count: Int, of least: Int? = nil) -> GuestException {
    GuestException(
      "TypeError", "function missing \((least ?? count + 1) - count) required positional arguments")
  }
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
