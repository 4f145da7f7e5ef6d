import DeviceEmulator

/// What a script has sent to a display's controller, as a table of bytes.
///
/// `0, n, c` is the command `c`, of which `n` parameters follow; `1, n` and `n` bytes are parameters; `2, 0, t` waits
/// `t` ms. Source: vendor page of machine.LCD, and the tables of the vendor's drivers.
struct DisplayTable {
  enum Step: Equatable {
    case command(UInt8)
    case data([UInt8])
    case wait(milliseconds: Int)
  }

  /// A part of a display, its last column and row included.
  struct Area {
    let columns: ClosedRange<Int>
    let rows: ClosedRange<Int>

    var count: Int { columns.count * rows.count }
  }

  let steps: [Step]

  /// Reads the table; what is no step ends it.
  ///
  /// - Parameter area: What the table's places for an area stand for, if it has such.
  init(_ bytes: [UInt8], for area: Area? = nil) {
    var steps: [Step] = []
    var rest = bytes[...]
    while let (step, length) = Self.step(rest, area) {
      steps.append(step)
      rest = rest.dropFirst(length)
    }
    self.steps = steps
  }

  /// The first step, and its length in the table.
  private static func step(_ bytes: ArraySlice<UInt8>, _ area: Area?) -> (Step, Int)? {
    let head = Array(bytes.prefix(3))
    guard head.count == 3 else { return nil }
    switch head[0] {
    case 0: return (.command(head[2]), 3)
    case 1:
      if let word = area?.word(head[2]), head[1] == 2 { return (.data(word), 3) }
      let data = bytes.dropFirst(2).prefix(Int(head[1]))
      return (.data(data.map { area?.byte($0) ?? $0 }), 2 + data.count)
    case 2: return (.wait(milliseconds: Int(head[2])), 3)
    default: return nil
    }
  }

  /// Reads a table for a panel on MIPI lines: `c, t, n` and `n` bytes are a command with its parameters and the ms to
  /// wait after it.
  init(mipi bytes: [UInt8]) {
    var steps: [Step] = []
    var rest = bytes[...]
    while rest.count >= 3 {
      let head = Array(rest.prefix(3))
      let data = rest.dropFirst(3).prefix(Int(head[2]))
      steps += [.command(head[0]), .data(Array(data)), .wait(milliseconds: Int(head[1]))]
      rest = rest.dropFirst(3 + data.count)
    }
    self.steps = steps
  }
}

extension DisplayTable.Area {
  /// The first column, the first row, the last column and the last row.
  private var bounds: [Int] {
    [columns.lowerBound, rows.lowerBound, columns.upperBound, rows.upperBound]
  }

  /// What a byte of a table stands for: half of a bound; nil if it is what it is.
  fileprivate func byte(_ place: UInt8) -> UInt8? {
    let index: Int
    switch place {
    case 0xF0...0xF3: index = Int(place - 0xF0)
    case 0xE0...0xE3: index = Int(place - 0xE0) + 4
    default: return nil
    }
    return UInt8(truncatingIfNeeded: bounds[index / 2] >> (index % 2 == 0 ? 8 : 0))
  }

  /// What a place for a whole bound stands for; nil if it is none. They are in the order first column, last column, first
  /// row, last row.
  fileprivate func word(_ place: UInt8) -> [UInt8]? {
    guard (0xD0...0xD3).contains(place) else { return nil }
    let bound = bounds[[0, 2, 1, 3][Int(place - 0xD0)]]
    return [UInt8(truncatingIfNeeded: bound >> 8), UInt8(truncatingIfNeeded: bound)]
  }
}
