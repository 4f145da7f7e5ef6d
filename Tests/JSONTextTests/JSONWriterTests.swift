import JSONText
import Testing

@Suite struct JSONWriterTests {
  static let texts: [(node: JSONNode, text: String)] = [
    (nil, "null"),
    (["a": [1, -2.5, true, nil], "b": [:]], #"{"a":[1,-2.5,true,null],"b":{}}"#),
    (.int(.min), "-9223372036854775808"),
    (100.0, "100.0"),
    (1e300, "1e+300"),
    (.double(.infinity), "null"),
    (.double(.nan), "null"),
    ("\"\\/\u{8}\u{1F}\n\r\té😀\u{7F}", #""\"\\/\u0008\u001f\n\r\té😀"# + "\u{7F}\""),
    (["k\n": ""], #"{"k\n":""}"#),
  ]

  @Test("A node is written compactly in its order", arguments: texts)
  func compact(node: JSONNode, text: String) {
    #expect(node.jsonText() == text)
  }

  @Test("A node is written for people with a member a line")
  func pretty() {
    let node: JSONNode = ["a": [1, ["x": nil]], "b": [], "c": [:]]
    var text: [UInt8] = []
    node.appendPrettyJSON(to: &text)
    #expect(
      String(decoding: text, as: UTF8.self) == """
        {
          "a": [
            1,
            {
              "x": null
            }
          ],
          "b": [],
          "c": {}
        }
        """)
  }

  @Test("What was parsed, written and parsed again is the same", arguments: JSONParserTests.valid)
  func roundTrip(document: Valid) throws {
    let node = try parse(document.text)
    var pretty: [UInt8] = []
    node.appendPrettyJSON(to: &pretty)
    #expect(try parse(node.jsonText()) == node)
    #expect(try JSONNode(parsing: pretty) == node)
  }

  @Test("Every double survives writing and reading", arguments: 0..<4)
  func doubles(seed: UInt64) throws {
    var random = FixedRandom(state: seed)
    for _ in 0..<2000 {
      let double = Double(bitPattern: random.next())
      guard double.isFinite else { continue }
      #expect(try parse(JSONNode.double(double).jsonText()).double == double)
    }
  }
}
