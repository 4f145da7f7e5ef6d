package import JSONText
package import ModuleProfiles

/// One checked cell as reports have it: words, which can be read back from a file.
package struct ReportCell: Equatable, Sendable {
  package let id: String
  package let model: String
  package let policy: Policy
  package let method: DeviceMethod
  /// The row's precondition in words.
  package let when: String
  package let verdict: CellResult.Verdict
  package let expected: String
  package let actual: String
  package let provenance: Provenance
  package let source: String
  /// A call or call-back a line.
  package let trace: [String]

  package init(_ result: CellResult) {
    let cell = result.cell
    id = cell.id
    model = cell.profile.name
    policy = cell.policy
    method = cell.method
    when = cell.when
    verdict = result.verdict
    expected = cell.expectation.description
    actual = result.actual
    provenance = cell.provenance
    source = cell.source
    trace = result.trace.map(\.text)
  }

  package init(_ node: JSONNode) throws(JSONError) {
    id = try node.member("id").text()
    model = try node.member("model").text()
    policy = try node.member("policy").word()
    method = DeviceMethod(try node.member("method").text())
    when = try node.member("when").text()
    verdict = try node.member("verdict").word()
    expected = try node.member("expected").text()
    actual = try node.member("actual").text()
    provenance = try node.member("provenance").word()
    source = try node.member("source").text()
    var trace: [String] = []
    for line in try node.member("trace").elements() { trace.append(try line.text()) }
    self.trace = trace
  }

  package var json: JSONNode {
    [
      "id": .string(id), "model": .string(model), "policy": .string(policy.rawValue),
      "method": .string(method.rawValue), "when": .string(when),
      "verdict": .string(verdict.rawValue), "expected": .string(expected),
      "actual": .string(actual), "provenance": .string(provenance.rawValue),
      "source": .string(source), "trace": .array(trace.map { .string($0) }),
    ]
  }

  /// What runs it again, with its trace.
  package func command(via driver: String) -> String {
    "qpyemu conform --case '\(id)'" + (driver == "swift" ? "" : " --via \(driver)")
  }
}
