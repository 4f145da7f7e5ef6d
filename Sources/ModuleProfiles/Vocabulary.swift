/// Which column of the outcome table decides.
public enum Policy: String, CaseIterable, Sendable {
  /// What the vendor's page promises.
  case documented
  /// What the firmware of 2021-12 and real console sessions do.
  case observed
}

/// How we know a fact.
public enum Provenance: String, CaseIterable, Sendable {
  /// The vendor's documentation says so.
  case documented
  /// Read in the vendor's firmware layer or seen on a real module.
  case observed
  /// Our choice, where the vendor is silent or contradicts itself.
  case ruled
  /// Nobody has looked; never counted as a pass.
  case unknown
}

/// How one model treats one method.
public enum Availability: Equatable, Sendable {
  /// As the outcome table says.
  case works
  /// The script sees AttributeError.
  case missing
  /// Present but inert: always this value.
  case answers(Int)
}

/// An output path of the module, with the number scripts use for it.
public enum AudioChannel: Int, CaseIterable, Sendable {
  case earpiece, headphone, speaker

  /// The word that profiles use: "earpiece".
  public var name: String {
    // Spelt out: asking the runtime for a case's name costs a tenth of a millisecond at the start.
    switch self {
    case .earpiece: "earpiece"
    case .headphone: "headphone"
    case .speaker: "speaker"
    }
  }
}

/// A language that scripts are written in; there is an interpreter for each.
public enum Dialect: String, CaseIterable, Sendable {
  /// MicroPython as the modules' firmware had it from 2021 to 2025.
  case micropython113 = "1.13"
}

/// How a volume keeps its books on its blocks.
public enum FileSystemKind: String, CaseIterable, Sendable {
  case littlefs1, littlefs2
}
