package import ModuleProfiles

/// Why a call has failed that does not fail on every module: a clause about what the model has not, or
/// the emulator.
///
/// Rows of one id ask the same of the model in every method, so the id and the profile tell the reason.
extension ModuleProfile {
  /// What the model lacks where a row holds; nil if the row asks for nothing that it could.
  package func lack(behind row: String, of method: DeviceMethod) -> String? {
    switch row {
    case "feature": "\(name) has no \(method.functionName)"
    case "timer": timerLack
    default: nil
    }
  }

  /// That no timer is left.
  package var timerLack: String {
    limits.timers == 1
      ? "the only timer of \(name) is taken"
      : "the \(limits.timers) timers of \(name) are all taken"
  }

  /// Why scripts do not find a method, or always get the same number from it.
  package func reason(for method: DeviceMethod) -> String {
    reasons[method] ?? reasons[method.constructor]
      ?? (isAnswered(method) ? "the profile \(name) says so" : "\(name) has none")
  }

  private func isAnswered(_ method: DeviceMethod) -> Bool {
    if case .answers = availability(of: method) { true } else { false }
  }
}

extension DeviceMethod {
  /// How scripts write a call: `Record.start`, or `Record(1)`.
  package func words(_ arguments: [GuestValue]) -> String {
    guard isConstructor else { return rawValue }
    return "\(className)(\(arguments.first?.integer.map { String($0) } ?? ""))"
  }
}

extension Call {
  private var words: String { method.words(arguments) }

  /// How it has failed, such as `Record.start gave -4`; nil if it has not.
  func failure(_ result: Result<GuestValue, GuestException>) -> String? {
    switch result {
    case .success(.int(let number)): number < 0 ? "\(words) gave \(number)" : nil
    case .success: nil
    case .failure(let exception): "\(words) raised \(exception.type)"
    }
  }
}

extension DeviceMethod {
  /// What scripts look for: a method, or of a constructor the class.
  var wanted: String { isConstructor ? String(className) : rawValue }
}

extension Board {
  /// Tells the person at the host something that the script cannot know and that is no error.
  package mutating func remark(_ sentence: String) {
    if !isQuiet { notices.append(sentence) }
  }

  /// Tells it unless it was told before.
  package mutating func remarkOnce(_ sentence: String) {
    if told.insert(sentence).inserted { remark(sentence) }
  }

  /// Says why scripts do not find a method.
  package mutating func explainMissing(_ method: DeviceMethod) {
    remarkOnce("\(method.wanted) is missing: \(profile.reason(for: method))")
  }
}
