package import ModuleProfiles

/// The results of one policy by method and model.
package struct Matrix: Sendable {
  /// The results of one method on one model, in short.
  package struct Field: Sendable, Equatable {
    /// How many cases were checked.
    package var count = 0
    /// How many of them in each way.
    package var verdicts: [CellResult.Verdict: Int] = [:]
    /// How the least certain of them is known.
    package var provenance = Provenance.documented

    fileprivate mutating func add(_ verdict: CellResult.Verdict, _ provenance: Provenance) {
      count += 1
      verdicts[verdict, default: 0] += 1
      if provenance.doubt > self.provenance.doubt { self.provenance = provenance }
    }

    /// The sign for the worst of it.
    package var mark: Mark {
      if verdicts[.failed] != nil { return .failure }
      if verdicts[.skipped] == count { return .skipped }
      return Mark(provenance)
    }
  }

  /// A sign, for those who see no colours too.
  package enum Mark: String, CaseIterable, Sendable {
    case documented = "●"
    case observed = "○"
    case ruled = "◆"
    case unknown = "?"
    case failure = "✗"
    case skipped = "–"

    fileprivate init(_ provenance: Provenance) {
      switch provenance {
      case .documented: self = .documented
      case .observed: self = .observed
      case .ruled: self = .ruled
      case .unknown: self = .unknown
      }
    }

    /// What it stands for, in words.
    package var meaning: String {
      switch self {
      case .documented: "as documented"
      case .observed: "as observed"
      case .ruled: "as ruled"
      case .unknown: "unknown, not counted as a pass"
      case .failure: "not as the table says"
      case .skipped: "skipped"
      }
    }
  }

  package let policy: Policy
  /// In the order of the results.
  package private(set) var models: [String] = []
  package private(set) var methods: [DeviceMethod] = []
  private var fields: [DeviceMethod: [String: Field]] = [:]

  package init(_ results: [CellResult], _ policy: Policy) {
    self.policy = policy
    var found: Set<DeviceMethod> = []
    for result in results where result.cell.policy == policy {
      let (method, model) = (result.cell.method, result.cell.profile.name)
      if !models.contains(model) { models.append(model) }
      found.insert(method)
      fields[method, default: [:]][model, default: Field()]
        .add(result.verdict, result.cell.provenance)
    }
    methods = DeviceMethod.allCases.filter(found.contains)
  }

  /// Nil where no case can come about: the model has nothing of the kind.
  package subscript(method: DeviceMethod, model: String) -> Field? { fields[method]?[model] }
}

extension Provenance {
  /// The less is known, the more.
  fileprivate var doubt: Int {
    switch self {
    case .documented: 0
    case .observed: 1
    case .ruled: 2
    case .unknown: 3
    }
  }
}
