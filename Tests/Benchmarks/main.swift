// Measures each row of ours and of its reference in the same run, and prints one table: see Scripts/bench.
import Glibc

func complain(_ message: String) {
  let line = Array("bench: \(message)\n".utf8)
  _ = write(2, line, line.count)
}

func reason(_ error: any Error) -> String { (error as? CannotMeasure)?.reason ?? "\(error)" }

/// - Returns: Whether every row could be measured.
func measure(_ rows: [Row], _ bench: Bench) -> Bool {
  print(bench.machine)
  var cells = [Line.headings]
  var failures: [String] = []
  for row in rows {
    complain("measuring row \(row)")
    do {
      cells += try row.measure(bench).map { $0.cells(row: row.rawValue) }
    } catch {
      failures.append("row \(row) could not be measured: \(reason(error))")
    }
  }
  print(table(cells))
  failures.forEach(complain)
  return failures.isEmpty
}

/// The rows of those names; without names, all but the long ones. Nil for a name that is none.
func rows(named names: [String]) -> [Row]? {
  let rows = names.compactMap(Row.init)
  guard rows.count == names.count else { return nil }
  return rows.isEmpty ? Row.allCases.filter { !$0.isLong } : rows
}

let words = CommandLine.arguments.dropFirst()
do {
  switch words.first {
  case "burn": burn()
  case "record": try recordOnly(sound: words[2], minutes: Int(words[3])!)
  default:
    let names = words.dropFirst().filter { $0 != "--quick" }
    guard let folder = words.first, let rows = rows(named: names) else {
      let all = Row.allCases.map(\.rawValue).joined(separator: "|")
      complain("usage: ./Scripts/bench [--quick] [\(all)]...")
      exit(64)
    }
    exit(measure(rows, try Bench(isQuick: words.contains("--quick"), folder: folder)) ? 0 : 1)
  }
} catch {
  complain(reason(error))
  exit(1)
}
