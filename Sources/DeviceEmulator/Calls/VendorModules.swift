/// A vendor module: what scripts import under one name.
package struct VendorModule: Sendable {
  /// As scripts import it.
  package let name: String
  /// What acts in it; nothing where it is all Python.
  package let peripherals: [any Peripheral.Type]
  /// In the order of reports.
  package let parts: [ModulePart]
  private let sourceBytes: (@Sendable () -> [UInt8])?

  /// A module with a peripheral behind it.
  package init(_ name: String, _ peripherals: any Peripheral.Type..., parts: ModulePart...) {
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
  /// What their calls come to.
  public let tables: OutcomeTables

  package init(_ all: [VendorModule]) {
    self.all = all
    tables = OutcomeTables(all.flatMap(\.parts))
  }

  /// What belongs to their classes and functions.
  package var parts: [ModulePart] { tables.parts }

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
