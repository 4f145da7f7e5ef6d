package import ModuleProfiles

/// The name of a call-back row of the outcome tables, such as `Record.end_callback.started`: what a script is called
/// back with on an occasion.
package struct CallbackRow: ExpressibleByStringLiteral {
  package let method: DeviceMethod
  package let id: String

  /// - Precondition: There are two dots in the name.
  package init(stringLiteral name: String) {
    let dot = name.lastIndex(of: ".")!
    method = DeviceMethod(String(name[..<dot]))
    id = String(name[name.index(after: dot)...])
  }
}

extension OutcomeTable {
  /// What a script is called back with under a policy; nil if it has no such call-back.
  package func callback(_ row: CallbackRow, under policy: Policy) -> GuestValue? {
    guard let found = methods[row.method]?.callbacks.first(where: { $0.id == row.id }),
      case .callsBack(let value)? = found.outcome(under: policy)?.effect
    else { return nil }
    return value
  }
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
