import DeviceEmulator
package import ModuleProfiles
import QuecPython

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

    init(_ provenance: Provenance) {
      switch provenance {
      case .documented: self = .documented
      case .observed: self = .observed
      case .ruled: self = .ruled
      case .unknown: self = .unknown
      }
    }

    /// The word that pages call it by.
    var name: String {
      switch self {
      case .documented: "documented"
      case .observed: "observed"
      case .ruled: "ruled"
      case .unknown: "unknown"
      case .failure: "failed"
      case .skipped: "skipped"
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

  package init(_ cells: [ReportCell], _ policy: Policy) {
    self.policy = policy
    var found: Set<DeviceMethod> = []
    for cell in cells where cell.policy == policy {
      if !models.contains(cell.model) { models.append(cell.model) }
      found.insert(cell.method)
      fields[cell.method, default: [:]][cell.model, default: Field()]
        .add(cell.verdict, cell.provenance)
    }
    methods = OutcomeTables.quecPython.whole.order.filter(found.contains)
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
