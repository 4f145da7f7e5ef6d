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
  init(_ name: String, _ peripherals: any Peripheral.Type..., parts: Part...) {
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
      parts: Part("Record", PackageResources.Record_json, PackageResources.RecordCases_json),
      Part("Audio", PackageResources.Audio_json, PackageResources.AudioCases_json),
      Part("TTS", PackageResources.TTS_json, PackageResources.TTSCases_json)),
    VendorModule(
      "machine", MachineModule.self, Buses.self, SerialPorts.self, DisplayPort.self,
      parts: Part("Pin", PackageResources.Pin_json, PackageResources.PinCases_json),
      Part("ExtInt", PackageResources.ExtInt_json, PackageResources.ExtIntCases_json),
      Part("Timer", PackageResources.Timer_json, PackageResources.TimerCases_json),
      Part("RTC", PackageResources.RTC_json, PackageResources.RTCCases_json),
      Part("I2C", PackageResources.I2C_json, PackageResources.I2CCases_json),
      Part("SPI", PackageResources.SPI_json, PackageResources.SPICases_json),
      Part("UART", PackageResources.UART_json, PackageResources.UARTCases_json),
      Part("LCD", PackageResources.LCD_json, PackageResources.LCDCases_json),
      Part("machine", PackageResources.machine_json, PackageResources.machineCases_json)),
    VendorModule(
      "misc", MiscModule.self,
      parts: Part("Power", PackageResources.Power_json, PackageResources.PowerCases_json),
      Part("PowerKey", PackageResources.PowerKey_json, PackageResources.PowerKeyCases_json),
      Part("ADC", PackageResources.ADC_json, PackageResources.ADCCases_json),
      Part("PWM", PackageResources.PWM_json, PackageResources.PWMCases_json),
      Part("USB", PackageResources.USB_json, PackageResources.USBCases_json)),
    VendorModule(
      "osTimer", OSTimer.self,
      parts: Part("osTimer", PackageResources.osTimer_json, PackageResources.osTimerCases_json)),
    VendorModule(
      "sim", SimModule.self,
      parts: Part("sim", PackageResources.sim_json, PackageResources.simCases_json)),
    VendorModule(
      "net", NetModule.self,
      parts: Part("net", PackageResources.net_json, PackageResources.netCases_json)),
    VendorModule(
      "modem", ModemModule.self,
      parts: Part("modem", PackageResources.modem_json, PackageResources.modemCases_json)),
    VendorModule(
      "dataCall", DataCallModule.self,
      parts: Part("dataCall", PackageResources.dataCall_json, PackageResources.dataCallCases_json)),
    VendorModule(
      "SecureData", SecureDataModule.self,
      parts: Part(
        "SecureData", PackageResources.SecureData_json, PackageResources.SecureDataCases_json)),
    VendorModule("checkNet", source: PackageResources.checkNet_py),
    VendorModule("log", source: PackageResources.log_py),
    VendorModule("queue", source: PackageResources.queue_py),
    VendorModule("sys_bus", source: PackageResources.sys_bus_py),
    VendorModule("ql_fs", source: PackageResources.ql_fs_py),
    VendorModule("base64", source: PackageResources.base64_py),
    VendorModule("hmac", source: PackageResources.hmac_py),
    VendorModule("hmacSha1", source: PackageResources.hmacSha1_py),
  ]

  /// A class with the module that scripts import: `audio.Record`.
  package static func fullName(of className: String) -> String {
    module(of: className).map { "\($0.name).\(className)" } ?? className
  }

  /// The module of a class, or of its own functions; nil if there is no such class.
  package static func module(of className: some StringProtocol) -> VendorModule? {
    all.first { $0.parts.contains { $0.name == className } }
  }

  /// The part of a class; nil if there is no such class.
  package static func part(named name: some StringProtocol) -> Part? {
    all.lazy.flatMap(\.parts).first { $0.name == name }
  }
}
