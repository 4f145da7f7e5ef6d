import Conformance
import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import QuecPython

/// A run of a script, and all that passed between it and the module.
struct TracedRun: Sendable {
  let entries: [Journal.Entry]
  let ending: GuestEnding
  /// What was printed, of much only the end.
  let console: String
  /// What scripts do not find on this module.
  let missingMethods: [DeviceMethod]

  /// The number of the first entry in which another run differs; that after the last if only the ends
  /// differ. Nil if nothing does, as far as both were followed.
  func firstDifference(from other: TracedRun) -> Int? {
    let common = zip(entries, other.entries).prefix { $0.event == $1.event }.count
    let isOver = common == entries.count
    let isOtherOver = common == other.entries.count
    guard isOver || isOtherOver else { return common }
    if isOver && ending == .timedOut || isOtherOver && other.ending == .timedOut { return nil }
    return isOver && isOtherOver && ending == other.ending ? nil : common
  }

  /// The number of the call that shows where an entry comes from: of a call-back, the one that handed
  /// the function over. Nil for the end, and for what no call led to.
  func origin(of number: Int) -> Int? {
    guard number < entries.count else { return nil }
    guard case .callback(let function, _) = entries[number].event else { return number }
    return entries[..<number].firstIndex { $0.hands(over: function) }
  }

  /// Where the exception was raised that ended the run: what the traceback's last line names, above the exception's own.
  var exceptionPlace: ScriptPlace? {
    guard ending == .exited(1),
      let match = console.split(separator: "\n").dropLast().last?
        .prefixMatch(of: #/  File "([^"]+)", line ([0-9]+)/#),
      let line = Int(match.2)
    else { return nil }
    return ScriptPlace(file: String(match.1), line: line)
  }

  /// The method of a call, if the entry is one.
  func method(at number: Int) -> DeviceMethod? {
    guard number < entries.count, case .call(let name, _, _, _, _) = entries[number].event else {
      return nil
    }
    return OutcomeTables.quecPython.whole.method(named: name)
  }

  /// What came before an entry: the last lines, those alike in one.
  func lines(before number: Int, limit: Int) -> [String] {
    var steps: [(entry: Journal.Entry, count: Int)] = []
    for entry in entries[..<number] {
      if steps.last?.entry.event == entry.event {
        steps[steps.count - 1].count += 1
      } else {
        steps.append((entry, 1))
      }
    }
    return steps.suffix(limit).map { $0.entry.text + ($0.count > 1 ? ", \($0.count) times" : "") }
  }
}

extension Journal.Entry {
  fileprivate func hands(over function: Int) -> Bool {
    guard case .call(_, _, let arguments, _, _) = event else { return false }
    return arguments.contains(.function(function))
  }
}
