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
    let count = arguments.count
    guard !counts.contains(count) else { return }
    if counts.count == 1 {
      throw GuestException(
        "TypeError",
        "function takes \(counts.lowerBound + own) positional arguments but \(count + own) were given"
      )
    }
    throw count < counts.lowerBound
      ? Self.missing(count, of: counts.lowerBound)
      : GuestException(
        "TypeError",
        "function expected at most \(counts.upperBound + own) arguments, got \(count + own)")
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
}
