import ModuleProfiles

/// Why a call has failed that does not fail on every module: a clause about what the model has not, or
/// the emulator.
///
/// Rows of one id ask the same of the model in every method, so the id and the profile tell the reason.
extension ModuleProfile {
  /// What the model lacks where a row holds; nil if the row asks for nothing that it could.
  func lack(behind row: String, of method: DeviceMethod) -> String? {
    switch row {
    case "channel": "\(name) has \(channelWords) only"
    case "feature": "\(name) has no \(method.functionName)"
    case "timer": timerLack
    default: nil
    }
  }

  /// That no timer is left.
  var timerLack: String {
    limits.timers == 1
      ? "the only timer of \(name) is taken"
      : "the \(limits.timers) timers of \(name) are all taken"
  }

  /// Why scripts do not find a method, or always get the same number from it.
  func reason(for method: DeviceMethod) -> String {
    reasons[method] ?? reasons[method.constructor]
      ?? (isAnswered(method) ? "the profile \(name) says so" : "\(name) has none")
  }

  private func isAnswered(_ method: DeviceMethod) -> Bool {
    if case .answers = availability(of: method) { true } else { false }
  }

  private var channelWords: String {
    let numbers = record.channels.map(\.rawValue).sorted().map { String($0) }
    guard let last = numbers.last, numbers.count > 1 else {
      return numbers.first.map { "channel \($0)" } ?? "no channel"
    }
    return "channels \(numbers.dropLast().joined(separator: ", ")) and \(last)"
  }
}

extension DeviceMethod {
  /// How scripts write a call: `Record.start`, or `Record(1)`.
  func words(_ arguments: [GuestValue]) -> String {
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
  mutating func remark(_ sentence: String) {
    if !isQuiet { notices.append(sentence) }
  }

  /// Tells it unless it was told before.
  mutating func remarkOnce(_ sentence: String) {
    if told.insert(sentence).inserted { remark(sentence) }
  }

  /// Says why scripts do not find a method.
  mutating func explainMissing(_ method: DeviceMethod) {
    remarkOnce("\(method.wanted) is missing: \(profile.reason(for: method))")
  }
}

extension DeviceEmulator {
  /// Tells why a script looks for something in vain, if the model or the emulator is the reason.
  ///
  /// - Parameters:
  ///   - name: What is looked for, such as `gain`.
  ///   - owner: Where: a module, `audio`, or a class in one, `audio.Record`.
  package func tellLack(of name: String, in owner: String) {
    let path = owner.split(separator: ".") + [name[...]]
    let member = path.dropFirst().joined(separator: ".")
    let method = method(named: member) ?? method(named: member + ".init")
    if let method, missingMethods(of: String(method.className)).contains(method) {
      explainMissing(method)
    } else if let module = Self.documented(path[0]), module.notEmulated.contains(member) {
      remarkOnce(
        "\(module.name).\(member) is documented, but qpyemu does not emulate it"
          + (module.why.map { ": \($0)" } ?? " yet"))
    }
  }

  /// Tells that a script imports a module by a name that only newer firmware has.
  package func tellBareName(_ name: String) {
    remarkOnce("older firmware lacks the name \(name): u\(name) is in all of it")
  }

  /// The documented module behind a name that may lack the `u` of the vendor's names, or an underscore.
  private static func documented(_ name: Substring) -> DocumentedModules.Module? {
    let modules = DocumentedModules.bundled
    return modules[name] ?? modules["u" + name] ?? modules["_" + name]
  }

  /// Tells why a script's thread could not start.
  package func tellThreadLimit() {
    remarkOnce("a thread did not start: \(profile.name) runs \(profile.limits.threads) at most")
  }

  /// Tells whether a module that a script imports in vain is one that real modules have.
  package func tellAbsence(ofModule name: some StringProtocol) {
    if lacksModule(name) { return explainMissing(DeviceMethod("\(name).init")) }
    guard let module = DocumentedModules.bundled[name], module.emulated == nil else { return }
    remarkOnce(
      "\(name) is a QuecPython module that qpyemu does not emulate yet; --modules FOLDER takes your own"
    )
  }
}
