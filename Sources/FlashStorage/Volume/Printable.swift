extension String {
  /// Text of others, such as a path in an image, as a terminal can be given it in a line.
  ///
  /// What would move a terminal's cursor or cannot be seen is told by its code: `\x1b` for a byte,
  /// `\u{202e}` for a character. A text that is printable already stays as it is.
  package var printable: String { spellingOut(\.isUnseen) }

  /// The same, of a text of several lines.
  package var printableLines: String { spellingOut { $0.isUnseen && $0 != "\n" } }

  func spellingOut(_ isHidden: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: isHidden) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if isHidden(scalar) { text += scalar.code } else { text.unicodeScalars.append(scalar) }
    }
  }
}

extension Unicode.Scalar {
  /// Whether a terminal shows nothing for it, or does something else instead.
  var isUnseen: Bool {
    if (0x20..<0x7F).contains(value) { return false }
    return foreignByte(self) != nil || properties.generalCategory.isUnseen
  }

  fileprivate var code: String {
    guard let byte = foreignByte(self) ?? (isASCII ? UInt8(value) : nil) else {
      return "\\u{\(String(value, radix: 16))}"
    }
    return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isUnseen: Bool {
    [.control, .format, .lineSeparator, .paragraphSeparator].contains(self)
  }
}
