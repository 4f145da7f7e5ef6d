package import DeviceEmulator
import ModuleProfiles

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
