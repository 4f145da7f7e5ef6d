import JSONText

extension ConformanceReport {
  /// The report as one page that needs nothing else: the matrix, filters, and each case's details.
  package var html: String {
    let data = JSONNode.object([
      ("basis", envelope.json["basis"] ?? nil), ("summary", .string(summary)),
      ("marks", .object(Matrix.Mark.allCases.map { ($0.name, .string($0.rawValue)) })),
      ("meanings", .object(Matrix.Mark.allCases.map { ($0.name, .string($0.meaning)) })),
      ("cells", .array(envelope.cells)),
    ])
    // Inside a script element only its own end could end it early.
    let safe = data.jsonText().split(separator: "<", omittingEmptySubsequences: false)
      .joined(separator: "\\u003c")
    let template = String(decoding: PackageResources.page_html, as: UTF8.self)
    let parts = template.split(separator: "{{data}}", omittingEmptySubsequences: false)
    return parts.joined(separator: safe)
  }
}
