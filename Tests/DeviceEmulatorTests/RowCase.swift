import DeviceEmulator
import ModuleProfiles
import Testing

/// One way in which one row of the outcome table comes about, and what the script then gets.
///
/// The expectations are written down from the rulings, apart from `Profiles/outcomes`.
struct RowCase: Sendable, CustomTestStringConvertible {
  /// The row, as `Class.method.row`.
  let id: String
  let cause: String
  /// What the script gets; nil where the policy has no such check, or the model none such cause.
  let expected: @Sendable (Model, Policy) -> Answer?
  /// The flash is broken here, from the power-on.
  let fault: FaultyVolume.Operation?
  /// Brings it about; the last call's answer counts.
  let provoke: @Sendable (Desk) throws -> Answer

  var testDescription: String { "\(id): \(cause)" }

  init(
    _ id: String, _ cause: String, documented: Answer?, observed: Answer?,
    fault: FaultyVolume.Operation? = nil,
    on applies: @escaping @Sendable (Model) -> Bool = { _ in true },
    _ provoke: @escaping @Sendable (Desk) throws -> Answer
  ) {
    self.id = id
    self.cause = cause
    self.fault = fault
    self.provoke = provoke
    expected = { applies($0) ? $1 == .documented ? documented : observed : nil }
  }

  init(
    _ id: String, _ cause: String, _ expected: Answer, fault: FaultyVolume.Operation? = nil,
    on applies: @escaping @Sendable (Model) -> Bool = { _ in true },
    _ provoke: @escaping @Sendable (Desk) throws -> Answer
  ) {
    self.init(
      id, cause, documented: expected, observed: expected, fault: fault, on: applies, provoke)
  }

  /// The case as it is on a model under a policy; nil if it is not.
  func cell(_ model: Model, _ policy: Policy) -> Cell? {
    expected(model, policy).map { Cell(row: self, model: model, policy: policy, expected: $0) }
  }

  static let all = recordFiles + recordReading + recordSettings + recordStreams + audio + speech
}

/// One case on one model under one policy.
struct Cell: Sendable, CustomTestStringConvertible {
  let row: RowCase
  let model: Model
  let policy: Policy
  let expected: Answer

  var testDescription: String { "\(model.name), \(policy): \(row.testDescription)" }

  static let all = RowCase.all.flatMap { row in
    Model.all.flatMap { model in Policy.allCases.compactMap { row.cell(model, $0) } }
  }

  func run(outcomes: OutcomeTable = .bundled) throws -> Answer {
    var mounts: [ScriptFiles.Mount]?
    if let fault = row.fault {
      let profile = try model.profile()
      mounts = try profile.volumes.map { volume in
        let mount = try ScriptFiles.Mount(volume, openFileLimit: profile.limits.openFiles)
        return ScriptFiles.Mount(
          path: mount.path, volume: FaultyVolume(mount.volume, broken: fault),
          isReadOnly: mount.isReadOnly)
      }
    }
    return try row.provoke(Desk(model, policy, mounts: mounts, outcomes: outcomes))
  }
}
