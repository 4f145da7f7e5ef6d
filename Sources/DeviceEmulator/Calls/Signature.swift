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

  /// Whether there can be arguments that it looks at.
  package var takesArguments: Bool { !parameters.isEmpty }

  /// Why the number of the arguments, or else their types or names, do not fit; nil if all do, or if an
  /// integer is too large before that.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
  func mismatch(_ arguments: [GuestValue], own: Int) -> String? {
    if let mismatch = countMismatch(arguments.count, own: own) { return mismatch }
    switch misfit(of: arguments) {
    case .type(let text)?: return text
    case .overflow?: return nil
    case nil: return nameMismatch(arguments.count)
    }
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
      let least = most - optional
      if count < least {
        return "function missing \(least - count) required positional arguments"
      }
      return count <= most
        ? nil : "function expected at most \(most + own) arguments, got \(count + own)"
    case .fixed, .added:
      let least = arity == .added ? most - 1 : most
      return (least...most).contains(count)
        ? nil
        : "function takes \(least + own) positional arguments but \(count + own) were given"
    }
  }

  /// Why a method cannot be called on the class, without its object.
  var mismatchWithoutObject: String {
    let least =
      switch arity {
      case .named: 1
      case .optional(let optional): parameters.count - optional + 1
      case .added: parameters.count
      case .open, .fixed: parameters.count + 1
      }
    switch arity {
    case .fixed, .added: return "function takes \(least) positional arguments but 0 were given"
    case .named, .optional, .open: return "function missing \(least) required positional arguments"
    }
  }

  /// Why a parameter that has a name got no argument, or an argument no parameter; nil otherwise. The
  /// interpreter sees it only when it has looked at the types of those that are there.
  private func nameMismatch(_ count: Int) -> String? {
    guard case .named(let names) = arity else { return nil }
    if count < names.count { return "'\(names[count])' argument required" }
    return count > names.count ? "extra positional arguments given" : nil
  }

  /// Why the module's code cannot take an argument as it is.
  enum Misfit: Equatable {
    case type(String)
    /// An integer is too large for a machine word of 32 bits. The least one is too, in this interpreter.
    case overflow
  }

  /// The first of the arguments that does not fit, in the order in which they are looked at; nil if all do.
  func misfit(of arguments: [GuestValue]) -> Misfit? {
    order.lazy.compactMap { misfit(of: arguments, at: $0) }.first
  }

  /// The same of one argument; nil also if it is not there.
  func misfit(of arguments: [GuestValue], at index: Int) -> Misfit? {
    guard arguments.indices.contains(index) else { return nil }
    let argument = arguments[index]
    switch (parameters[index], argument) {
    case (.int, _):
      guard let value = argument.integer else {
        return .type("can't convert \(argument.typeName) to int")
      }
      return value >= 1 << 31 || value <= -(1 << 31) ? .overflow : nil
    case (.str, .bytes), (.str, .string), (.any, _): return nil
    case (.str, _):
      return .type("can't convert '\(argument.typeName)' object to str implicitly")
    }
  }
}

extension JSONNode {
  /// The type of a parameter, whatever follows it.
  fileprivate func parameter() throws(JSONError) -> Signature.Parameter {
    let word = try text()
    guard let type = Signature.Parameter(rawValue: String(word.prefix { $0.isLetter })) else {
      throw JSONError(message: "a parameter takes int, str or any", offset: offset)
    }
    return type
  }
}
