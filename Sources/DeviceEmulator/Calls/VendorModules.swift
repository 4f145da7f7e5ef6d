import EmulatedTime
package import JSONText

/// A vendor module: what scripts import under one name.
package struct VendorModule: Sendable {
  /// What belongs to one class of a module, or to its functions: a table, and the cases that bring its rows about.
  package struct Part: Sendable {
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

  /// As scripts import it.
  package let name: String
  /// What acts in it; nothing where it is all Python.
  package let peripherals: [any Peripheral.Type]
  /// In the order of reports.
  package let parts: [Part]
  private let sourceBytes: (@Sendable () -> [UInt8])?

  /// A module with a peripheral behind it.
  package init(_ name: String, _ peripherals: any Peripheral.Type..., parts: Part...) {
    (self.name, self.peripherals, self.parts, sourceBytes) = (name, peripherals, parts, nil)
  }

  /// A module that is Python, as the vendor's own is.
  package init(_ name: String, source: @autoclosure @escaping @Sendable () -> [UInt8]) {
    (self.name, peripherals, parts, sourceBytes) = (name, [], [], source)
  }

  /// The text of a module that is Python; nil for any other.
  package var source: [UInt8]? { sourceBytes?() }
}

/// The vendor modules of one kind of device: what its scripts can import.
public final class VendorModules: Sendable {
  /// In the order in which they are powered on and off.
  package let all: [VendorModule]
  private let tables = Monitor<[String?: OutcomeTable]>([:])

  package init(_ all: [VendorModule]) { self.all = all }

  /// What belongs to their classes and functions.
  package var parts: [VendorModule.Part] { all.flatMap(\.parts) }

  /// What all calls come to.
  public var table: OutcomeTable { table(nil) { parts } }

  /// What the calls of one class come to; empty if there is no such class.
  public func table(of className: Substring) -> OutcomeTable {
    let name = String(className)
    return table(name) { parts.filter { $0.name == name } }
  }

  /// A table that is compiled in, read when it is first asked for.
  private func table(_ name: String?, of parts: () -> [VendorModule.Part]) -> OutcomeTable {
    tables.withLock { tables in
      if let table = tables[name] { return table }
      let table = read(parts())
      tables[name] = table
      return table
    }
  }

  private func read(_ parts: [VendorModule.Part]) -> OutcomeTable {
    do throws(OutcomeTable.Broken) {
      return try OutcomeTable(parts.map(\.table))
    } catch {
      fatalError("the compiled-in outcome table is broken: \(error.description)")
    }
  }

  /// The module of a name; nil if there is none.
  package func named(_ name: some StringProtocol) -> VendorModule? { all.first { $0.name == name } }

  /// A class with the module that scripts import: `audio.Record`.
  package func fullName(of className: String) -> String {
    module(of: className).map { "\($0.name).\(className)" } ?? className
  }

  /// The module of a class, or of its own functions; nil if there is no such class.
  package func module(of className: some StringProtocol) -> VendorModule? {
    all.first { $0.parts.contains { $0.name == className } }
  }
}
