extension String {
  /// Text of others, such as a name in an image, as a terminal can be given it in a line: control
  /// characters and invisible ones are spelled out, such as `\u{1B}`.
  public var printable: String { escaped(but: []) }

  /// The same, of a text that has several lines.
  public var printableLines: String { escaped(but: ["\n"]) }

  private func escaped(but kept: Set<Unicode.Scalar>) -> String {
    guard unicodeScalars.contains(where: \.properties.isInvisible) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.properties.isInvisible, !kept.contains(scalar) {
        text += scalar.escaped(asASCII: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isInvisible: Bool { generalCategory == .control || generalCategory == .format }
}
