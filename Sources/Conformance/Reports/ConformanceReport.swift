import DeviceEmulator
package import JSONText
package import ModuleProfiles
import QuecPython

/// The results of a run of `conform`, whole or a shard.
package struct ConformanceReport: Sendable {
  package static let kind = "qpyemu conform"

  package let envelope: ShardReport
  package let cells: [ReportCell]

  /// - Parameter planned: All cells of the plan, also those of other shards.
  package init(
    _ results: [CellResult], of planned: [Cell], shard: Shard?, via driver: any CaseDriver
  ) {
    cells = results.map { ReportCell($0) }
    envelope = ShardReport(
      kind: Self.kind, basis: Self.basis(of: planned, via: driver.name),
      plan: Plan(planned.map(\.id)), shard: shard, cells: cells.map(\.json))
  }

  package init(_ envelope: ShardReport) throws(JSONError) {
    var cells: [ReportCell] = []
    for node in envelope.cells { cells.append(try ReportCell(node)) }
    self.cells = cells
    self.envelope = envelope
  }

  /// How the module was reached.
  package var driver: String { envelope.basis["via"] ?? "" }

  /// What the results depend on.
  private static func basis(of cells: [Cell], via driver: String) -> [String: String] {
    var basis = [
      "program": programVersion, "via": driver, "seed": String(GuestDriver.seed),
      "outcomes": Digest.text(of: VendorModules.quecPython.parts.map(\.table.bytes)),
      "cases": Digest.text(of: VendorModules.quecPython.parts.map(\.cases.bytes)),
    ]
    for cell in cells where basis["profile \(cell.profile.name)"] == nil {
      basis["profile \(cell.profile.name)"] = cell.profile.digest
    }
    return basis
  }

  /// How many cells came to each verdict, in words.
  package var summary: String {
    let counts = Dictionary(grouping: cells, by: \.verdict).mapValues(\.count)
    let words = CellResult.Verdict.allCases.compactMap { verdict in
      counts[verdict].map { "\($0) \(verdict.rawValue)" }
    }
    return "\(cells.count) cases: " + words.joined(separator: ", ")
  }

  package var failures: [ReportCell] { cells.filter { $0.verdict == .failed } }
}

extension ModuleProfile {
  /// A short name for all that the profile states.
  package var digest: String {
    Digest.text(
      of: facts.values.sorted { $0.path < $1.path }.map {
        Array("\($0.path)=\($0.value.jsonText())\n".utf8)
      })
  }
}
