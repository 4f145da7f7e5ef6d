import AudioEngine
import DeviceEmulator

extension RecordingReport {
  /// What a person should know of a recording that the script cannot see, a clause each.
  ///
  /// - Parameter isSilenceMeant: Whether the microphone was to deliver zeros.
  func remarks(isSilenceMeant: Bool) -> [String] {
    var remarks: [String] = []
    if silentSince == 0, frameCount > 0, !isSilenceMeant {
      remarks.append("the microphone delivered nothing but zeros: is it muted?")
    }
    if health.overruns > 0 {
      remarks.append(
        "the microphone overran \(health.overruns) times; \(health.lostFrames) frames were lost and "
          + "filled with silence")
    }
    if health.suspends > 0 {
      remarks.append("the microphone was suspended \(health.suspends) times and came back")
    }
    if let frame = health.endedAtFrame {
      remarks.append("the microphone's file ended at frame \(frame); silence followed")
    }
    if headerTellsPlan {
      remarks.append(
        "its header tells the planned length: the flash had no room for the copy that changing it "
          + "takes")
    }
    return remarks
  }
}

extension RecordingFailure {
  /// Why, in words.
  var sentence: String {
    switch self {
    case .unavailable(let sentence), .sourceLost(let sentence), .codec(let sentence),
      .sinkFault(let sentence):
      sentence
    case .sinkFull: "the flash is full"
    case .abandoned: "the power went"
    }
  }
}
