extension JSONNode {
  /// How deep arrays and objects may stand in each other.
  public static let depthLimit = 128
  /// How long a text may be unless the caller says otherwise: 16 MiB.
  public static let defaultByteLimit = 16 << 20

  /// Parses one JSON text, strictly as RFC 8259 has it: UTF-8 without byte order mark, no
  /// comments, no trailing commas, one value and nothing after it.
  ///
  /// Beyond the RFC, a key may stand only once in an object, depth and length are limited, and
  /// a number must be finite as a `Double`. Any input, however broken, gives a value or an error.
  public init(
    parsing bytes: borrowing Span<UInt8>, byteLimit: Int = JSONNode.defaultByteLimit
  ) throws(JSONError) {
    guard bytes.count <= byteLimit else {
      throw JSONError(
        message: "the text has \(bytes.count) bytes, more than the \(byteLimit) allowed",
        offset: byteLimit)
    }
    var parser = JSONParser()
    self = try parser.document(bytes)
  }

  /// Parses one JSON text held in an array.
  public init(
    parsing bytes: [UInt8], byteLimit: Int = JSONNode.defaultByteLimit
  ) throws(JSONError) {
    try self.init(parsing: bytes.span, byteLimit: byteLimit)
  }
}

/// A recursive descent over the bytes. The text is handed to each step, so the parser itself is
/// two integers.
private struct JSONParser {
  private var position = 0
  private var depth = 0

  mutating func document(_ text: borrowing Span<UInt8>) throws(JSONError) -> JSONNode {
    if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
      throw JSONError(message: "JSON has no byte order mark: remove it", offset: 0)
    }
    let node = try value(text)
    skipSpace(text)
    guard position == text.count else { throw unexpected(text, "the end of the text") }
    return node
  }

  private mutating func value(_ text: borrowing Span<UInt8>) throws(JSONError) -> JSONNode {
    skipSpace(text)
    let start = position
    guard start < text.count else { throw unexpected(text, "a value") }
    let value: JSONValue
    switch text[start] {
    case UInt8(ascii: "{"): value = try object(text)
    case UInt8(ascii: "["): value = try array(text)
    case UInt8(ascii: "\""): value = .string(try string(text))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = try number(text)
    case UInt8(ascii: "t"): value = try word(text, "true", .bool(true))
    case UInt8(ascii: "f"): value = try word(text, "false", .bool(false))
    case UInt8(ascii: "n"): value = try word(text, "null", .null)
    default: throw unexpected(text, "a value")
    }
    return JSONNode(value, offset: start)
  }

  private mutating func word(
    _ text: borrowing Span<UInt8>, _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let spelling = "\(word)".utf8
    let rest = text.count - position
    guard rest >= spelling.count,
      spelling.enumerated().allSatisfy({ [position] in text[position + $0] == $1 })
    else { throw JSONError(message: "expected a value: is this \(word)?", offset: position) }
    position += spelling.count
    return value
  }

  // MARK: Arrays and objects

  private mutating func array(_ text: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    try enter()
    var elements: [JSONNode] = []
    skipSpace(text)
    if !take(text, UInt8(ascii: "]")) {
      repeat {
        elements.append(try value(text))
        skipSpace(text)
      } while take(text, UInt8(ascii: ","))
      guard take(text, UInt8(ascii: "]")) else { throw unexpected(text, "',' or ']'") }
    }
    depth -= 1
    return .array(elements)
  }

  private mutating func object(_ text: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    try enter()
    var members: [JSONMember] = []
    var keys = KeySet()
    skipSpace(text)
    if !take(text, UInt8(ascii: "}")) {
      repeat {
        skipSpace(text)
        let keyOffset = position
        guard peek(text) == UInt8(ascii: "\"") else { throw unexpected(text, "a quoted key") }
        let key = try string(text)
        guard keys.insert(key, into: members) else {
          throw JSONError(
            message: "the key \"\(key.prefix(80))\" stands here twice", offset: keyOffset)
        }
        skipSpace(text)
        guard take(text, UInt8(ascii: ":")) else { throw unexpected(text, "':' after the key") }
        members.append(JSONMember(key, try value(text), keyOffset: keyOffset))
        skipSpace(text)
      } while take(text, UInt8(ascii: ","))
      guard take(text, UInt8(ascii: "}")) else { throw unexpected(text, "',' or '}'") }
    }
    depth -= 1
    return .object(members)
  }

  /// Steps over an opening bracket.
  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= JSONNode.depthLimit else {
      throw JSONError(
        message: "nested deeper than \(JSONNode.depthLimit) levels", offset: position)
    }
    position += 1
  }

  // MARK: Numbers

  private mutating func number(_ text: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = take(text, UInt8(ascii: "-"))
    let digits = position
    var magnitude: Int? = 0
    while let digit = takeDigit(text) {
      magnitude = magnitude.flatMap { appending(digit, to: $0, isNegative: isNegative) }
    }
    guard position > digits else { throw unexpected(text, "a digit") }
    if text[digits] == UInt8(ascii: "0"), position > digits + 1 {
      throw JSONError(message: "a number must not start with 0", offset: digits)
    }
    var isInteger = true
    if take(text, UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits(text)
    }
    if take(text, UInt8(ascii: "e")) || take(text, UInt8(ascii: "E")) {
      isInteger = false
      _ = take(text, UInt8(ascii: "+")) || take(text, UInt8(ascii: "-"))
      try skipDigits(text)
    }
    if isInteger, let magnitude { return .int(magnitude) }
    return .double(try double(text, from: start))
  }

  /// The integer with one more digit, or nil when `Int` cannot hold it.
  private func appending(_ digit: Int, to integer: Int, isNegative: Bool) -> Int? {
    let (tenfold, overflow) = integer.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
    return overflow || carry ? nil : sum
  }

  private func double(_ text: borrowing Span<UInt8>, from start: Int) throws(JSONError) -> Double {
    let digits = String(decoding: (start..<position).map { text[$0] }, as: UTF8.self)
    guard let double = Double(digits), double.isFinite else {
      throw JSONError(message: "this number is too big for a double", offset: start)
    }
    return double
  }

  private mutating func skipDigits(_ text: borrowing Span<UInt8>) throws(JSONError) {
    guard takeDigit(text) != nil else { throw unexpected(text, "a digit") }
    while takeDigit(text) != nil {}
  }

  private mutating func takeDigit(_ text: borrowing Span<UInt8>) -> Int? {
    guard let byte = peek(text), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    position += 1
    return Int(byte &- UInt8(ascii: "0"))
  }

  // MARK: Strings

  /// Reads a string from its opening quote to behind its closing one.
  private mutating func string(_ text: borrowing Span<UInt8>) throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = peek(text) {
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try decode(text.extracting(start..<position), at: start)
      case UInt8(ascii: "\\"):
        return try escapedString(text, from: start)
      case 0..<0x20:
        throw JSONError(
          message: "a control character in a string must be escaped", offset: position)
      default:
        position += 1
      }
    }
    throw JSONError(message: "the text ends inside a string", offset: position)
  }

  /// Goes on at the first escape of a string whose plain beginning starts at `start`.
  private mutating func escapedString(
    _ text: borrowing Span<UInt8>, from start: Int
  ) throws(JSONError) -> String {
    var start = start
    var decoded = ""
    while true {
      decoded += try decode(text.extracting(start..<position), at: start)
      guard take(text, UInt8(ascii: "\\")) else { break }
      decoded.unicodeScalars.append(try escape(text))
      start = position
      while let byte = peek(text), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        guard byte >= 0x20 else {
          throw JSONError(
            message: "a control character in a string must be escaped", offset: position)
        }
        position += 1
      }
    }
    guard take(text, UInt8(ascii: "\"")) else {
      throw JSONError(message: "the text ends inside a string", offset: position)
    }
    return decoded
  }

  private func decode(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) -> String {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes))
    } catch {
      throw JSONError(
        message: "these bytes are not UTF-8", offset: offset + error.byteOffsets.lowerBound)
    }
  }

  /// Reads what follows a backslash.
  private mutating func escape(_ text: borrowing Span<UInt8>) throws(JSONError) -> Unicode.Scalar {
    let backslash = position - 1
    guard let byte = peek(text) else {
      throw JSONError(message: "the text ends inside a string", offset: position)
    }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(text, from: backslash)
    default: throw JSONError(message: "JSON has no such escape", offset: backslash)
    }
  }

  /// Reads four hexadecimal digits, and the second half of a surrogate pair if they are a first.
  private mutating func unicodeEscape(
    _ text: borrowing Span<UInt8>, from backslash: Int
  ) throws(JSONError) -> Unicode.Scalar {
    let unit = try hexadecimal(text)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if UTF16.isLeadSurrogate(UInt16(unit)), take(text, UInt8(ascii: "\\")),
      take(text, UInt8(ascii: "u"))
    {
      let second = try hexadecimal(text)
      if UTF16.isTrailSurrogate(UInt16(second)),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw JSONError(message: "a surrogate escape without its other half", offset: backslash)
  }

  private mutating func hexadecimal(_ text: borrowing Span<UInt8>) throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(text), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected(text, "four hexadecimal digits")
      }
      unit = unit << 4 + UInt32(digit)
      position += 1
    }
    return unit
  }

  // MARK: Bytes

  private func peek(_ text: borrowing Span<UInt8>) -> UInt8? {
    position < text.count ? text[position] : nil
  }

  private mutating func take(_ text: borrowing Span<UInt8>, _ byte: UInt8) -> Bool {
    guard peek(text) == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace(_ text: borrowing Span<UInt8>) {
    while let byte = peek(text), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func unexpected(_ text: borrowing Span<UInt8>, _ expected: String) -> JSONError {
    let found =
      switch peek(text) {
      case nil: "the text ends"
      case .some(let byte) where byte > 0x20 && byte < 0x7F: "found '\(Unicode.Scalar(byte))'"
      case .some(let byte): "found byte \(byte)"
      }
    return JSONError(message: "expected \(expected), \(found)", offset: position)
  }
}

/// Finds repeated keys: by comparing in the usual small object, by hashing in a big one.
private struct KeySet {
  private static let hashingFrom = 16
  private var hashed: Set<String> = []

  /// Returns false if the key is already among the members.
  mutating func insert(_ key: String, into members: [JSONMember]) -> Bool {
    if members.count < Self.hashingFrom { return !members.contains { $0.key == key } }
    if hashed.isEmpty { hashed = Set(members.map(\.key)) }
    return hashed.insert(key).inserted
  }
}
