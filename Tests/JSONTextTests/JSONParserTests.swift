import JSONText
import Testing

/// A small generator with a fixed sequence (SplitMix64), so that a failure can be repeated.
struct FixedRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

func parse(_ text: String) throws -> JSONNode { try JSONNode(parsing: Array(text.utf8)) }

struct Valid: Sendable, CustomTestStringConvertible {
  let text: String
  let node: JSONNode
  var testDescription: String { text }

  init(_ text: String, _ node: JSONNode) { (self.text, self.node) = (text, node) }
}

struct Invalid: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let offset: Int
  let message: String
  var testDescription: String { String(decoding: bytes, as: UTF8.self) }

  init(_ text: String, _ offset: Int, _ message: String) {
    self.init(Array(text.utf8), offset, message)
  }
  init(_ bytes: [UInt8], _ offset: Int, _ message: String) {
    (self.bytes, self.offset, self.message) = (bytes, offset, message)
  }
}

@Suite struct JSONParserTests {
  static let valid: [Valid] = [
    Valid("null", nil),
    Valid(" true\r\n\t", true),
    Valid("false", false),
    Valid("0", 0),
    Valid("-0", 0),
    Valid("-12", -12),
    Valid("9223372036854775807", .int(.max)),
    Valid("-9223372036854775808", .int(.min)),
    Valid("9223372036854775808", 9223372036854775808.0),
    Valid("-123456789012345678901234567890", -123456789012345678901234567890.0),
    Valid("0.5", 0.5),
    Valid("-0.0", -0.0),
    Valid("1e3", 1000.0),
    Valid("1E+2", 100.0),
    Valid("125e-3", 0.125),
    Valid("1e-999", 0.0),
    Valid(#""""#, ""),
    Valid(#""a.wav""#, "a.wav"),
    Valid(#""é漢😀""#, "é漢😀"),
    Valid(#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    Valid(#""\u0041\u00e9\u6F22""#, "Aé漢"),
    Valid(#""a\uD83D\uDE00z""#, "a😀z"),
    Valid(#""\u0000""#, "\0"),
    Valid("\"\u{7F}\"", "\u{7F}"),
    Valid("[]", []),
    Valid("[ ]", []),
    Valid("[1,[2, []],\"x\"]", [1, [2, []], "x"]),
    Valid("{}", [:]),
    Valid(#"{"a":1,"b":{"c":null}}"#, ["a": 1, "b": ["c": nil]]),
    Valid(#"{ "" : "" , "\u0061" : [ ] }"#, ["": "", "a": []]),
  ]

  @Test("A valid document gives its value", arguments: valid)
  func accepts(document: Valid) throws {
    #expect(try parse(document.text) == document.node)
  }

  static let invalid: [Invalid] = [
    Invalid("", 0, "expected a value, the text ends"),
    Invalid("  ", 2, "expected a value, the text ends"),
    Invalid("nul", 0, "expected a value: is this null?"),
    Invalid("True", 0, "expected a value, found 'T'"),
    Invalid("NaN", 0, "expected a value, found 'N'"),
    Invalid("nullx", 4, "expected the end of the text, found 'x'"),
    Invalid("1 2", 2, "expected the end of the text, found '2'"),
    Invalid("01", 0, "a number must not start with 0"),
    Invalid("-01", 1, "a number must not start with 0"),
    Invalid("-", 1, "expected a digit, the text ends"),
    Invalid("+1", 0, "expected a value, found '+'"),
    Invalid(".5", 0, "expected a value, found '.'"),
    Invalid("1.", 2, "expected a digit, the text ends"),
    Invalid("1.e3", 2, "expected a digit, found 'e'"),
    Invalid("1e", 2, "expected a digit, the text ends"),
    Invalid("0x10", 1, "expected the end of the text, found 'x'"),
    Invalid("1e999", 0, "this number is too big for a double"),
    Invalid("\"abc", 4, "the text ends inside a string"),
    Invalid("\"abc\\", 5, "the text ends inside a string"),
    Invalid("\"\\n", 3, "the text ends inside a string"),
    Invalid("\"a\nb\"", 2, "a control character in a string must be escaped"),
    Invalid("\"\\ta\nb\"", 4, "a control character in a string must be escaped"),
    Invalid(#""\x41""#, 1, "JSON has no such escape"),
    Invalid(#""\u12G4""#, 5, "expected four hexadecimal digits, found 'G'"),
    Invalid(#""\uD83D""#, 1, "a surrogate escape without its other half"),
    Invalid(#""\uD83D\n""#, 1, "a surrogate escape without its other half"),
    Invalid(#""\uDE00\uD83D""#, 1, "a surrogate escape without its other half"),
    Invalid(#""\uD83D\u0041""#, 1, "a surrogate escape without its other half"),
    Invalid("'a'", 0, "expected a value, found '''"),
    Invalid("[1,]", 3, "expected a value, found ']'"),
    Invalid("[1 2]", 3, "expected ',' or ']', found '2'"),
    Invalid("[1", 2, "expected ',' or ']', the text ends"),
    Invalid("[", 1, "expected a value, the text ends"),
    Invalid("]", 0, "expected a value, found ']'"),
    Invalid(#"{"a":1,}"#, 7, "expected a quoted key, found '}'"),
    Invalid(#"{"a" 1}"#, 5, "expected ':' after the key, found '1'"),
    Invalid(#"{"a":1"#, 6, "expected ',' or '}', the text ends"),
    Invalid("{a:1}", 1, "expected a quoted key, found 'a'"),
    Invalid("{1:1}", 1, "expected a quoted key, found '1'"),
    Invalid(#"{"a":1,"b":2,"a":3}"#, 13, #"the key "a" stands here twice"#),
    Invalid(#"{"a":1,"\u0061":3}"#, 7, #"the key "a" stands here twice"#),
    Invalid("// no\n1", 0, "expected a value, found '/'"),
    Invalid("\u{FEFF}1", 0, "JSON has no byte order mark: remove it"),
    Invalid("\u{B}1", 0, "expected a value, found byte 11"),
    Invalid([0x22, 0x61, 0xFF, 0x22], 2, "these bytes are not UTF-8"),
    Invalid([0x22, 0xC0, 0x80, 0x22], 1, "these bytes are not UTF-8"),
    Invalid([0x22, 0xED, 0xA0, 0x80, 0x22], 1, "these bytes are not UTF-8"),
    Invalid([0x22, 0x5C, 0x6E, 0xE6, 0xBC, 0x22], 3, "these bytes are not UTF-8"),
  ]

  @Test("An invalid document is refused with the reason and the offset", arguments: invalid)
  func refuses(document: Invalid) throws {
    let error = try #require(throws: JSONError.self) { try JSONNode(parsing: document.bytes) }
    #expect(error.message == document.message)
    #expect(error.offset == document.offset)
  }

  @Test("A key that stands twice is found in an object of any size", arguments: [3, 17, 5000])
  func duplicateInBigObject(count: Int) throws {
    let members = (0..<count).map { "\"k\($0)\":0" }
    #expect(try parse("{\(members.joined(separator: ","))}").object?.count == count)
    let error = try #require(throws: JSONError.self) {
      try parse("{\(members.joined(separator: ",")),\"k1\":0}")
    }
    #expect(error.message == #"the key "k1" stands here twice"#)
  }

  @Test("Nesting ends at its limit, and a million brackets are refused like one too many")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(JSONNode.depthLimit)) }
    for text in [nested(JSONNode.depthLimit + 1), String(repeating: "[", count: 1_000_000)] {
      let error = try #require(throws: JSONError.self) { try parse(text) }
      #expect(error == JSONError(message: "nested deeper than 128 levels", offset: 128))
    }
    let objects = String(repeating: #"{"a":"#, count: 1_000_000)
    #expect(throws: JSONError.self) { try parse(objects) }
  }

  @Test("A text longer than the caller allows is refused")
  func length() throws {
    #expect(throws: Never.self) { try JSONNode(parsing: Array("1234".utf8), byteLimit: 4) }
    let error = try #require(throws: JSONError.self) {
      try JSONNode(parsing: Array("12345".utf8), byteLimit: 4)
    }
    #expect(error.message == "the text has 5 bytes, more than the 4 allowed")
  }

  @Test("Random bytes give a value or an error with an offset inside the text", arguments: 0..<20)
  func randomBytes(seed: UInt64) {
    var random = FixedRandom(state: seed)
    let alphabet = Array("{}[]\":,\\u0dD8eE+-.tfn \n".utf8) + [0xC3, 0xA9, 0xF0, 0xFF, 0x00]
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      expectTotal(bytes)
    }
  }

  @Test("A valid document with one byte changed or cut gives a value or an error", arguments: 0..<4)
  func mutations(seed: UInt64) {
    var random = FixedRandom(state: seed)
    let document = Array(#"{"id":-1.5e3,"a":["\uD83D\uDE00é",true,null,{"b":[[]]}]}"#.utf8)
    for index in document.indices {
      expectTotal(Array(document[..<index]))
      for _ in 0..<20 {
        var changed = document
        changed[index] = .random(in: 0...255, using: &random)
        expectTotal(changed)
      }
    }
  }

  private func expectTotal(_ bytes: [UInt8]) {
    do throws(JSONError) {
      let node = try JSONNode(parsing: bytes)
      var text: [UInt8] = []
      node.appendJSON(to: &text)
      #expect(throws: Never.self) { try JSONNode(parsing: text) }
    } catch {
      #expect((0...bytes.count).contains(error.offset))
    }
  }
}
