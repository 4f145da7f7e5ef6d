import EmulatedTime
package import JSONText

/// What belongs to one class of a module, or to its functions: a table, and the cases that bring its rows about.
package struct ModulePart: Sendable {
  /// The class, or the module for its functions.
  package let name: String
  private let tableBytes: @Sendable () -> [UInt8]
  private let caseBytes: @Sendable () -> [UInt8]

  package init(
    _ name: String, _ table: @autoclosure @escaping @Sendable () -> [UInt8],
    _ cases: @autoclosure @escaping @Sendable () -> [UInt8]
  ) {
    (self.name, tableBytes, caseBytes) = (name, table, cases)
  }

  /// Its outcome table.
  package var table: JSONSource { JSONSource(name: "\(name).json", bytes: tableBytes()) }
  /// Its cases.
  package var cases: JSONSource { JSONSource(name: "\(name)Cases.json", bytes: caseBytes()) }
}

/// The outcome tables of some modules: what their calls come to.
public final class OutcomeTables: Sendable {
  /// What the modules have, in the order of reports.
  package let parts: [ModulePart]
  private let tables = Monitor<[String?: OutcomeTable]>([:])

  init(_ parts: [ModulePart]) { self.parts = parts }

  /// What all of them come to.
  public var whole: OutcomeTable { table(nil) { parts } }

  /// What those of one class come to; empty if there is no such class.
  public func of(_ className: Substring) -> OutcomeTable {
    let name = String(className)
    return table(name) { parts.filter { $0.name == name } }
  }

  /// A table that is compiled in, read when it is first asked for.
  private func table(_ name: String?, of parts: () -> [ModulePart]) -> OutcomeTable {
    tables.withLock { tables in
      if let table = tables[name] { return table }
      let table = read(parts())
      tables[name] = table
      return table
    }
  }

  private func read(_ parts: [ModulePart]) -> OutcomeTable {
    do throws(OutcomeTable.Broken) {
      return try OutcomeTable(parts.map(\.table))
    } catch {
      fatalError("the compiled-in outcome table is broken: \(error.description)")
    }
  }
}
