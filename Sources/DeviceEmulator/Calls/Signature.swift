import JSONText

/// What the parameters of a method take, and what the interpreter says of arguments that do not fit.
///
/// The texts are those of MicroPython's `py/argcheck.c` and `py/obj.c` as the modules have it.
public struct Signature: Equatable, Sendable {
  enum Parameter: String {
    /// An integer of the module's 32 bits.
    case int
    /// A str, or bytes.
    case str
    /// What has bytes to read: a str, bytes or a bytearray.
    case bytes
    /// A bytearray to write to.
    case buffer
    case any
  }

  /// How many arguments there may be, and so in which words the interpreter refuses others.
  enum Arity: Equatable {
    case fixed
    /// So many of the last may be left out.
    case optional(Int)
    /// The last one is an addition that the interpreter's words do not count.
    case added
    /// What follows the parameters is ignored.
    case open
    /// The parameters can be given by these names.
    case named([String])
  }

  private let parameters: [Parameter]
  private let arity: Arity
  /// The order in which the module's code looks at the arguments.
  private let order: [Int]

  /// Reads what a table says that a method takes: a list of types, or for parameters with names an object.
  ///
  /// In a list `?` follows the type of a parameter that may be left out and `+` that of an addition; `...` at its
  /// end stands for more that is ignored.
  ///
  /// - Parameter order: The list of the parameters' numbers in the order in which they are looked at.
  init(_ node: JSONNode, order: JSONNode?) throws(JSONError) {
    if let members = node.object {
      parameters = try members.map { entry throws(JSONError) in try entry.value.parameter() }
      arity = .named(members.map(\.key))
    } else {
      let nodes = try node.elements()
      let isOpen = nodes.last?.string == "..."
      let suffixes = nodes.map { $0.string?.last }
      parameters = try nodes.dropLast(isOpen ? 1 : 0).map { node throws(JSONError) in
        try node.parameter()
      }
      let optional = suffixes.count { $0 == "?" }
      arity =
        isOpen
        ? .open
        : suffixes.last == "+" ? .added : optional > 0 ? .optional(optional) : .fixed
    }
    self.order =
      try order.map { node throws(JSONError) in
        try node.elements().map { node throws(JSONError) in try node.integer() }
      } ?? Array(parameters.indices)
  }

  /// The names by which the parameters can be given; nil if they cannot.
  package var parameterNames: [String]? {
    if case .named(let names) = arity { names } else { nil }
  }

  /// Whether the argument at `index` is for reading, so that a bytearray goes over with its content.
  package func reads(at index: Int) -> Bool {
    parameters.indices.contains(index) && parameters[index] == .bytes
  }

  /// Why the number of the arguments, or else their types or names, do not fit; nil if all do.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
  func mismatch(_ arguments: [GuestValue], own: Int) -> String? {
    countMismatch(arguments.count, own: own) ?? typeMismatch(arguments)
      ?? nameMismatch(arguments.count)
  }

  /// Why arguments do not fit, for a call whose arguments are refused though they do.
  func mismatchOfOneTooMany(own: Int) -> String {
    mismatch([GuestValue](repeating: .none, count: parameters.count + 1), own: own) ?? ""
  }

  /// Why so many arguments do not fit; nil if they do, or if ``nameMismatch(_:)`` says it.
  func countMismatch(_ count: Int, own: Int) -> String? {
    let most = parameters.count
    switch arity {
    case .named: return nil
    case .open:
      return count >= most
        ? nil : "function missing \(most - count) required positional arguments"
    case .optional(let optional):
      return (most - optional...most).contains(count)
        ? nil : "function expected at most \(most + own) arguments, got \(count + own)"
    case .fixed, .added:
      let least = arity == .added ? most - 1 : most
      return (least...most).contains(count)
        ? nil
        : "function takes \(least + own) positional arguments but \(count + own) were given"
    }
  }

  /// Why a parameter that has a name got no argument, or an argument no parameter; nil otherwise. The
  /// interpreter sees it only when it has looked at the types of those that are there.
  private func nameMismatch(_ count: Int) -> String? {
    guard case .named(let names) = arity else { return nil }
    if count < names.count { return "'\(names[count])' argument required" }
    return count > names.count ? "extra positional arguments given" : nil
  }

  private func typeMismatch(_ arguments: [GuestValue]) -> String? {
    order.lazy.compactMap { typeMismatch(arguments, at: $0) }.first
  }

  /// Why the type of one argument does not fit; nil if it does, and also if it is not there.
  func typeMismatch(_ arguments: [GuestValue], at index: Int) -> String? {
    guard arguments.indices.contains(index) else { return nil }
    let argument = arguments[index]
    switch (parameters[index], argument) {
    case (.int, _) where argument.integer == nil:
      return "can't convert \(argument.typeName) to int"
    case (.str, .bytes): return nil
    case (.bytes, _) where argument.readableBytes == nil,
      (.buffer, _) where argument.bufferRoom == nil:
      return "object with buffer protocol required"
    case (.str, _) where argument.string == nil:
      return "can't convert '\(argument.typeName)' object to str implicitly"
    default: return nil
    }
  }

  /// Whether an integer is too large for a machine word of 32 bits. The least one is too, in this
  /// interpreter.
  func overflows(_ arguments: [GuestValue]) -> Bool {
    zip(parameters, arguments).contains { parameter, argument in
      guard case .int = parameter, let value = argument.integer else { return false }
      return value >= 1 << 31 || value <= -(1 << 31)
    }
  }
}

extension JSONNode {
  /// The type of a parameter, whatever follows it.
  fileprivate func parameter() throws(JSONError) -> Signature.Parameter {
    let word = try text()
    guard let type = Signature.Parameter(rawValue: String(word.prefix { $0.isLetter })) else {
      throw JSONError(message: "a parameter takes int, str, bytes, buffer or any", offset: offset)
    }
    return type
  }
}
