import Testing

@testable import GuestRuntime

@Suite("A statement of several lines")
struct StatementTests {
  static let cases: [(lines: [String], isOpen: Bool)] = [
    (["'''a"], true), (["'''a", "b'''"], false), (["'''a\\", "'''"], false),
    (["'''a\\'", "'''"], false), (["f(", ")"], false), (["f('(')"], false),
    (["f('", ")"], false), (["x = \\", "1"], false), (["if x:", " y"], true),
    (["if x:", " y", ""], false), (["f(", "", ""], true),
  ]

  @Test("Whether another line belongs to it is told by all its lines", arguments: cases)
  func openness(lines: [String], isOpen: Bool) {
    #expect(statement(lines).isOpen == isOpen)
  }

  @Test(
    "Tens of thousands of lines take their time, and not the square of it", .timeLimit(.minutes(1)))
  func manyLines() {
    var statement = statement(["f("])
    for _ in 0..<20_000 {
      statement.addLineEnd()
      statement.add([])
      _ = (statement.isOpen, statement.nextIndent)
    }
    #expect(statement.isOpen)
  }

  private func statement(_ lines: [String]) -> Statement {
    var statement = Statement()
    for (number, line) in lines.enumerated() {
      if number > 0 { statement.addLineEnd() }
      statement.add(Array(line.utf8))
    }
    return statement
  }
}
