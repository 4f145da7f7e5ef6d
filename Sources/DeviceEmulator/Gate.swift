import ModuleProfiles

/// How a device answers the calls of one method: what its profile, its policy and the outcome table
/// come to, read once.
enum Gate {
  case missing
  case answers(Int)
  case record(Rules<RecordRow>)
  case audio(Rules<AudioRow>)
  case speech(Rules<SpeechRow>)

  /// Nil for a method that nobody has written down what it does.
  init?(
    _ method: DeviceMethod, on profile: ModuleProfile, _ policy: Policy, _ table: OutcomeTable
  ) {
    switch (profile.availability(of: method), table.methods[method], method.className) {
    case (.answers(let status), _, _): self = .answers(status)
    case (.missing, _?, _): self = .missing
    case (.works, let rows?, "Record"): self = .record(Rules(method, rows, policy))
    case (.works, let rows?, "Audio"): self = .audio(Rules(method, rows, policy))
    case (.works, let rows?, "TTS"): self = .speech(Rules(method, rows, policy))
    default: return nil
    }
  }
}

/// The rows of one method under one policy, in its order.
struct Rules<Row: RawRepresentable<String> & Equatable> {
  let rows: [(row: Row, outcome: Outcome)]
  /// What follows from the rows that refuse a call, by their ids.
  let refusals: [String: Outcome]

  init(_ method: DeviceMethod, _ outcomes: MethodOutcomes, _ policy: Policy) {
    rows = outcomes.rows(under: policy).compactMap { id, outcome in
      Row(rawValue: "\(method.functionName).\(id)").map { ($0, outcome) }
    }
    refusals = Dictionary(
      uniqueKeysWithValues: outcomes.refusals(under: policy).map { ($0.id, $0.outcome) })
  }

  /// The outcome of the first of some rows that the policy has.
  func outcome(ofFirst candidates: [Row]) -> Outcome? {
    candidates.lazy.compactMap { candidate in rows.first { $0.row == candidate }?.outcome }.first
  }
}
