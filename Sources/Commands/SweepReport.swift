import FlashStorage
import JSONText

/// What a sweep of power cuts has found, for people and for machines.
struct SweepReport: Sendable {
  /// One cut and what came after it.
  struct Cut: Sendable {
    let cut: PowerCut
    /// The operation that was cut off, such as `erase block 7`.
    let operation: String
    /// What is wrong, a sentence each; empty if all is well.
    let problems: [String]
    /// How long the look at it took, in seconds.
    let seconds: Double
  }

  /// Such as `record.py on EC600N`.
  let title: String
  /// How many programs and erases the script's run has made.
  let operationCount: Int
  /// In the order of operations, and the modes of an operation together.
  let cuts: [Cut]
  /// The command that does a cut again, and no other.
  let reproduction: @Sendable (PowerCut) -> String

  var failures: [Cut] { cuts.filter { !$0.problems.isEmpty } }

  // MARK: For people

  /// A line for each operation, a column for each mode.
  var table: [String] {
    let modes = CutMode.allCases.filter { mode in cuts.contains { $0.cut.mode == mode } }
    var rows = [["cut", "at"] + modes.map(\.rawValue)]
    var last: Int?
    for cut in cuts {
      if cut.cut.operation != last {
        rows.append(["\(cut.cut.operation)", cut.operation] + modes.map { _ in "-" })
        last = cut.cut.operation
      }
      guard let column = modes.firstIndex(of: cut.cut.mode) else { continue }
      rows[rows.count - 1][column + 2] = cut.problems.isEmpty ? "ok" : "FAILED"
    }
    return Table(rows).lines
  }

  /// What failed, and how to see it again.
  var details: [String] {
    failures.flatMap { cut in
      ["", "\(name(of: cut)):"] + cut.problems.map { "  \($0)" }
        + ["  again: \(reproduction(cut.cut))"]
    }
  }

  var summary: String {
    "\(title): \(count(cuts.count, "cut")) at \(count(pointCount, "point")) of "
      + "\(count(operationCount, "operation")), \(failures.count) failed"
  }

  private var pointCount: Int { Set(cuts.map(\.cut.operation)).count }

  private func name(of cut: Cut) -> String {
    "cut \(cut.cut.operation), \(cut.cut.mode.rawValue), at \(cut.operation)"
  }

  // MARK: For machines

  var json: [UInt8] {
    func member(_ key: String, _ value: JSONValue) -> JSONMember {
      JSONMember(key, JSONNode(value))
    }
    let rows = cuts.map { cut in
      JSONNode(
        .object([
          member("cut", .int(cut.cut.operation)), member("mode", .string(cut.cut.mode.rawValue)),
          member("at", .string(cut.operation)),
          member("passed", .bool(cut.problems.isEmpty)),
          member("problems", .array(cut.problems.map { JSONNode(.string($0)) })),
          member("seconds", .double(cut.seconds.milliseconds)),
          member("again", .string(reproduction(cut.cut))),
        ]))
    }
    let node = JSONNode(
      .object([
        member("title", .string(title)), member("operations", .int(operationCount)),
        member("failures", .int(failures.count)), member("cuts", .array(rows)),
      ]))
    var text: [UInt8] = []
    node.appendPrettyJSON(to: &text)
    return text + [UInt8(ascii: "\n")]
  }

  /// As build servers read it.
  var junit: String {
    let total = cuts.reduce(0) { $0 + $1.seconds }
    let attributes =
      #"name="power cuts: \#(escaped(title))" tests="\#(cuts.count)" "#
      + #"failures="\#(failures.count)" errors="0" skipped="0" time="\#(total)""#
    let cases = cuts.map { cut in
      let start =
        #"    <testcase classname="\#(escaped(title))" name="\#(escaped(name(of: cut)))" "#
        + #"time="\#(cut.seconds)""#
      guard let first = cut.problems.first else { return start + "/>" }
      let text = (cut.problems + ["again: \(reproduction(cut.cut))"]).joined(separator: "\n")
      return start
        + #"><failure message="\#(escaped(first))">\#(escaped(text))</failure></testcase>"#
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
        <testsuite \(attributes)>
      \(cases.joined(separator: "\n"))
        </testsuite>
      </testsuites>

      """
  }
}

extension Double {
  /// Seconds without more than the milliseconds.
  fileprivate var milliseconds: Double { (self * 1000).rounded() / 1000 }
}
