/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable {
  public let message: String
  /// The offset of the offending byte, or the length of a text that ends too early.
  public let offset: Int

  public init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }
}

/// A text with the name of its file: turns offsets into lines and columns.
public struct JSONSource: Sendable {
  public let name: String
  public let bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Parses the whole text.
  public func parse() throws(JSONError) -> JSONNode { try JSONNode(parsing: bytes) }

  /// The line and the column of a byte, both counted from 1; the column counts characters
  /// (Unicode scalars), not bytes. An offset outside the text means its nearest end.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    var (line, column) = (1, 1)
    for byte in bytes.prefix(max(0, offset)) {
      if byte == UInt8(ascii: "\n") {
        (line, column) = (line + 1, 1)
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }

  /// `file:line:column: message`, as compilers write it and editors read it.
  public func locate(_ message: String, at offset: Int) -> String {
    let (line, column) = position(of: offset)
    return "\(name):\(line):\(column): \(message)"
  }
}
