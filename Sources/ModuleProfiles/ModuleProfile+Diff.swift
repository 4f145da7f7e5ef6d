/// A fact in which two profiles differ.
public struct ProfileDifference: Sendable, Equatable {
  /// "limits.scriptHeapBytes".
  public let path: String
  /// The values in words; nil where a profile does not state the fact, which for a method means
  /// that it works.
  public let left: String?
  public let right: String?
}

extension ModuleProfile {
  /// Every fact with its value and source, sorted by path: what `profiles show` prints.
  public var statements: [ProfileFact] { facts.values.sorted { $0.path < $1.path } }

  /// The facts in which two profiles differ, sorted by path.
  public static func diff(_ left: ModuleProfile, _ right: ModuleProfile) -> [ProfileDifference] {
    Set(left.facts.keys).union(right.facts.keys).sorted().compactMap { path in
      let (a, b) = (left.facts[path], right.facts[path])
      guard a?.value != b?.value else { return nil }
      return ProfileDifference(path: path, left: a?.text, right: b?.text)
    }
  }
}
