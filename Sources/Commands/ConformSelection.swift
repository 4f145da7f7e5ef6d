import Conformance
import DeviceEmulator
import ModuleProfiles
import QuecPython

/// Which cells a command line selects.
struct ConformSelection {
  private let profiles: [String]
  private let methods: [String]
  private let policies: [Policy]
  let plan: PlanOptions

  init(_ arguments: inout Arguments) throws(UsageError) {
    profiles = try arguments.options("--profile")
    methods = try arguments.options("--method")
    let policy: Policy? = try Conform.choice(try arguments.option("--policy"), "--policy")
    policies = policy.map { [$0] } ?? Policy.allCases
    plan = try PlanOptions(
      &arguments, selects: !(profiles.isEmpty && methods.isEmpty && policy == nil))
  }

  /// The cells of the plan, or those selected, in the order of models, policies and rows.
  func cells(_ library: ProfileLibrary) throws -> [Cell] {
    try plan.planned(
      { try Self.all(library) }, selected: { try selected(library) }, id: \.id, noun: "case")
  }

  private func selected(_ library: ProfileLibrary) throws -> [Cell] {
    let wanted = Set(
      try methods.flatMap { name throws(UsageError) in try Self.methods(named: name) })
    var models: [ModuleProfile] = []
    for name in profiles.isEmpty ? try library.modelNames() : profiles {
      let profile = try library.profile(named: name)
      if !models.contains(where: { $0.name == profile.name }) { models.append(profile) }
    }
    return Cell.all(models, policies).filter { methods.isEmpty || wanted.contains($0.method) }
  }

  /// All cells of all models.
  static func all(_ library: ProfileLibrary) throws(ProfileError) -> [Cell] {
    var models: [ModuleProfile] = []
    for name in try library.modelNames() { models.append(try library.profile(named: name)) }
    return Cell.all(models)
  }

  /// The methods of a name, with their class or without.
  private static func methods(named name: String) throws(UsageError) -> [DeviceMethod] {
    let methods = OutcomeTables.quecPython.whole.order
    let found = methods.filter { $0.rawValue == name || $0.functionName == name }
    guard !found.isEmpty else {
      let words = methods.flatMap { [$0.rawValue, String($0.functionName)] }
      throw UsageError("there is no method \(name)\(didYouMean(name, in: words))")
    }
    return found
  }
}
