extension BlockPicture {
  /// The picture as an SVG document: who owns which block, and the wear below it. Each block tells its
  /// number, owner and erases under the pointer.
  var svg: String {
    let (cells, step) = cells(atMost: 64 * 64)
    let grid = Grid(cellCount: cells.count)
    var page = SVGPage(width: margin * 2 + gridWidth)
    page.text(title, size: 18, weight: "bold")
    page.text(
      "\(count(blocks.count, "block")), \(freeCount) free"
        + (step == 1 ? "" : "; a square stands for \(step) blocks"), colour: "#555")
    page.advance(8)
    page.text("Who owns which block", size: 14, weight: "bold")
    draw(cells, step, grid, on: &page) { cell in
      cell.owner.map { fill(owners[$0].symbol) } ?? freeFill
    }
    drawLegend(on: &page)
    page.advance(14)
    page.text("How often each block was erased", size: 14, weight: "bold")
    guard eraseCounts != nil else {
      page.text("Nobody has counted: there is no .wear file beside the image.", colour: "#555")
      return page.document
    }
    draw(cells, step, grid, on: &page) { cell in
      wearFill(cell.eraseCount, of: highestEraseCount)
    }
    drawScale(on: &page)
    return page.document
  }

  private func draw(
    _ cells: [Cell], _ step: Int, _ grid: Grid, on page: inout SVGPage, fill: (Cell) -> String
  ) {
    for (index, cell) in cells.enumerated() {
      let (x, y) = grid.place(of: index)
      let blocks =
        step == 1 ? "block \(index)" : "blocks \(index * step) to \((index + 1) * step - 1)"
      let owner = cell.owner.map { owners[$0].name } ?? "free"
      let erases = eraseCounts == nil ? "" : ", \(count(cell.eraseCount, "erase"))"
      page.rectangle(
        x: margin + x, y: y, size: grid.cellSize - grid.gap, fill: fill(cell),
        title: "\(blocks): \(owner)\(erases)")
    }
    page.advance(grid.height + 10)
  }

  private func drawLegend(on page: inout SVGPage) {
    var rows = owners.map { owner in
      (
        fill(owner.symbol),
        "\(owner.name.shortened(to: 31))\(owner.byteCount.map { ", \($0) bytes" } ?? ""), "
          + count(owner.blockCount, "block")
      )
    }
    rows.append((freeFill, "free, \(count(freeCount, "block"))"))
    // Two columns, read downwards.
    let half = (rows.count + 1) / 2
    for line in 0..<half {
      for (column, index) in [line, line + half].enumerated() where index < rows.count {
        let x = margin + column * gridWidth / 2
        page.rectangle(x: x, y: 2, size: 12, fill: rows[index].0, title: nil)
        page.label(rows[index].1, x: x + 18, y: 12)
      }
      page.advance(18)
    }
  }

  private func drawScale(on page: inout SVGPage) {
    let highest = highestEraseCount
    let steps = min(highest, 9)
    let levels = steps == 0 ? [0] : (0...steps).map { $0 * highest / steps }
    for (index, level) in levels.enumerated() {
      let x = margin + index * (gridWidth / 10)
      page.rectangle(x: x, y: 2, size: 12, fill: wearFill(level, of: highest), title: nil)
      page.label(String(level), x: x + 18, y: 12)
    }
    page.advance(18)
  }
}

private let margin = 20
private let gridWidth = 768
private let freeFill = "#ececec"

private func fill(_ symbol: Character) -> String {
  switch symbol {
  case "S": return "#222222"
  case "D": return "#777777"
  case "L": return "#f4b6b6"
  case "X": return "#d40000"
  case "+": return "#b5b5b5"
  default:
    let index = Int(symbol.asciiValue ?? 97) - 97
    // Hues that are far from those before.
    return fileFills.indices.contains(index)
      ? fileFills[index] : "hsl(\(index * 137 % 360), 55%, \(45 + index % 3 * 12)%)"
  }
}

/// Told apart also by people who do not see red and green.
private let fileFills = [
  "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#b8a800", "#8c510a", "#6a51a3",
]

/// From pale to dark red, so that it also prints without colours.
private func wearFill(_ level: Int, of highest: Int) -> String {
  guard level > 0 else { return freeFill }
  let ends: [(Int, Int)] = [(0xfe, 0x7f), (0xe0, 0x00), (0xc0, 0x00)]
  let channels = ends.map { pale, dark in
    // A few erases are nothing to be red for.
    pale + (dark - pale) * level / max(highest, 9)
  }
  return "#" + channels.map { String($0 + 0x100, radix: 16).suffix(2) }.joined()
}

/// Squares in rows of a power of two.
private struct Grid {
  let columns: Int
  let cellSize: Int
  let height: Int

  init(cellCount: Int) {
    columns = cellCount <= 128 ? 32 : cellCount <= 1024 ? 64 : 128
    cellSize = gridWidth / columns
    height = (cellCount + columns - 1) / columns * cellSize
  }

  var gap: Int { columns == 32 ? 2 : 1 }

  func place(of index: Int) -> (x: Int, y: Int) {
    (index % columns * cellSize, index / columns * cellSize)
  }
}

/// An SVG document that is written from top to bottom.
private struct SVGPage {
  private let width: Int
  private var y = margin
  private var body: [String] = []

  init(width: Int) { self.width = width }

  mutating func advance(_ distance: Int) { y += distance }

  /// A line of text, and on to the next.
  mutating func text(
    _ text: String, size: Int = 12, weight: String = "normal", colour: String = "#000"
  ) {
    y += size
    body.append(
      #"<text x="\#(margin)" y="\#(y)" font-size="\#(size)" font-weight="\#(weight)" "#
        + #"fill="\#(colour)">\#(escaped(text))</text>"#)
    y += 8
  }

  /// Text at a place below where the page has come to.
  mutating func label(_ text: String, x: Int, y offset: Int) {
    body.append(#"<text x="\#(x)" y="\#(y + offset)" font-size="12">\#(escaped(text))</text>"#)
  }

  /// A square at a place below where the page has come to.
  mutating func rectangle(x: Int, y offset: Int, size: Int, fill: String, title: String?) {
    let place =
      #"<rect x="\#(x)" y="\#(y + offset)" width="\#(size)" height="\#(size)" fill="\#(fill)""#
    body.append(title.map { "\(place)><title>\(escaped($0))</title></rect>" } ?? place + "/>")
  }

  var document: String {
    let height = y + margin
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }
}

/// Text as XML takes it; characters that XML cannot hold become the one that stands for them.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\t", "\n", "\r": result += "&#\(scalar.value);"
    case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value):
      result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
