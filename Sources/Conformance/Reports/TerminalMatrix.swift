import FlashStorage
import ModuleProfiles

extension Matrix {
  /// The matrix as lines of at most 80 columns for ten models: models across, methods down.
  ///
  /// - Parameter usesColour: Whether the signs are coloured as well.
  package func lines(usesColour: Bool) -> [String] {
    guard !models.isEmpty else { return [] }
    var lines = [
      "policy \(policy.rawValue)", heading { $0.prefix(2) }, heading { $0.dropFirst(2) },
    ]
    var lastClass: Substring = ""
    for method in methods {
      if method.className != lastClass { lines.append(String(method.className)) }
      lastClass = method.className
      let fields = models.map { text(of: self[method, $0], usesColour) }
      lines.append("  \(method.functionName)".padded(to: Self.nameWidth) + fields.joined())
    }
    return lines.map(\.trimmed)
  }

  private static let nameWidth = 24
  private static let fieldWidth = 5

  private func heading(_ part: (String) -> Substring) -> String {
    String(repeating: " ", count: Self.nameWidth)
      + models.map { String(part($0.printable)).leftPadded(to: Self.fieldWidth) }.joined()
  }

  private func text(of field: Field?, _ usesColour: Bool) -> String {
    guard let field else { return "·".leftPadded(to: Self.fieldWidth) }
    let number = String(field.verdicts[.failed] ?? field.count)
    let text = "\(field.mark.rawValue)\(number)"
    let room = String(repeating: " ", count: max(Self.fieldWidth - text.count, 0))
    return room + (usesColour ? field.mark.coloured(text) : text)
  }

  /// What the signs mean, in a few lines.
  package static func legend(usesColour: Bool) -> [String] {
    let words = Mark.allCases.map { mark in
      (usesColour ? mark.coloured(mark.rawValue) : mark.rawValue) + " " + mark.meaning
    }
    return [
      words.prefix(3).joined(separator: "   "), words.dropFirst(3).joined(separator: "   "),
      "The number is that of the cases, after ✗ of those that failed; · no such method.",
    ]
  }
}

extension Matrix.Mark {
  fileprivate func coloured(_ text: String) -> String { "\u{1B}[\(colour)m\(text)\u{1B}[0m" }

  /// The terminal's own number for the colour.
  private var colour: String {
    switch self {
    case .documented: "32"
    case .observed: "36"
    case .ruled: "33"
    case .unknown: "35"
    case .failure: "1;31"
    case .skipped: "2"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }

  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(width - count, 0)) + self
  }

  fileprivate var trimmed: String {
    lastIndex { $0 != " " }.map { String(self[...$0]) } ?? ""
  }
}
