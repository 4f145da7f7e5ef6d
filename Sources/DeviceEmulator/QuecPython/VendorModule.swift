package import JSONText

/// A vendor module: what scripts import under one name.
package struct VendorModule: Sendable {
  /// What belongs to one class of a module, or to its functions: a table, and the cases that bring its rows about.
  package struct Part: Sendable {
    /// The class, or the module for its functions.
    package let name: String
    private let tableBytes: @Sendable () -> [UInt8]
    private let caseBytes: @Sendable () -> [UInt8]

    init(
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
  let peripherals: [any Peripheral.Type]
  /// In the order of reports.
  package let parts: [Part]
  private let sourceBytes: (@Sendable () -> [UInt8])?

  /// A module with a peripheral behind it.
  init(_ name: String, _ peripherals: any Peripheral.Type..., parts: [Part]) {
    (self.name, self.peripherals, self.parts, sourceBytes) = (name, peripherals, parts, nil)
  }

  /// A module that is Python, as the vendor's own is.
  init(_ name: String, source: @autoclosure @escaping @Sendable () -> [UInt8]) {
    (self.name, peripherals, parts, sourceBytes) = (name, [], [], source)
  }

  /// The text of a module that is Python; nil for any other.
  package var source: [UInt8]? { sourceBytes?() }

  /// All of them.
  package static let all: [VendorModule] = [
    VendorModule(
      "audio", AudioModule.self,
      parts: [
        Part("Record", PackageResources.Record_json, PackageResources.RecordCases_json),
        Part("Audio", PackageResources.Audio_json, PackageResources.AudioCases_json),
        Part("TTS", PackageResources.TTS_json, PackageResources.TTSCases_json),
      ]),
    VendorModule(
      "machine", Buses.self, SerialPorts.self,
      parts: [
        Part("I2C", PackageResources.I2C_json, PackageResources.I2CCases_json),
        Part("SPI", PackageResources.SPI_json, PackageResources.SPICases_json),
        Part("UART", PackageResources.UART_json, PackageResources.UARTCases_json),
      ]),
    VendorModule("log", source: PackageResources.log_py),
    VendorModule("queue", source: PackageResources.queue_py),
    VendorModule("sys_bus", source: PackageResources.sys_bus_py),
    VendorModule("ql_fs", source: PackageResources.ql_fs_py),
  ]

  /// A class with the module that scripts import: `audio.Record`.
  package static func fullName(of className: String) -> String {
    let module = all.first { $0.parts.contains { $0.name == className } }
    return module.map { "\($0.name).\(className)" } ?? className
  }

  /// The part of a class; nil if there is no such class.
  package static func part(named name: some StringProtocol) -> Part? {
    all.lazy.flatMap(\.parts).first { $0.name == name }
  }
}
