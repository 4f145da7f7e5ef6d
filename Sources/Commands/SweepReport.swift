import AudioEngine
import Conformance
import FlashStorage
import JSONText
import ModuleProfiles

/// What a sweep of power cuts has found, whole or a shard.
struct SweepReport: Sendable {
  static let kind = "qpyemu sweep power-cut"

  let envelope: ShardReport
  /// In the order of operations, and the modes of an operation together.
  let cuts: [SweepCut]

  /// - Parameters:
  ///   - cuts: Those that were checked, in any order.
  ///   - basis: What the results depend on.
  ///   - plan: All cuts, also those of other shards.
  init(_ cuts: [SweepCut], basis: [String: String], plan: Plan, shard: Shard?) {
    self.cuts = cuts.sorted { $0.precedes($1) }
    envelope = ShardReport(
      kind: Self.kind, basis: basis, plan: plan, shard: shard, cells: self.cuts.map(\.json))
  }

  init(_ envelope: ShardReport) throws(JSONError) {
    var cuts: [SweepCut] = []
    for node in envelope.cells { cuts.append(try SweepCut(node)) }
    self.cuts = cuts.sorted { $0.precedes($1) }
    self.envelope = envelope
  }

  /// What the results of a sweep depend on.
  static func basis(
    _ setup: RunSetup, _ recording: FlashRecording, script: ScriptImport, check: ScriptImport?
  ) throws(Complaint) -> [String: String] {
    var basis = [
      "program": programVersion, "model": setup.profile.name,
      "profile \(setup.profile.name)": setup.profile.digest, "policy": setup.policy.rawValue,
      "seed": String(setup.seed), "microphone": setup.microphone.description,
      "operations": String(recording.operations.count), "flash recording": recording.digest,
      "script": script.name, "script bytes": try script.digest(),
    ]
    if let modules = setup.modules.digest { basis["module bytes"] = modules }
    if let check {
      basis["check"] = check.name
      basis["check bytes"] = try check.digest()
    }
    return basis
  }

  /// Such as `record.py on EC600N`.
  private var title: String {
    "\(envelope.basis["script"] ?? "") on \(envelope.basis["model"] ?? "")"
  }

  private var failures: [SweepCut] { cuts.filter { !$0.problems.isEmpty } }

  // MARK: For people

  /// A line for each operation, a column for each mode.
  private var table: [String] {
    let modes = CutMode.allCases.filter { mode in cuts.contains { $0.mode == mode } }
    var rows = [["cut", "at"] + modes.map(\.rawValue)]
    var last: Int?
    for cut in cuts {
      if cut.operation != last {
        rows.append(["\(cut.operation)", cut.place] + modes.map { _ in "-" })
        last = cut.operation
      }
      guard let column = modes.firstIndex(of: cut.mode) else { continue }
      rows[rows.count - 1][column + 2] = cut.problems.isEmpty ? "ok" : "FAILED"
    }
    return Table(rows).lines
  }

  /// What failed, and how to see it again.
  private var details: [String] {
    failures.flatMap { cut in
      ["", "\(cut.name):"] + cut.problems.map { "  \($0)" } + ["  again: \(cut.again)"]
    }
  }

  private var summary: String {
    let points = Set(cuts.map(\.operation)).count
    return "\(title): \(count(cuts.count, "cut")) at \(count(points, "point")) of "
      + "\(envelope.basis["operations"] ?? "") operations, \(failures.count) failed"
  }
}

extension SweepReport: CheckReport {
  var hasFailures: Bool { !failures.isEmpty }

  func lines(usesColour: Bool) -> [String] {
    (table + details + ["", summary]).map(\.printable)
  }

  func page(_ form: ReportForm) -> String? { form == .junit ? junit : nil }

  /// As build servers read it.
  private var junit: String {
    let total = cuts.reduce(0) { $0 + $1.seconds }
    let attributes =
      #"name="power cuts: \#(escaped(title))" tests="\#(cuts.count)" "#
      + #"failures="\#(failures.count)" errors="0" skipped="0" time="\#(total)""#
    let cases = cuts.map { cut in
      let start =
        #"    <testcase classname="\#(escaped(title))" name="\#(escaped(cut.name))" "#
        + #"time="\#(cut.seconds)""#
      guard let first = cut.problems.first else { return start + "/>" }
      let text = (cut.problems + ["again: \(cut.again)"]).joined(separator: "\n")
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

extension FlashRecording {
  /// A short name for all that was programmed and erased.
  fileprivate var digest: String {
    var digest = Digest()
    for operation in operations {
      switch operation {
      case .program(let block, let offset, let bytes):
        digest.add("program \(block) \(offset) \(bytes.count) ".utf8)
        digest.add(bytes)
      case .erase(let block): digest.add("erase \(block) ".utf8)
      case .sync: digest.add("sync ".utf8)
      }
    }
    return digest.text
  }
}
