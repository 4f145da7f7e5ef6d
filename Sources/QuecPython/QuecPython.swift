public import DeviceEmulator

private typealias Part = ModulePart

extension VendorModules {
  /// All that a module of this vendor has.
  public static let quecPython = VendorModules([
    VendorModule(
      "audio", AudioModule.self,
      parts: Part("Record", PackageResources.Record_json, PackageResources.RecordCases_json),
      Part("Audio", PackageResources.Audio_json, PackageResources.AudioCases_json),
      Part("TTS", PackageResources.TTS_json, PackageResources.TTSCases_json)),
    VendorModule(
      "machine", MachineModule.self, HardwareTimers.self, CalendarAlarm.self, Watchdog.self,
      Buses.self,
      SerialPorts.self, DisplayPort.self,
      parts: Part("Pin", PackageResources.Pin_json, PackageResources.PinCases_json),
      Part("ExtInt", PackageResources.ExtInt_json, PackageResources.ExtIntCases_json),
      Part("Timer", PackageResources.Timer_json, PackageResources.TimerCases_json),
      Part("RTC", PackageResources.RTC_json, PackageResources.RTCCases_json),
      Part("I2C", PackageResources.I2C_json, PackageResources.I2CCases_json),
      Part("SPI", PackageResources.SPI_json, PackageResources.SPICases_json),
      Part("UART", PackageResources.UART_json, PackageResources.UARTCases_json),
      Part("WDT", PackageResources.WDT_json, PackageResources.WDTCases_json),
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
      "pm", PowerManagement.self,
      parts: Part("pm", PackageResources.pm_json, PackageResources.pmCases_json)),
    VendorModule(
      "fota", FirmwareUpdate.self,
      parts: Part("fota", PackageResources.fota_json, PackageResources.fotaCases_json)),
    VendorModule(
      "app_fota_download", AppUpdates.self,
      parts: Part(
        "app_fota_download", PackageResources.app_fota_download_json,
        PackageResources.app_fota_downloadCases_json)),
    VendorModule("app_fota", source: PackageResources.app_fota_py),
    VendorModule(
      "sms", SMSModule.self,
      parts: Part("sms", PackageResources.sms_json, PackageResources.smsCases_json)),
    VendorModule(
      "voiceCall", VoiceCallModule.self,
      parts: Part(
        "voiceCall", PackageResources.voiceCall_json, PackageResources.voiceCallCases_json)),
    VendorModule(
      "cellLocator", CellLocatorModule.self,
      parts: Part(
        "cellLocator", PackageResources.cellLocator_json, PackageResources.cellLocatorCases_json)),
    VendorModule(
      "wifilocator", WiFiLocator.self,
      parts: Part(
        "wifilocator", PackageResources.wifilocator_json, PackageResources.wifilocatorCases_json)),
    VendorModule(
      "wifiScan", WiFiScanModule.self,
      parts: Part("wifiScan", PackageResources.wifiScan_json, PackageResources.wifiScanCases_json)),
    VendorModule(
      "atcmd", ATModule.self,
      parts: Part("atcmd", PackageResources.atcmd_json, PackageResources.atcmdCases_json)),
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
  ])
}

extension OutcomeTables {
  /// What calls of all that a module of this vendor has come to.
  public static var quecPython: OutcomeTables { VendorModules.quecPython.tables }
}
