import JSONText
import Testing

@Suite struct JSONSourceTests {
  static let text = """
    {
      "é漢": [1, "x"],
      "b": {"c": nul}
    }
    """

  @Test("Every node and key knows the offset at which it stands")
  func offsets() throws {
    let text = #" {"a": [10, {"b":"x"}]}"#
    let node = try parse(text)
    #expect(node.offset == 1)
    let member = try #require(node.object?.first)
    #expect(member.keyOffset == 2)
    #expect(member.value.offset == 7)
    #expect(member.value.array?.map(\.offset) == [8, 12])
    #expect(member.value.array?[1]["b"]?.offset == 17)
  }

  @Test("A position counts lines and characters from 1, and stays inside the text")
  func positions() {
    let source = JSONSource(name: "a.json", bytes: Array(Self.text.utf8))
    func position(of offset: Int) -> [Int] {
      let (line, column) = source.position(of: offset)
      return [line, column]
    }
    #expect(position(of: 0) == [1, 1])
    #expect(position(of: 2) == [2, 1])
    #expect(position(of: 4) == [2, 3])
    #expect(position(of: 13) == [2, 9])
    #expect(position(of: -5) == [1, 1])
    #expect(position(of: 10_000) == [4, 2])
  }

  @Test("An error is shown as editors read it: file, line, column, message")
  func located() throws {
    let source = JSONSource(name: "a.json", bytes: Array(Self.text.utf8))
    let error = try #require(throws: JSONError.self) { try source.parse() }
    #expect(
      source.locate(error.message, at: error.offset)
        == "a.json:3:14: expected a value: is this null?")
  }

  @Test("A node is read by kind, and is nothing of another kind")
  func access() {
    let node: JSONNode = ["a": 1, "b": [true, nil, 2.5, "x"]]
    #expect(node["a"]?.int == 1)
    #expect(node["a"]?.double == 1)
    #expect(node["a"]?.string == nil)
    #expect(node["c"] == nil)
    let elements = node["b"]?.array ?? []
    #expect(elements.map(\.bool) == [true, nil, nil, nil])
    #expect(elements.map(\.isNull) == [false, true, false, false])
    #expect(elements.map(\.double) == [nil, nil, 2.5, nil])
    #expect(elements.map(\.string) == [nil, nil, nil, "x"])
    #expect(elements[0]["a"] == nil)
    #expect(
      ([node] + elements).map(\.value.kindName)
        == ["an object", "a boolean", "null", "a number", "a string"])
  }
}
