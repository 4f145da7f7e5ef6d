/// One line of the table.
struct Line {
  enum Goal {
    /// The ratio of ours to the reference's is to be at most this.
    case ratio(Double)
    /// Ours is to be below this, in words and as the verdict on it.
    case own(String, isMet: Bool)
    /// There is none; the figure is for information.
    case none
  }

  let what: String
  let ours: String
  var reference = ""
  var ratio: Double?
  let goal: Goal

  static let headings = ["row", "what", "ours", "reference", "ratio", "target", "met"]

  func cells(row: String) -> [String] {
    [row, what, ours, reference, ratio.map { "\(rounded($0)) x" } ?? "", target, verdict]
  }

  private var target: String {
    switch goal {
    case .ratio(let most): "<= \(most) x"
    case .own(let words, _): words
    case .none: ""
    }
  }

  private var verdict: String {
    switch goal {
    case .ratio(let most): ratio.map { $0 <= most ? "yes" : "NO" } ?? ""
    case .own(_, let isMet): isMet ? "yes" : "NO"
    case .none: ""
    }
  }
}

extension Line {
  /// A line of two medians and their pairs' ratio.
  init(
    _ what: String, _ pairs: Pairs, in unit: (Double) -> String, atMost limit: Double
  ) {
    self.init(
      what: what, ours: unit(median(pairs.ours)), reference: unit(median(pairs.references)),
      ratio: pairs.ratio, goal: .ratio(limit))
  }
}

/// Three significant figures, or the whole number if it has more.
func rounded(_ value: Double) -> String {
  let places = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
  let scale = [1.0, 10, 100][places]
  let text = String((value * scale).rounded() / scale)
  return places == 0 ? String(text.dropLast(2)) : text
}

func milliseconds(_ seconds: Double) -> String { "\(rounded(seconds * 1e3)) ms" }

func microseconds(_ seconds: Double) -> String { "\(rounded(seconds * 1e6)) us" }

/// Rows of cells under their headings, each column as wide as it has to be.
func table(_ rows: [[String]]) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
    let line = padded.joined(separator: "  ")
    return String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)])
  }.joined(separator: "\n")
}
