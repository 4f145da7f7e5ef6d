/// A row of the table, by the name that a command line gives it; one measurement may take more lines.
enum Row: String, CaseIterable {
  case a, b, c, d, e, e10, f, g, h, i, j, k, l, m

  /// Whether it is measured only when named.
  var isLong: Bool { self == .e10 }

  func measure(_ bench: Bench) throws -> [Line] {
    switch self {
    case .a: try startRow(bench)
    case .b: try callRow(bench)
    case .c: try encodingRow(bench)
    case .d: try swiftCallRow(bench)
    case .e: try captureRow(bench)
    case .e10: try busyCaptureRow(bench)
    case .f: try flashRow(bench)
    case .g: try hourRow(bench)
    case .h: try sweepRow(bench)
    case .i: try conformRow(bench)
    case .j: try serialRow(bench)
    case .k: try computeRow(bench)
    case .l: try virtualTimeRow(bench)
    case .m: try memoryRow(bench)
    }
  }
}
