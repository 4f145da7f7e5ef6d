import ModuleProfiles

/// What the parameters of a method take.
struct Signature {
  enum Parameter {
    case int, string, any
  }

  private let parameters: [Parameter]
  /// How many of the last parameters may be left out.
  private let optionalCount: Int

  init(_ parameters: Parameter..., optionalCount: Int = 0) {
    self.parameters = parameters
    self.optionalCount = optionalCount
  }

  /// Why the arguments do not fit, in the interpreter's words; nil if they do.
  ///
  /// - Parameter ownCount: How many the interpreter counts beside them: `self` of a method.
  func mismatch(with arguments: [GuestValue], ownCount: Int) -> String? {
    let least = parameters.count - optionalCount
    guard (least...parameters.count).contains(arguments.count) else {
      let given = arguments.count + ownCount
      return optionalCount == 0
        ? "function takes \(least + ownCount) positional arguments but \(given) were given"
        : "function expected at most \(parameters.count + ownCount) arguments, got \(given)"
    }
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

  /// What the interpreter says of one argument too many.
  fileprivate func mismatchOfOneTooMany(ownCount: Int) -> String {
    let tooMany = [GuestValue](repeating: .none, count: parameters.count + 1)
    return mismatch(with: tooMany, ownCount: ownCount) ?? ""
  }
}

extension DeviceMethod {
  /// Why arguments do not fit, for a call whose arguments are refused though they do.
  var mismatchOfOneTooMany: String {
    signature.mismatchOfOneTooMany(ownCount: isConstructor ? 0 : 1)
  }

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
    case .recordGetData: Signature(.string, .int, .int)
    case .recordEndCallback: Signature(.any)
    case .recordGain: Signature(.int, .int)
    case .recordAMREncDtxEnable: Signature(.int, optionalCount: 1)
    case .recordStreamStart: Signature(.int, .int, .int)
    case .recordStreamRead: Signature(.any, .int)
    case .recordStop, .recordIsBusy, .recordStreamStop: Signature()

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
