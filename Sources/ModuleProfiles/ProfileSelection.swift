/// Which model to emulate.
public enum ProfileSelection: Sendable, Equatable {
  /// By name or alias, from the compiled-in profiles and `QPYEMU_PROFILE_PATH`.
  case named(String)
  /// A profile at hand, perhaps changed by a test.
  case profile(ModuleProfile)

  /// The model that `QPYEMU_PROFILE` names.
  ///
  /// - Throws: ``ProfileError`` if the variable is not set.
  public static func fromEnvironment(
    _ variable: (String) -> String? = HostEnvironment.variable
  ) throws(ProfileError) -> ProfileSelection {
    if let name = variable("QPYEMU_PROFILE") { return .named(name) }
    let names = try ProfileLibrary.fromEnvironment(variable).modelNames()
    throw ProfileError(
      .notSelected,
      "QPYEMU_PROFILE is not set: set it to a model, one of \(names.joined(separator: ", "))")
  }

  /// The profile selected.
  ///
  /// - Throws: ``ProfileError`` if there is none of that name or its file is wrong.
  public func resolve(
    _ variable: (String) -> String? = HostEnvironment.variable
  ) throws(ProfileError) -> ModuleProfile {
    switch self {
    case .named(let name): try ProfileLibrary.fromEnvironment(variable).profile(named: name)
    case .profile(let profile): profile
    }
  }
}
