import ModuleProfiles

/// The name of a call-back row of the outcome tables, such as `Record.end_callback.started`: what a script is called
/// back with on an occasion.
struct CallbackRow: Hashable, ExpressibleByStringLiteral {
  let name: String

  init(stringLiteral name: String) { self.name = name }
}

/// What scripts are called back with under one policy.
struct Callbacks {
  private var values: [String: GuestValue] = [:]

  init(_ table: OutcomeTable, _ policy: Policy) {
    for (method, outcomes) in table.methods {
      for row in outcomes.callbacks {
        guard case .callsBack(let value)? = row.outcome(under: policy)?.effect else { continue }
        values["\(method.rawValue).\(row.id)"] = value
      }
    }
  }

  /// Nil if the policy has no such call-back.
  subscript(row: CallbackRow) -> GuestValue? { values[row.name] }
}

extension GuestValue {
  /// The value with what has happened in the places that the table leaves for it, such as `{path}`.
  package func filled(_ places: [String: GuestValue]) -> GuestValue {
    switch self {
    case .string(let text): places[text] ?? self
    case .list(let values): .list(values.map { $0.filled(places) })
    case .tuple(let values): .tuple(values.map { $0.filled(places) })
    default: self
    }
  }
}
