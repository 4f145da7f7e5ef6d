import Conformance
import GuestRuntime
import JSONText
import ModuleProfiles

/// `qpyemu merge`: the reports of a run's shards, joined.
struct Merge: Command {
  static let name = "merge"
  static let summary = "join the JSON reports of the shards of one run"
  static let help = """
    usage: qpyemu merge REPORT… [--json FILE] [--jsonl FILE] [--junit FILE]
                               [--html FILE] [--markdown FILE]

    Joins JSON reports that "qpyemu conform" or "qpyemu sweep power-cut" has written with
    --plan FILE --shard I/N --json FILE. Refuses to if a planned case or cut is in no report or in
    two, and if the reports come of different versions: of the program, the profiles, the cases or
    the outcome table, the swept script, the flash it has left. The last two forms are for reports
    of conform only.

    exit codes: 1 a case or cut has failed, 65 the reports cannot be joined

    example: qpyemu merge shard-*.json --html conform.html
    """

  private let paths: [String]
  private let outputs: ReportOutputs
  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    outputs = try ReportOutputs(&arguments)
    paths = try arguments.rest()
    guard !paths.isEmpty else { throw UsageError("<REPORT> is missing") }
  }

  func run(_ console: Console) throws -> ExitCode {
    var reports: [(name: String, report: ShardReport)] = []
    for path in paths { reports.append((path, try Self.read(path))) }
    do {
      return try put(try ShardReport.merge(reports), console)
    } catch let error as ShardReport.CannotMerge {
      throw Complaint(.badData, error.reason)
    } catch let error as JSONError {
      throw Complaint(.badData, "a report's cell is none: \(error.message)")
    }
  }

  private func put(_ merged: ShardReport, _ console: Console) throws -> ExitCode {
    switch merged.kind {
    case ConformanceReport.kind:
      return try outputs.put(try ConformanceReport(merged), host, console)
    case SweepReport.kind: return try outputs.put(try SweepReport(merged), host, console)
    default:
      throw Complaint(
        .badData,
        "\(paths[0]) is a report of \(merged.kind), not of \(ConformanceReport.kind) or "
          + SweepReport.kind)
    }
  }

  private static func read(_ path: String) throws(Complaint) -> ShardReport {
    let limit = JSONNode.defaultByteLimit
    let bytes = try HostFile.input("the report", path, limit: limit)
    let source = JSONSource(name: path, bytes: bytes)
    do throws(JSONError) {
      return try ShardReport(source.parse())
    } catch {
      throw Complaint(.badData, source.locate(error.message, at: error.offset))
    }
  }
}
