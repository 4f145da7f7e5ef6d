import Conformance
import DeviceEmulator
import JSONText
import ModelTable
import ModuleProfiles
import Testing

@Suite("Reports and their parts")
struct ReportTests {
  private func cells(_ model: String = "EC200U", method: DeviceMethod = "Record.start") throws
    -> [Cell]
  {
    try allCells.get().filter { $0.profile.name == model && $0.method == method }
  }

  private func report(_ cells: [Cell], shard: Shard? = nil) throws -> ConformanceReport {
    let planned = cells
    let ids = shard.map { Set(Plan(planned.map(\.id)).part($0)) }
    let own = planned.filter { ids?.contains($0.id) ?? true }
    let results = try Runner(SwiftDriver(), workerCount: 1).run(own)
    return ConformanceReport(results, of: planned, shard: shard, via: SwiftDriver())
  }

  /// A report of one cell that came out like this.
  private func report(_ verdict: String) throws -> ConformanceReport {
    let cell = try #require(try cells().first)
    let node = try #require(try report([cell]).envelope.cells.first)
    let changed = try ReportCell(
      .object(
        (node.object ?? []).map { ($0.key, $0.key == "verdict" ? .string(verdict) : $0.value) }))
    return try ConformanceReport(
      ShardReport(
        kind: ConformanceReport.kind, basis: [:], plan: Plan([changed.id]), shard: nil,
        cells: [changed.json]))
  }

  @Test("A report can be read back")
  func roundTrip() throws {
    let report = try report(try cells())
    let text = report.envelope.json.jsonText()
    let again = try ConformanceReport(ShardReport(JSONNode(parsing: Array(text.utf8))))
    #expect(again.envelope == report.envelope)
    #expect(again.cells == report.cells)
  }

  @Test("What nobody knows is no pass and has a sign of its own")
  func unknown() throws {
    let cell = try #require(
      try allCells.get().first { $0.provenance == .unknown && $0.policy == .observed })
    let result = try CellResult(cell, via: SwiftDriver())
    #expect(result.verdict == .unknown)
    let report = ConformanceReport([result], of: [cell], shard: nil, via: SwiftDriver())
    #expect(report.summary == "1 cases: 1 unknown")
    #expect(report.junit.contains("<skipped "))
    let field = Matrix(report.cells, .observed)[cell.method, cell.profile.name]
    #expect(field?.mark == .unknown)
  }

  @Test("The matrix fits 80 columns and has colours only if wanted", arguments: Policy.allCases)
  func matrix(policy: Policy) throws {
    let results = try allCells.get().filter { $0.policy == policy }.map {
      try CellResult($0, via: SwiftDriver())
    }
    let matrix = Matrix(results.map { ReportCell($0) }, policy)
    #expect(matrix.models.count == 10)
    let lines = matrix.lines(usesColour: false) + Matrix.legend(usesColour: false)
    #expect(lines.allSatisfy { $0.count <= 80 && !$0.contains("\u{1B}") })
    #expect(matrix.lines(usesColour: true).contains { $0.contains("\u{1B}[") })
  }

  @Test("A failure is shown with what was expected and what came")
  func failure() throws {
    let report = try report("failed")
    #expect(report.failures.count == 1)
    #expect(report.junit.contains(#"failures="1""#) && report.junit.contains("<failure message="))
    #expect(
      Matrix(report.cells, .documented).lines(usesColour: false).contains { $0.contains("✗1") })
  }

  @Test("The page needs nothing from elsewhere, and no data can end its script")
  func page() throws {
    let report = try report("passed")
    #expect(!["http:", "https:", " src=", "@import", "url("].contains { report.html.contains($0) })
    #expect(!report.html.contains("{{data}}"))
    let scripts = report.html.split(separator: "</script>", omittingEmptySubsequences: false)
    #expect(scripts.count == 3)
  }

  // MARK: Shards

  private func merge(_ reports: [ConformanceReport]) throws -> ShardReport {
    try ShardReport.merge(reports.enumerated().map { ("\($0.offset).json", $0.element.envelope) })
  }

  @Test("Shards take every cell once, and joined they are the whole", arguments: [1, 3, 7])
  func sharding(count: Int) throws {
    let cells = try cells()
    let shards = (1...count).compactMap { Shard("\($0)/\(count)") }
    let parts = try shards.map { try report(cells, shard: $0) }
    let sizes = parts.map(\.cells.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
    #expect(try merge(parts.reversed()) == (try report(cells).envelope))
  }

  @Test("Reports that miss a planned cell, or have one twice, are not joined")
  func incomplete() throws {
    let cells = try cells()
    let parts = try ["1/2", "2/2"].compactMap { Shard($0) }.map { try report(cells, shard: $0) }
    var reason = #expect(throws: ShardReport.CannotMerge.self) { try merge([parts[0]]) }?.reason
    #expect(reason?.hasPrefix("no report has \(cells[1].id) and ") == true)
    reason =
      #expect(throws: ShardReport.CannotMerge.self) {
        try merge([parts[0], parts[1], parts[0]])
      }?.reason
    #expect(reason == "\(cells[0].id) is in 0.json and again in 2.json")
  }

  @Test("Reports of different versions are not joined")
  func versions() throws {
    let whole = try report(try cells()).envelope
    var basis = whole.basis
    basis["outcomes"] = "0000000000000000"
    let other = ShardReport(
      kind: whole.kind, basis: basis, plan: whole.plan, shard: nil, cells: [])
    let error = #expect(throws: ShardReport.CannotMerge.self) {
      try ShardReport.merge([("a", whole), ("b", other)])
    }
    #expect(error?.reason.hasPrefix("a and b disagree on outcomes: ") == true)
  }

  @Test("Only parts that exist are shards", arguments: ["0/2", "3/2", "1", "1/2/3", "a/b", "1/0"])
  func shards(text: String) { #expect(Shard(text) == nil) }

  @Test("A profile's digest tells it from another")
  func digests() throws {
    let digests = try Model.all.map { try $0.profile().digest }
    #expect(Set(digests).count == digests.count)
  }
}
