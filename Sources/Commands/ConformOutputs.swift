import Conformance
import DeviceEmulator
import GuestRuntime
import JSONText
import ModuleProfiles

/// Where the results of `conform` go: the terminal, and the files that the options name.
struct ConformOutputs {
  private struct File {
    let path: String
    let text: (ConformanceReport) -> String
  }

  /// The forms of a report, by their options.
  private static let forms: KeyValuePairs<String, @Sendable (ConformanceReport) -> String> = [
    "--json": { $0.envelope.json.jsonText() + "\n" },
    "--jsonl": { $0.envelope.cells.map { $0.jsonText() + "\n" }.joined() },
    "--junit": { $0.junit },
    "--html": { $0.html },
    "--markdown": { $0.markdown(.bundled) },
  ]

  private let files: [File]

  init(_ arguments: inout Arguments) throws(UsageError) {
    var files: [File] = []
    for (option, text) in Self.forms {
      if let path = try arguments.option(option) { files.append(File(path: path, text: text)) }
    }
    self.files = files
  }

  /// Prints the matrix and what failed, and writes the files.
  func put(
    _ report: ConformanceReport, _ host: Host, _ console: Console
  ) throws(Complaint) -> ExitCode {
    let usesColour = console.isTerminal && host.variable("NO_COLOR") == nil
    for policy in Policy.allCases {
      let lines = Matrix(report.cells, policy).lines(usesColour: usesColour)
      lines.forEach(console.print)
      if !lines.isEmpty { console.print("") }
    }
    Matrix.legend(usesColour: usesColour).forEach(console.print)
    for cell in report.failures {
      console.print("\(cell.id): expected \(cell.expected), got \(cell.actual)")
    }
    console.print(report.summary)
    for file in files { try HostFile.write(Array(file.text(report).utf8), to: file.path) }
    return report.failures.isEmpty ? .success : .mismatch
  }
}
