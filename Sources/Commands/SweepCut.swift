import Conformance
import FlashStorage
import JSONText

/// One cut of a sweep, and what came after it.
struct SweepCut: Sendable {
  /// The number of the operation that was cut off.
  let operation: Int
  let mode: CutMode
  /// What that operation does, such as `erase block 7`.
  let place: String
  /// What is wrong, a sentence each; empty if all is well.
  let problems: [String]
  /// How long the look at it took, in seconds.
  let seconds: Double
  /// The command that does the cut again, and no other.
  let again: String

  /// Such as `cut 12, torn, at program block 3 at 0`.
  var name: String { "cut \(operation), \(mode.rawValue), at \(place)" }
}

extension PowerCut {
  /// What a plan calls it: `12/torn`.
  var id: String { "\(operation)/\(mode.rawValue)" }
}

extension SweepCut {
  /// Whether it comes before another: in the order of operations, then of modes.
  func precedes(_ other: SweepCut) -> Bool {
    (operation, rank) < (other.operation, other.rank)
  }

  private var rank: Int { CutMode.allCases.firstIndex(of: mode) ?? 0 }

  // MARK: JSON

  init(_ node: JSONNode) throws(JSONError) {
    operation = try node.member("cut").integer()
    let word = try node.member("mode")
    guard let mode = CutMode(rawValue: try word.text()) else {
      throw JSONError(message: "there is no mode \(try word.text())", offset: word.offset)
    }
    self.mode = mode
    place = try node.member("at").text()
    var problems: [String] = []
    for problem in try node.member("problems").elements() { problems.append(try problem.text()) }
    self.problems = problems
    seconds = try node.member("seconds").number()
    again = try node.member("again").text()
  }

  var json: JSONNode {
    [
      "id": .string(PowerCut(after: operation, mode).id), "cut": .int(operation),
      "mode": .string(mode.rawValue), "at": .string(place), "passed": .bool(problems.isEmpty),
      "problems": .array(problems.map { .string($0) }),
      "seconds": .double((seconds * 1000).rounded() / 1000), "again": .string(again),
    ]
  }
}
