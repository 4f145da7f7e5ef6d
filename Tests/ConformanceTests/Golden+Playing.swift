import DeviceEmulator
import ModelTable
import ModuleProfiles

/// What both classes have in common.
private func shared(
  _ name: String, top: Int, volume: Int, on applies: @escaping Golden.Applies = everywhere
) -> [Golden] {
  let construction =
    row("\(name).init.arguments", ["two"], .takesAtMost(1, given: 2), on: applies)
    + row("\(name).init.device", ["3"], .noDevice, on: applies)
    + row(
      "\(name).init.channel", ["channel-2"], documented: .object(0), observed: .noChannel(2),
      on: both(applies, not(with(channel: 2))))
    + row("\(name).init.ok", ["channel"], .object(0), on: applies)
    + row("\(name).init.ok", ["second"], .object(1), on: applies)
  let callback =
    row("\(name).setCallback.arguments", ["none"], .takes(2, given: 1), on: applies)
    + row(
      "\(name).setCallback.callable", ["none-value"], documented: -1, observed: 0, on: applies)
    + row("\(name).setCallback.ok", ["function"], 0, on: applies)
    + row("\(name).getState.arguments", ["one"], .takes(1, given: 2), on: applies)
    + row("\(name).getState.ok", ["at-rest"], 0, on: applies)
  return construction + callback
    + row("\(name).getVolume.arguments", ["one"], .takes(1, given: 2), on: applies)
    + row("\(name).getVolume.ok", ["at-first"], .value(.int(volume)), on: applies)
    + row("\(name).getVolume.ok", ["set-0"], 0, on: applies)
    + row("\(name).getVolume.ok", ["set-\(top)"], .value(.int(top)), on: applies)
    + row("\(name).setVolume.arguments", ["str"], .noInt, on: applies)
    + row(
      "\(name).setVolume.range", ["minus-1", "\(top + 1)"],
      .valueError("invalid vol, must be in [0,\(top)]"), on: applies)
    + row("\(name).setVolume.ok", ["0", "\(top)"], 0, on: applies)
}

extension Golden {
  static let audio: [Golden] =
    shared("Audio", top: 11, volume: 7)
    + row("Audio.set_pa.arguments", ["none"], .takes(2, given: 1))
    + row("Audio.set_pa.pin", ["minus-1"], 0)
    + row("Audio.set_pa.ok", ["pin"], 1)
    + row("Audio.play.arguments", ["two"], .takes(4, given: 3))
    + row("Audio.play.data", ["path-no-str"], .valueError("invalid data"))
    + row("Audio.play.range", ["priority-5", "priority-minus-1", "breakin-2"], -1)
    + row("Audio.play.channel", ["absent"], documented: -1, observed: nil, on: lackingChannel)
    + row("Audio.play.file", ["missing", "no-sound", "recorded"], -1)
    + row("Audio.play.full", ["eleventh"], -2)
    + row("Audio.play.queued", ["uninterruptible", "lower-priority"], 1)
    + row("Audio.play.ok", ["at-rest", "same-priority", "higher-priority"], 0)
    + row("Audio.stop.arguments", ["one"], .takes(1, given: 2))
    + row("Audio.stop.ok", ["at-rest"], 0)
    + row("Audio.stopAll.arguments", ["one"], .takes(1, given: 2))
    + row("Audio.stopAll.ok", ["at-rest"], 0)
    + row("Audio.getState.ok", ["playing"], 1)

  static let speech: [Golden] =
    shared("TTS", top: 9, volume: 4, on: withTTS) + speaking
    + row("TTS.init.profile", ["called"], .noAttribute, on: not(withTTS))
    + row("TTS.close.arguments", ["one"], .takes(1, given: 2), on: withTTS)
    + row("TTS.close.ok", ["open"], 0, on: withTTS)
    + row("TTS.getState.ok", ["speaking"], 1, on: withTTS)
    + row("TTS.getState.ok", ["file-plays"], 0, on: withTTS)
    + row("TTS.getSpeed.arguments", ["one"], .takes(1, given: 2), on: withTTS)
    + row("TTS.getSpeed.ok", ["at-first"], 4, on: withTTS)
    + row("TTS.getSpeed.ok", ["set-9"], 9, on: withTTS)
    + row("TTS.setSpeed.arguments", ["none"], .takes(2, given: 1), on: withTTS)
    + row(
      "TTS.setSpeed.range", ["minus-1", "10"], .valueError("invalid speed, must be in [0,9]"),
      on: withTTS)
    + row("TTS.setSpeed.ok", ["0", "9"], 0, on: withTTS)

  private static let speaking: [Golden] =
    row("TTS.play.arguments", ["three"], .takes(5, given: 4), on: withTTS)
    + row("TTS.play.mode", ["0", "4"], .valueError("invalid mode"), on: withTTS)
    + row("TTS.play.data", ["int"], .valueError("invalid data"), on: withTTS)
    + row(
      "TTS.play.length", ["0", "501"], .valueError("invalid data length, must be in [1,500]"),
      on: withTTS)
    + row("TTS.play.range", ["priority-5", "breakin-minus-1"], -1, on: withTTS)
    + row("TTS.play.closed", ["closed", "half-unit", "broken-utf-8"], -1, on: withTTS)
    + row("TTS.play.full", ["eleventh"], -2, on: withTTS)
    + row("TTS.play.queued", ["file-plays"], 1, on: withTTS)
    + row(
      "TTS.play.ok", ["at-rest", "utf-16-be", "utf-16-le", "500", "file-interrupted"], 0,
      on: withTTS)
}
