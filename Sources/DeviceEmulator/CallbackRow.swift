import ModuleProfiles

/// Of what scripts are called back: one case for each call-back row of `Profiles/outcomes`.
enum CallbackRow: String, CaseIterable {
  case recordingStarted = "Record.end_callback.started"
  case recordingEnded = "Record.end_callback.ended"
  case recordingFailed = "Record.end_callback.failed"
  case streamStarted = "Record.end_callback.streamStarted"
  case streamData = "Record.end_callback.streamData"
  case streamEnded = "Record.end_callback.streamEnded"
  case streamFailed = "Record.end_callback.streamFailed"
  case audioStarted = "Audio.setCallback.started"
  case audioStopped = "Audio.setCallback.stopped"
  case audioFinished = "Audio.setCallback.finished"
  case amplifierOn = "Audio.setSpeakerpaCallback.on"
  case amplifierOff = "Audio.setSpeakerpaCallback.off"
  case speechStarted = "TTS.setCallback.started"
  case speechStopped = "TTS.setCallback.stopped"
  case speechFinished = "TTS.setCallback.finished"
}

/// What scripts are called back with under one policy.
struct Callbacks {
  private var values: [CallbackRow: GuestValue] = [:]

  init(_ table: OutcomeTable, _ policy: Policy) {
    for (method, outcomes) in table.methods {
      for row in outcomes.callbacks {
        guard let event = CallbackRow(rawValue: "\(method.rawValue).\(row.id)"),
          case .callsBack(let value)? = row.outcome(under: policy)?.effect
        else { continue }
        values[event] = value
      }
    }
  }

  /// Nil if the policy has no such call-back.
  subscript(row: CallbackRow) -> GuestValue? { values[row] }
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
