import JSONText
package import ModuleProfiles

/// What the parameters of a method take, and what the interpreter says of arguments that do not fit.
///
/// The texts are those of MicroPython's `py/argcheck.c` and `py/obj.c` as the modules have it.
public struct Signature: Equatable, Sendable {
  package enum Parameter: String {
    /// An integer of the module's 32 bits.
    case int
    /// A str, or bytes.
    case str
    /// What has bytes to read: a str, bytes or a bytearray.
    case bytes
    /// Likewise, or None.
    case bytesOrNone
    /// A bytearray to write to.
    case buffer
    case any
  }

  /// How many arguments there may be, and so in which words the interpreter refuses others.
  package enum Arity: Equatable {
    case fixed
    /// So many of the last may be left out.
    case optional(Int)
    /// The last one is an addition that the interpreter's words do not count.
    case added
    /// What follows the parameters is ignored.
    case open
    /// The parameters can be given by these names.
    case named([Name])
  }

  /// The name of a parameter, and what there is to it where it can be given by that.
  package struct Name: Equatable {
    /// By the vendor's page, and by the firmware.
    package let spellings: [Policy: String]
    /// What it is where it is left out; nil where it may not be.
    package let standard: GuestValue?
    /// It is given by its name alone.
    package let isNeeded: Bool
  }

  private let parameters: [Parameter]
  private let arity: Arity
  /// The order in which the module's code looks at the arguments.
  private let order: [Int]

  /// Reads what a table says that a method takes: a list of types, or for parameters with names an object.
  ///
  /// In a list `?` follows the type of a parameter that may be left out and `+` that of an addition; `...` at its
  /// end stands for more that is ignored. In an object `=` and an integer or `None` follow the type of a parameter
  /// that may be left out, and before that `*` that of one which is given by its name alone; `|` in a name is
  /// between the page's and the firmware's.
  ///
  /// - Parameter order: The list of the parameters' numbers in the order in which they are looked at.
  init(_ node: JSONNode, order: JSONNode?) throws(JSONError) {
    if let members = node.object {
      parameters = try members.map { entry throws(JSONError) in try entry.value.parameter() }
      arity = .named(
        try members.map { entry throws(JSONError) in try Name(entry.key, entry.value) })
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

  /// Whether the parameters can be given by names.
  package var hasNames: Bool { if case .named = arity { true } else { false } }

  /// Whether it takes any argument.
  package var takesArguments: Bool { !parameters.isEmpty }

  /// The name by which alone the parameter at `index` is given; nil if it need not be.
  package func neededName(at index: Int, under policy: Policy) -> String? {
    guard case .named(let names) = arity, names.indices.contains(index), names[index].isNeeded
    else { return nil }
    return names[index].spellings[policy]
  }

  /// Whether the argument at `index` is for reading, so that a bytearray goes over with its content.
  package func reads(at index: Int) -> Bool {
    parameters.indices.contains(index) && [.bytes, .bytesOrNone].contains(parameters[index])
  }

  /// The arguments in the order of the parameters.
  ///
  /// - Throws: What the interpreter says of names that do not fit.
  package func arranged(
    _ positional: [GuestValue], _ keywords: [(name: String, value: GuestValue)],
    under policy: Policy
  ) throws(GuestException) -> [GuestValue] {
    guard case .named(let names) = arity else {
      guard keywords.isEmpty else {
        throw GuestException("TypeError", "function doesn't take keyword arguments")
      }
      return positional
    }
    guard !names.prefix(positional.count).contains(where: \.isNeeded) else {
      throw GuestException("TypeError", "extra positional arguments given")
    }
    var (arguments, rest) = (positional, keywords)
    for name in names.dropFirst(arguments.count) {
      let place = rest.firstIndex { $0.name == name.spellings[policy] }
      // What is missing shows in the count, once those before it have been looked at.
      guard let value = place.map({ rest.remove(at: $0).value }) ?? name.standard else {
        return arguments
      }
      arguments.append(value)
    }
    guard rest.isEmpty || arguments.count > names.count else {
      throw GuestException("TypeError", "extra keyword arguments given")
    }
    return arguments
  }

  /// The arguments, with what stands for those at the end that may be left out by name.
  package func filled(_ arguments: [GuestValue]) -> [GuestValue] {
    guard case .named(let names) = arity else { return arguments }
    let left = names.dropFirst(arguments.count).prefix { $0.standard != nil }
    return arguments + left.compactMap(\.standard)
  }

  /// Why the number of the arguments, or else their types or names, do not fit; nil if all do, or if an
  /// integer is too large before that.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
  package func mismatch(_ arguments: [GuestValue], own: Int) -> String? {
    if let mismatch = countMismatch(arguments.count, own: own) { return mismatch }
    switch misfit(of: arguments) {
    case .type(let text)?: return text
    case .overflow?: return nil
    case nil: return nameMismatch(arguments.count, own: own)
    }
  }

  /// Why arguments do not fit, for a call whose arguments are refused though they do.
  package func mismatchOfOneTooMany(own: Int) -> String {
    mismatch([GuestValue](repeating: .none, count: parameters.count + 1), own: own) ?? ""
  }

  /// Why so many arguments do not fit; nil if they do, or if ``nameMismatch(_:own:)`` says it.
  package func countMismatch(_ count: Int, own: Int) -> String? {
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
  package var mismatchWithoutObject: String {
    let least =
      switch arity {
      case .named: 1
      case .optional(let optional): parameters.count - optional + 1
      case .added: parameters.count
      case .open, .fixed: parameters.count + 1
      }
    switch arity {
    case .fixed, .added: return "function takes \(least) positional arguments but 0 were given"
    case .named(let names) where names.allSatisfy(\.isNeeded):
      return "function takes 1 positional arguments but 0 were given"
    case .named, .optional, .open: return "function missing \(least) required positional arguments"
    }
  }

  /// Why a parameter that has a name got no argument, or an argument no parameter; nil otherwise. The
  /// interpreter sees it only when it has looked at the types of those that are there.
  private func nameMismatch(_ count: Int, own: Int) -> String? {
    guard case .named(let names) = arity else { return nil }
    if count + own == 0, names.first?.standard == nil {
      return "function missing 1 required positional arguments"
    }
    if count < names.count {
      return "'\(names[count].spellings[.documented] ?? "")' argument required"
    }
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
    case (.str, .bytes), (.str, .string), (.bytesOrNone, .none), (.any, _): return nil
    case (.str, _):
      return .type("can't convert '\(argument.typeName)' object to str implicitly")
    case (.bytes, _), (.bytesOrNone, _):
      return argument.readableBytes == nil ? .type("object with buffer protocol required") : nil
    case (.buffer, _):
      return argument.bufferRoom == nil ? .type("object with buffer protocol required") : nil
    }
  }
}

extension Signature.Name {
  /// Reads a name such as `direction|dir`, and what follows the type.
  fileprivate init(_ name: String, _ node: JSONNode) throws(JSONError) {
    let names = name.split(separator: "|").map { String($0) }
    spellings = [.documented: names.first ?? "", .observed: names.last ?? ""]
    let parts = try node.text().split(separator: "=").map { String($0) }
    isNeeded = parts[0].hasSuffix("*")
    guard parts.count == 2 else {
      standard = nil
      return
    }
    guard parts[1] == "None" || Int(parts[1]) != nil else {
      throw JSONError(
        message: "what a parameter is where it is left out is None or an integer",
        offset: node.offset)
    }
    standard = Int(parts[1]).map { .int($0) } ?? GuestValue.none
  }
}

extension JSONNode {
  /// The type of a parameter, whatever follows it.
  fileprivate func parameter() throws(JSONError) -> Signature.Parameter {
    let word = try text()
    guard let type = Signature.Parameter(rawValue: String(word.prefix { $0.isLetter })) else {
      throw JSONError(
        message: "a parameter takes int, str, bytes, bytesOrNone, buffer or any", offset: offset)
    }
    return type
  }
}
