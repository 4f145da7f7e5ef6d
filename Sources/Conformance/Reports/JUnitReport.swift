import ModuleProfiles

extension ConformanceReport {
  /// The report as JUnit has it: a suite a model, a test a cell. What nobody knows, and what was
  /// left out, counts as skipped.
  package var junit: String {
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, #"<testsuites name="conform">"#]
    for (model, cells) in cellsByModel {
      lines.append(
        "<testsuite name=\(quoted(model)) tests=\"\(cells.count)\" "
          + "failures=\"\(cells.count { $0.verdict == .failed })\" "
          + "skipped=\"\(cells.count { $0.verdict == .skipped || $0.verdict == .unknown })\">")
      lines.append(
        properties([
          ("profile", model), ("profileHash", envelope.basis["profile \(model)"] ?? ""),
          ("via", driver),
        ]))
      lines += cells.map(test)
      lines.append("</testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var cellsByModel: [(String, [ReportCell])] {
    let cells = Dictionary(grouping: self.cells, by: \.model)
    return cells.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func test(_ cell: ReportCell) -> String {
    let properties = properties([
      ("profileHash", envelope.basis["profile \(cell.model)"] ?? ""),
      ("policy", cell.policy.rawValue), ("seed", envelope.basis["seed"] ?? ""),
      ("provenance", cell.provenance.rawValue), ("source", cell.source),
    ])
    return "<testcase classname=\(quoted(cell.method.rawValue)) name=\(quoted(cell.id))>"
      + properties + outcome(cell) + "</testcase>"
  }

  private func outcome(_ cell: ReportCell) -> String {
    switch cell.verdict {
    case .passed: return ""
    case .unknown: return "<skipped message=\"nobody knows whether the table is right\"/>"
    case .skipped: return "<skipped message=\(quoted(cell.actual))/>"
    case .failed:
      let message = "expected \(cell.expected), got \(cell.actual)"
      let text = (cell.trace + [cell.command(via: driver)]).joined(separator: "\n")
      return "<failure message=\(quoted(message))>\(text.escapedForMarkup)</failure>"
    }
  }

  private func properties(_ properties: [(String, String)]) -> String {
    "<properties>"
      + properties.map { "<property name=\"\($0.0)\" value=\(quoted($0.1))/>" }.joined()
      + "</properties>"
  }

  private func quoted(_ text: String) -> String { "\"\(text.escapedForMarkup)\"" }
}

extension String {
  /// The text as XML and HTML have it; what XML cannot say is replaced.
  var escapedForMarkup: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
