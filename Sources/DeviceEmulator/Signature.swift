import ModuleProfiles

/// What the parameters of a method take, and what the interpreter says of arguments that do not fit.
///
/// The texts are those of MicroPython's `py/argcheck.c` and `py/obj.c` as the modules have it.
struct Signature {
  enum Parameter {
    /// An integer of the module's 32 bits.
    case int
    /// A str, or bytes.
    case string
    case any
  }

  /// How many arguments there may be, and so in which words the interpreter refuses others.
  enum Arity {
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
  let arity: Arity
  /// The order in which the module's code looks at the arguments.
  private let order: [Int]

  init(_ parameters: Parameter..., arity: Arity = .fixed, order: [Int]? = nil) {
    self.parameters = parameters
    self.arity = arity
    self.order = order ?? Array(parameters.indices)
  }

  var parameterCount: Int { parameters.count }

  /// Why so many arguments do not fit; nil if they do, or if ``nameMismatch(_:)`` says it.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
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
      var least = most
      if case .added = arity { least -= 1 }
      return (least...most).contains(count)
        ? nil
        : "function takes \(least + own) positional arguments but \(count + own) were given"
    }
  }

  /// Why a parameter that has a name got no argument, or an argument no parameter; nil otherwise. The
  /// interpreter sees it only when it has looked at the types of those that are there.
  func nameMismatch(_ count: Int) -> String? {
    guard case .named(let names) = arity else { return nil }
    if count < names.count { return "'\(names[count])' argument required" }
    return count > names.count ? "extra positional arguments given" : nil
  }

  /// Why the types of the arguments do not fit; nil if they do.
  func typeMismatch(_ arguments: [GuestValue]) -> String? {
    order.lazy.compactMap { typeMismatch(arguments, at: $0) }.first
  }

  /// The same of one argument; nil also if it is not there.
  func typeMismatch(_ arguments: [GuestValue], at index: Int) -> String? {
    guard arguments.indices.contains(index) else { return nil }
    let argument = arguments[index]
    switch (parameters[index], argument) {
    case (.int, _) where argument.integer == nil:
      return "can't convert \(argument.typeName) to int"
    case (.string, .bytes): return nil
    case (.string, _) where argument.string == nil:
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

extension DeviceMethod {
  /// The names by which the parameters can be given; nil if they cannot.
  package var parameterNames: [String]? {
    if case .named(let names) = signature.arity { names } else { nil }
  }

  /// Why arguments do not fit, for a call whose arguments are refused though they do.
  var mismatchOfOneTooMany: String {
    let tooMany = [GuestValue](repeating: .none, count: signature.parameterCount + 1)
    return Call(self, tooMany).mismatch ?? ""
  }

  /// Whether it makes an object.
  package var isConstructor: Bool {
    switch self {
    case .recordInit, .audioInit, .ttsInit: true
    default: false
    }
  }

  var signature: Signature {
    switch self {
    case .recordInit: Signature(.int, arity: .optional(1))
    case .audioInit, .ttsInit: Signature(.int, arity: .open)

    case .recordStart: Signature(.string, .int)
    case .recordGetFilePath, .recordGetSize, .recordDelete, .recordExists: Signature(.string)
    case .recordGetData: Signature(.string, .int, .int, order: [1, 2, 0])
    case .recordEndCallback: Signature(.any)
    case .recordGain: Signature(.int, .int)
    case .recordAMREncDtxEnable: Signature(.int, arity: .optional(1))
    case .recordStreamStart:
      Signature(.int, .int, .int, arity: .named(["format", "samplerate", "time"]))
    case .recordStreamRead: Signature(.any, .int)
    case .recordPlay: Signature(.string, .any)
    case .recordStop, .recordIsBusy, .recordStreamStop, .recordFinalise: Signature()

    case .audioSetPA: Signature(.int, .int, arity: .added)
    case .audioSetVolume: Signature(.int)
    case .audioPlay: Signature(.int, .int, .any, arity: .named(["priority", "breakin", "data"]))
    case .audioSetCallback, .audioSetSpeakerPACallback: Signature(.any)
    case .audioStop, .audioStopAll, .audioGetState, .audioGetVolume: Signature()

    case .ttsPlay:
      Signature(
        .int, .int, .int, .any, arity: .named(["priority", "breakin", "mode", "data"]))
    case .ttsSetCallback: Signature(.any)
    case .ttsSetVolume, .ttsSetSpeed: Signature(.int)
    case .ttsOpen, .ttsClose, .ttsDeinit, .ttsStop, .ttsStopAll, .ttsGetState, .ttsGetVolume,
      .ttsGetSpeed:
      Signature()
    }
  }
}
