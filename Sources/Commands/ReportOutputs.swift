import Conformance
import DeviceEmulator
import FlashStorage
import GuestRuntime
import JSONText
import ModuleProfiles
import QuecPython

/// A form in which a report can be written.
enum ReportForm: String, CaseIterable {
  case json, jsonl, junit, html, markdown

  var option: String { "--\(rawValue)" }
}

/// What a command has found that checks things, all of them or a shard.
protocol CheckReport {
  /// As it goes to a file and through `merge`.
  var envelope: ShardReport { get }
  var hasFailures: Bool { get }

  /// What a person reads, with nothing else that a terminal obeys.
  func lines(usesColour: Bool) -> [String]

  /// The report in a form of its own; nil if it has none.
  func page(_ form: ReportForm) -> String?
}

extension CheckReport {
  fileprivate func text(_ form: ReportForm) -> String? {
    switch form {
    case .json: envelope.json.jsonText() + "\n"
    case .jsonl: envelope.cells.map { $0.jsonText() + "\n" }.joined()
    case .junit, .html, .markdown: page(form)
    }
  }
}

/// Where a report goes: the terminal, and the files that the options name.
struct ReportOutputs {
  private let paths: [(form: ReportForm, path: String)]

  init(_ arguments: inout Arguments, _ forms: [ReportForm] = ReportForm.allCases) throws(UsageError)
  {
    var paths: [(ReportForm, String)] = []
    for form in forms {
      if let path = try arguments.option(form.option) { paths.append((form, path)) }
    }
    self.paths = paths
  }

  /// Prints what a person reads, unless a form goes to standard output, and writes the files.
  func put(_ report: some CheckReport, _ host: Host, _ console: Console) throws -> ExitCode {
    let texts = try paths.map { form, path in
      guard let text = report.text(form) else {
        throw UsageError("a report of \(report.envelope.kind) has no form for \(form.option)")
      }
      return (Array(text.utf8), path)
    }
    if !texts.contains(where: { $0.1 == "-" }) {
      let usesColour = console.isTerminal && host.variable("NO_COLOR") == nil
      report.lines(usesColour: usesColour).forEach(console.draw)
    }
    for (bytes, path) in texts {
      if path == "-" { console.write(bytes) } else { try HostFile.write(bytes, to: path) }
    }
    return report.hasFailures ? .mismatch : .success
  }
}

extension ConformanceReport: CheckReport {
  var hasFailures: Bool { !failures.isEmpty }

  func lines(usesColour: Bool) -> [String] {
    let matrices = Policy.allCases.flatMap { policy in
      let lines = Matrix(cells, policy).lines(usesColour: usesColour)
      return lines.isEmpty ? [] : lines + [""]
    }
    let rest =
      failures.map { "\($0.id): expected \($0.expected), got \($0.actual)" } + [summary]
    return matrices + Matrix.legend(usesColour: usesColour) + rest.map(\.printable)
  }

  func page(_ form: ReportForm) -> String? {
    switch form {
    case .junit: junit
    case .html: html
    case .markdown: markdown(OutcomeTables.quecPython.whole)
    case .json, .jsonl: nil
    }
  }
}
