/// The methods of the module's classes that a profile may override, as scripts spell them.
///
/// `init` is the constructor: where it is missing, the class itself is. `init_` is a method that
/// scripts call `init`.
public enum DeviceMethod: String, CaseIterable, Sendable {
  case recordInit = "Record.init"
  case recordStart = "Record.start"
  case recordStop = "Record.stop"
  case recordGetFilePath = "Record.getFilePath"
  case recordGetData = "Record.getData"
  case recordGetSize = "Record.getSize"
  case recordDelete = "Record.Delete"
  case recordExists = "Record.exists"
  case recordIsBusy = "Record.isBusy"
  case recordEndCallback = "Record.end_callback"
  case recordGain = "Record.gain"
  case recordAMREncDtxEnable = "Record.amrEncDtx_enable"
  case recordStreamStart = "Record.stream_start"
  case recordStreamRead = "Record.stream_read"
  case recordStreamStop = "Record.stream_stop"
  case recordPlay = "Record.play"
  case recordFinalise = "Record.__del__"

  case audioInit = "Audio.init"
  case audioSetPA = "Audio.set_pa"
  case audioSetSpeakerPACallback = "Audio.setSpeakerpaCallback"
  case audioPlay = "Audio.play"
  case audioStop = "Audio.stop"
  case audioStopAll = "Audio.stopAll"
  case audioSetCallback = "Audio.setCallback"
  case audioGetState = "Audio.getState"
  case audioGetVolume = "Audio.getVolume"
  case audioSetVolume = "Audio.setVolume"

  case ttsInit = "TTS.init"
  case ttsOpen = "TTS.init_"
  case ttsClose = "TTS.close"
  case ttsDeinit = "TTS.deinit"
  case ttsPlay = "TTS.play"
  case ttsStop = "TTS.stop"
  case ttsStopAll = "TTS.stopAll"
  case ttsSetCallback = "TTS.setCallback"
  case ttsGetVolume = "TTS.getVolume"
  case ttsSetVolume = "TTS.setVolume"
  case ttsGetSpeed = "TTS.getSpeed"
  case ttsSetSpeed = "TTS.setSpeed"
  case ttsGetState = "TTS.getState"

  /// The class: "Record".
  public var className: Substring { rawValue.prefix { $0 != "." } }
  /// The method's own name: "start".
  public var functionName: Substring { rawValue.drop { $0 != "." }.dropFirst() }
  /// What scripts call the method: "start", and "init" for `init_`.
  public var scriptName: Substring {
    functionName == "init_" ? "init" : functionName
  }
}
