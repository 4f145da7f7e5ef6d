import ModuleProfiles

/// What the parameters of a method take.
struct Signature {
  enum Parameter {
    case int, string, any
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
  private let arity: Arity

  init(_ parameters: Parameter..., arity: Arity = .fixed) {
    self.parameters = parameters
    self.arity = arity
  }

  /// Why the arguments do not fit, in the interpreter's words; nil if they do.
  ///
  /// - Parameter ownCount: How many the interpreter counts beside them: `self` of a method.
  func mismatch(with arguments: [GuestValue], ownCount: Int) -> String? {
    if case .named(let names) = arity {
      return typeMismatch(arguments) ?? namedMismatch(names, given: arguments.count)
    }
    return countMismatch(given: arguments.count, ownCount) ?? typeMismatch(arguments)
  }

  private func countMismatch(given: Int, _ ownCount: Int) -> String? {
    let most = parameters.count
    switch arity {
    case .named: return nil
    case .open:
      return given >= most
        ? nil : "function missing \(most - given) required positional arguments"
    case .optional(let count):
      return (most - count...most).contains(given)
        ? nil
        : "function expected at most \(most + ownCount) arguments, got \(given + ownCount)"
    case .fixed, .added:
      var least = most
      if case .added = arity { least -= 1 }
      return (least...most).contains(given)
        ? nil
        : "function takes \(least + ownCount) positional arguments but \(given + ownCount) were given"
    }
  }

  private func namedMismatch(_ names: [String], given: Int) -> String? {
    if given < names.count { return "'\(names[given])' argument required" }
    return given > names.count ? "extra positional arguments given" : nil
  }

  private func typeMismatch(_ arguments: [GuestValue]) -> String? {
    for (parameter, argument) in zip(parameters, arguments) {
      switch parameter {
      case .int where argument.integer == nil:
        return "can't convert \(argument.typeName) to int"
      case .string where argument.string == nil:
        return "can't convert '\(argument.typeName)' object to str implicitly"
      default: continue
      }
    }
    return nil
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
    case .recordInit: Signature(.int, arity: .optional(1))
    case .audioInit, .ttsInit: Signature(.int, arity: .open)

    case .recordStart: Signature(.string, .int)
    case .recordGetFilePath, .recordGetSize, .recordDelete, .recordExists: Signature(.string)
    case .recordGetData: Signature(.string, .int, .int)
    case .recordEndCallback: Signature(.any)
    case .recordGain: Signature(.int, .int)
    case .recordAMREncDtxEnable: Signature(.int, arity: .optional(1))
    case .recordStreamStart: Signature(.int, .int, .int)
    case .recordStreamRead: Signature(.any, .int)
    case .recordStop, .recordIsBusy, .recordStreamStop: Signature()

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
