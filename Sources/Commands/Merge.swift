import Conformance
import GuestRuntime
import JSONText
import ModuleProfiles

/// `qpyemu merge`: the reports of a run's shards, joined.
struct Merge: Command {
  static let name = "merge"
  static let summary = "join the JSON reports of the shards of one run"
  static let help = """
    usage: qpyemu merge REPORT… [--json FILE] [--jsonl FILE] [--junit FILE] [--html FILE]

    Joins JSON reports that "qpyemu conform --plan FILE --shard I/N --json FILE" has written.
    Refuses to if a planned case is in no report or in two, and if the reports come of different
    versions of the program, the profiles, the cases or the outcome table.

    exit codes: 1 something is not as the table says, 65 the reports cannot be joined

    example: qpyemu merge shard-*.json --html conform.html
    """

  private let paths: [String]
  private let outputs: ConformOutputs
  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    outputs = try ConformOutputs(&arguments)
    paths = try arguments.rest()
    guard !paths.isEmpty else { throw UsageError("<REPORT> is missing") }
  }

  func run(_ console: Console) throws -> ExitCode {
    var reports: [(name: String, report: ShardReport)] = []
    for path in paths { reports.append((path, try Self.read(path))) }
    do {
      let merged = try ShardReport.merge(reports)
      guard merged.kind == ConformanceReport.kind else {
        throw Complaint(.badData, "\(paths[0]) is no report of \(ConformanceReport.kind)")
      }
      return try outputs.put(try ConformanceReport(merged), host, console)
    } catch let error as ShardReport.CannotMerge {
      throw Complaint(.badData, error.reason)
    } catch let error as JSONError {
      throw Complaint(.badData, "a report's cell is none: \(error.message)")
    }
  }

  private static func read(_ path: String) throws(Complaint) -> ShardReport {
    guard let bytes = HostFile.contents(of: path, limit: JSONNode.defaultByteLimit) else {
      throw Complaint(.missingInput, "cannot read \(path): \(hostReason)")
    }
    let source = JSONSource(name: path, bytes: bytes)
    do throws(JSONError) {
      return try ShardReport(source.parse())
    } catch {
      throw Complaint(.badData, source.locate(error.message, at: error.offset))
    }
  }
}
