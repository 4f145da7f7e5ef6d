import ModuleProfiles

extension DeviceMethod {
  /// The parts of a module that methods belong to.
  enum PeripheralKind: String {
    case record = "Record"
    case audio = "Audio"
    case tts = "TTS"
  }

  /// The part that answers this method. The enumeration names no other class.
  var peripheral: PeripheralKind { PeripheralKind(rawValue: String(className))! }
}
