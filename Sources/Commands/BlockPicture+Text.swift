extension BlockPicture {
  /// How text is drawn.
  struct TextStyle {
    /// Whether the terminal shows colours.
    let hasColour: Bool
    /// Characters in a line.
    let width: Int

    /// A line is 80 characters wide unless the terminal is narrower or wider, and has 16 to 128 blocks.
    var columns: Int {
      let room = width - BlockPicture.labelWidth
      // Every 16 blocks are followed by a space.
      return max(16, min(128, (room + 1) / 17 * 16))
    }
  }

  private static let labelWidth = 7
  /// More rows than this are no picture any more; cells then stand for several blocks.
  private static let rowLimit = 24

  /// The picture for a terminal.
  func lines(_ style: TextStyle) -> [String] {
    let (cells, step) = cells(atMost: style.columns * Self.rowLimit)
    let each = step == 1 ? "" : ", a character for \(step) blocks"
    var lines = ["blocks by owner\(each):"]
    lines += rows(cells, step, style) { cell in
      guard let owner = cell.owner else { return (".", style.hasColour ? dim : nil) }
      return (owners[owner].symbol, ansiColour(owners[owner].symbol))
    }
    lines += legend(style)
    guard eraseCounts != nil else {
      return lines + ["", "wear: nobody has counted; there is no .wear file beside the image"]
    }
    let scale = WearScale(highest: highestEraseCount)
    lines += ["", "blocks by wear\(each):"]
    lines += rows(cells, step, style) { cell in
      let level = scale.level(of: cell.eraseCount)
      return level == 0 ? (".", dim) : (Character(String(level)), wearColours[level])
    }
    return lines + ["  . was never erased; \(scale.legend)"]
  }

  private func rows(
    _ cells: [Cell], _ step: Int, _ style: TextStyle, _ drawn: (Cell) -> (Character, String?)
  ) -> [String] {
    stride(from: 0, to: cells.count, by: style.columns).map { start in
      let label = String(start * step)
      var line = String(repeating: " ", count: max(0, Self.labelWidth - 2 - label.count)) + label
      line += "  "
      var current: String?
      for index in start..<min(start + style.columns, cells.count) {
        if index > start, (index - start) % 16 == 0 { line += " " }
        let (symbol, colour) = drawn(cells[index])
        if style.hasColour, colour != current {
          line += reset + (colour ?? "")
          current = colour
        }
        line.append(symbol)
      }
      return current == nil ? line : line + reset
    }
  }

  private func legend(_ style: TextStyle) -> [String] {
    var rows = owners.map { owner in
      [
        "  " + String(owner.symbol), owner.name.shortened(to: style.width - 34),
        owner.byteCount.map { "\($0) bytes" } ?? "",
        count(owner.blockCount, "block"),
      ]
    }
    rows.append(["  .", "free", "", count(freeCount, "block")])
    let lines = Table(rows).lines
    guard style.hasColour else { return lines }
    return zip(lines, owners.map { ansiColour($0.symbol) } + [dim]).map { line, colour in
      // The symbol stands third, behind two spaces.
      line.prefix(2) + colour + String(line.dropFirst(2).prefix(1)) + reset + line.dropFirst(3)
    }
  }
}

extension String {
  /// The end of a text that is too long, behind an ellipsis.
  func shortened(to width: Int) -> String {
    count <= max(width, 8) ? self : "…" + suffix(max(width, 8) - 1)
  }
}

/// A number and what it counts.
func count(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

private let reset = "\u{1B}[0m"
private let dim = "\u{1B}[2m"

private func ansiColour(_ symbol: Character) -> String {
  let code =
    switch symbol {
    case "S": "1;35"
    case "D": "1;36"
    case "L": "31"
    case "X": "1;37;41"
    case "+": "37"
    default: fileColours[Int(symbol.asciiValue ?? 0) % fileColours.count]
    }
  return "\u{1B}[\(code)m"
}

/// Files take turns with these; their letters tell them apart.
private let fileColours = ["32", "33", "34", "35", "36", "92", "93", "94"]
/// From never to most worn, of the 256 colours.
private let wearColours = [240, 22, 28, 34, 70, 142, 178, 172, 166, 160].map {
  "\u{1B}[38;5;\($0)m"
}
