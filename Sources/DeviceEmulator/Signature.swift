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

  private let parameters: [Parameter]
  /// How many of the last parameters may be left out.
  private let optionalCount: Int
  /// The names of the parameters, of a method that takes arguments by name; else empty.
  let names: [String]
  /// The order in which the module's code looks at the arguments.
  private let order: [Int]

  init(
    _ parameters: Parameter..., optionalCount: Int = 0, names: [String] = [], order: [Int]? = nil
  ) {
    self.parameters = parameters
    self.optionalCount = optionalCount
    self.names = names
    self.order = order ?? Array(parameters.indices)
  }

  /// Why so many arguments do not fit; nil if they do.
  ///
  /// - Parameter own: How many the interpreter counts beside them: `self` of a method.
  func countMismatch(_ count: Int, own: Int) -> String? {
    let least = parameters.count - optionalCount
    guard !(least...parameters.count).contains(count) else { return nil }
    return optionalCount == 0
      ? "function takes \(least + own) positional arguments but \(count + own) were given"
      : "function expected at most \(parameters.count + own) arguments, got \(count + own)"
  }

  /// Puts arguments that were given by name into their places; for a method that takes them so.
  func bind(
    _ arguments: [GuestValue], _ keywords: KeyValuePairs<String, GuestValue>
  ) -> (arguments: [GuestValue], mismatch: String?) {
    var bound = Array(arguments.prefix(names.count))
    var used = 0
    for name in names.dropFirst(bound.count) {
      guard let value = keywords.first(where: { $0.key == name })?.value else {
        return (bound, "'\(name)' argument required")
      }
      bound.append(value)
      used += 1
    }
    if arguments.count > names.count { return (bound, "extra positional arguments given") }
    return (bound, used < keywords.count ? "extra keyword arguments given" : nil)
  }

  /// Why the types of the arguments do not fit; nil if they do. Of as many as ``countMismatch(_:own:)``
  /// allows.
  func typeMismatch(_ arguments: [GuestValue]) -> String? {
    order.lazy.compactMap { typeMismatch(arguments, at: $0) }.first
  }

  /// The same of one argument.
  func typeMismatch(_ arguments: [GuestValue], at index: Int) -> String? {
    guard arguments.indices.contains(index) else { return nil }
    let argument = arguments[index]
    switch (parameters[index], argument) {
    case (.int, _) where argument.integer == nil: return "can't convert \(argument.typeName) to int"
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
  var isConstructor: Bool {
    switch self {
    case .recordInit, .audioInit, .ttsInit: true
    default: false
    }
  }

  var signature: Signature {
    switch self {
    case .recordInit, .audioInit, .ttsInit: Signature(.int, optionalCount: 1)

    case .recordStart: Signature(.string, .int)
    case .recordGetFilePath, .recordGetSize, .recordDelete, .recordExists: Signature(.string)
    case .recordGetData: Signature(.string, .int, .int, order: [1, 2, 0])
    case .recordEndCallback: Signature(.any)
    case .recordGain: Signature(.int, .int)
    case .recordAMREncDtxEnable: Signature(.int, optionalCount: 1)
    case .recordStreamStart:
      Signature(.int, .int, .int, names: ["format", "samplerate", "time"])
    case .recordStreamRead: Signature(.any, .int)
    case .recordPlay: Signature(.string, .any)
    case .recordStop, .recordIsBusy, .recordStreamStop, .recordFinalise: Signature()

    case .audioSetPA, .audioSetVolume: Signature(.int)
    case .audioPlay: Signature(.int, .int, .any)
    case .audioSetCallback: Signature(.any)
    case .audioStop, .audioStopAll, .audioGetState, .audioGetVolume: Signature()

    case .ttsPlay: Signature(.int, .int, .int, .any)
    case .ttsSetCallback: Signature(.any)
    case .ttsSetVolume, .ttsSetSpeed: Signature(.int)
    case .ttsClose, .ttsGetState, .ttsGetVolume, .ttsGetSpeed: Signature()
    }
  }
}
