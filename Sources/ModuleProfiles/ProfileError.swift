/// Why there is no such profile, in one sentence that names the way out.
public struct ProfileError: Error, Equatable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// Nothing selects a profile.
    case notSelected
    /// No profile has the name, or it is only a base for others.
    case unknownName
    /// Two profiles claim the name.
    case ambiguousName
    /// A profile file is wrong; the description has a line for each problem.
    case invalidFile
    /// A file or folder cannot be read.
    case unreadable
  }

  public let kind: Kind
  public let description: String
  /// For `invalidFile`: what is wrong, where.
  public let problems: [ProfileProblem]

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
    problems = []
  }

  init(_ problems: [ProfileProblem]) {
    kind = .invalidFile
    description = problems.map(\.description).joined(separator: "\n")
    self.problems = problems
  }
}

/// Something wrong in a profile file.
public struct ProfileProblem: Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// From 1; the column counts characters.
  public let line: Int
  public let column: Int
  public let message: String

  /// `file:line:column: message`.
  public var description: String { "\(file):\(line):\(column): \(message)" }
}
