import Conformance
import GuestRuntime
import ModuleProfiles

/// Which cells a command line selects.
struct ConformSelection {
  private let profiles: [String]
  private let methods: [String]
  private let policies: [Policy]
  /// The file that says what is to be checked instead.
  private let plan: String?
  let shard: Shard?

  init(_ arguments: inout Arguments) throws(UsageError) {
    profiles = try arguments.options("--profile")
    methods = try arguments.options("--method")
    let policy: Policy? = try Conform.choice(try arguments.option("--policy"), "--policy")
    policies = policy.map { [$0] } ?? Policy.allCases
    plan = try arguments.option("--plan")
    guard plan == nil || (profiles.isEmpty && methods.isEmpty && policy == nil) else {
      throw UsageError("--plan says what is to be checked; leave out the options that select")
    }
    shard = try arguments.option("--shard").map { text throws(UsageError) in
      guard let shard = Shard(text) else {
        throw UsageError("--shard is a part such as 1/4, not \"\(text)\"")
      }
      return shard
    }
  }

  /// The cells of the shard.
  func part(of cells: [Cell]) -> [Cell] {
    guard let shard else { return cells }
    let ids = Set(Plan(cells.map(\.id)).part(shard))
    return cells.filter { ids.contains($0.id) }
  }

  /// The cells of the plan, or those selected, in the order of models, policies and rows.
  func cells(_ library: ProfileLibrary) throws -> [Cell] {
    if let plan { return try Self.cells(of: plan, library) }
    let wanted = Set(
      try methods.flatMap { name throws(UsageError) in try Self.methods(named: name) })
    var models: [ModuleProfile] = []
    for name in profiles.isEmpty ? try library.modelNames() : profiles {
      let profile = try library.profile(named: name)
      if !models.contains(where: { $0.name == profile.name }) { models.append(profile) }
    }
    return Cell.all(models, policies).filter { methods.isEmpty || wanted.contains($0.method) }
  }

  private static func cells(of plan: String, _ library: ProfileLibrary) throws -> [Cell] {
    guard let bytes = HostFile.contents(of: plan) else {
      throw Complaint(.missingInput, "cannot read the plan \(plan): \(hostReason)")
    }
    let all = Dictionary(uniqueKeysWithValues: try all(library).map { ($0.id, $0) })
    return try Plan(String(decoding: bytes, as: UTF8.self)).ids.map { id in
      guard let cell = all[id] else {
        throw Complaint(.badData, "\(plan): there is no case \(id)\(didYouMean(id, in: all.keys))")
      }
      return cell
    }
  }

  /// All cells of all models.
  static func all(_ library: ProfileLibrary) throws(ProfileError) -> [Cell] {
    var models: [ModuleProfile] = []
    for name in try library.modelNames() { models.append(try library.profile(named: name)) }
    return Cell.all(models)
  }

  /// The methods of a name, with their class or without.
  private static func methods(named name: String) throws(UsageError) -> [DeviceMethod] {
    let found = DeviceMethod.allCases.filter { $0.rawValue == name || $0.functionName == name }
    guard !found.isEmpty else {
      let words = DeviceMethod.allCases.flatMap { [$0.rawValue, String($0.functionName)] }
      throw UsageError("there is no method \(name)\(didYouMean(name, in: words))")
    }
    return found
  }
}
