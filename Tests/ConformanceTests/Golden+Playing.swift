import DeviceEmulator
import ModelTable
import ModuleProfiles
import QuecPython

/// What both classes have in common.
private func shared(
  _ name: String, top: Int, volume: Int, on applies: @escaping Golden.Applies = everywhere
) -> [Golden] {
  let construction =
    row("\(name).init.arguments", ["none"], .lacks(1), on: applies)
    + row("\(name).init.arguments", ["str"], .noInt, on: applies)
    + row("\(name).init.overflow", ["2-31"], .overflow, on: applies)
    + row("\(name).init.device", ["3", "minus-1"], .noDevice, on: applies)
    + row(
      "\(name).init.channel", ["channel-2"], documented: .object(0), observed: .noChannel(2),
      on: both(applies, not(with(channel: 2))))
    + row(
      "\(name).init.again", ["twice"], documented: .object(1), observed: .object(0), on: applies)
    + row("\(name).init.ok", ["channel", "more-arguments"], .object(0), on: applies)
  let callback =
    row("\(name).setCallback.arguments", ["none"], .takes(2, given: 1), on: applies)
    + row(
      "\(name).setCallback.callable", ["none-value"], documented: -1, observed: 0, on: applies)
    + row("\(name).setCallback.ok", ["function"], 0, on: applies)
    + row("\(name).getState.arguments", ["one"], .takes(1, given: 2), on: applies)
    + row("\(name).getState.ok", ["at-rest"], 0, on: applies)
  let stops = ["stop", "stopAll"].flatMap { stop in
    row("\(name).\(stop).arguments", ["one"], .takes(1, given: 2), on: applies)
      + row("\(name).\(stop).ok", ["at-rest"], 0, on: applies)
  }
  return construction + callback + stops
    + row("\(name).getVolume.arguments", ["one"], .takes(1, given: 2), on: applies)
    + row("\(name).getVolume.ok", ["at-first"], .value(.int(volume)), on: applies)
    + row("\(name).getVolume.ok", ["set-0"], 0, on: applies)
    + row("\(name).getVolume.ok", ["set-\(top)"], .value(.int(top)), on: applies)
    + row("\(name).setVolume.arguments", ["str"], .noInt, on: applies)
    + row("\(name).setVolume.overflow", ["2-31"], .overflow, on: applies)
    + row("\(name).play.overflow", ["2-31"], .overflow, on: applies)
    + row(
      "\(name).__del__.feature", ["called"], documented: .noAttribute, observed: nil, on: applies)
    + row(
      "\(name).__del__.arguments", ["one"], documented: nil, observed: .takes(1, given: 2),
      on: applies)
    + row("\(name).__del__.ok", ["at-first"], documented: nil, observed: 0, on: applies)
    + row(
      "\(name).setVolume.range", ["minus-1", "\(top + 1)"],
      .valueError("invalid value,TTS volume should be array between [0,\(top)]"), on: applies)
    + row("\(name).setVolume.ok", ["0", "\(top)"], 0, on: applies)
}

/// A model with TTS whose firmware forgets texts that wait.
@Sendable func losesTexts(_ model: Model, _ policy: Policy) -> Bool {
  model.hasTTS && !keepsTexts(model, policy)
}

/// A model with TTS that speaks texts that waited.
@Sendable func keepsTexts(_ model: Model, _ policy: Policy) -> Bool {
  model.hasTTS && !(model.isUnisoc && policy == .observed)
}

extension Golden {
  static let audio: [Golden] =
    shared("Audio", top: 11, volume: 7) + playing
    + row(
      "Audio.init.ok", ["another-channel"], .object(1),
      on: both(with(channel: 0), with(channel: 1)))
    + row("Audio.set_pa.arguments", ["none"], .takes(2, given: 1))
    + row("Audio.set_pa.arguments", ["str"], .noInt)
    + row("Audio.set_pa.overflow", ["2-31"], .overflow)
    + row("Audio.set_pa.pulses", ["two"], documented: 1, observed: .takes(2, given: 3))
    + row("Audio.set_pa.pin", ["minus-1"], 0)
    + row("Audio.set_pa.ok", ["pin"], 1)
    + row("Audio.setSpeakerpaCallback.arguments", ["none"], .takes(2, given: 1))
    + row("Audio.setSpeakerpaCallback.ok", ["function"], 0)
    + row("Audio.stop.ok", ["playing"], 0)
    + row("Audio.stopAll.ok", ["playing"], 0)
    + row("Audio.getState.ok", ["while-playing"], 0)

  /// What the hardware refuses only when it is made to.
  static let onDemand: [Golden] =
    row("Audio.set_pa.failed", ["on-demand"], 0)
    + ["stop", "stopAll", "setVolume"].flatMap { row("Audio.\($0).failed", ["on-demand"], -1) }
    + ["play", "setCallback", "getState"].flatMap {
      row("Audio.\($0).failed", ["on-demand"], documented: -1, observed: nil)
    }
    + [
      "init_", "close", "deinit", "getVolume", "setVolume", "getSpeed", "setSpeed",
    ].flatMap { row("TTS.\($0).failed", ["on-demand"], -1, on: withTTS) }
    + ["play", "stop", "stopAll", "setCallback"].flatMap {
      row("TTS.\($0).failed", ["on-demand"], documented: -1, observed: nil, on: withTTS)
    }

  private static let playing: [Golden] =
    row("Audio.play.arguments", ["two"], .typeError("'data' argument required"))
    + row("Audio.play.arguments", ["four"], .tooMany)
    + row("Audio.play.arguments", ["priority-str"], .noInt)
    + row("Audio.play.data", ["path-no-str", "path-bytes"], .valueError("invalid data"))
    + row(
      "Audio.play.range", ["priority-5", "priority-minus-1", "breakin-2"], documented: -1,
      observed: nil)
    + row("Audio.play.range", ["queue-5", "never-unlocked"], documented: nil, observed: -1)
    + row("Audio.play.channel", ["absent"], documented: -1, observed: nil, on: lackingChannel)
    + row("Audio.play.file", ["missing", "no-sound", "recorded"], -1)
    + row("Audio.play.full", ["eleventh"], -2)
    + row("Audio.play.full", ["rule-4"], -2, on: withTTS)
    + row("Audio.play.full", ["would-interrupt", "last-of-ten"], documented: nil, observed: -2)
    + row(
      "Audio.play.queued", ["uninterruptible", "lower-priority", "rule-3", "rule-6"], 1)
    + row(
      "Audio.play.queued", ["last-of-ten", "after-two-interrupts"], documented: 1, observed: nil)
    + row(
      "Audio.play.queued", ["missing", "stopped-just-now", "after-stop-all"], documented: nil,
      observed: 1)
    + row(
      "Audio.play.queued", ["after-a-lost-text"], documented: nil, observed: 1, on: losesTexts)
    + row(
      "Audio.play.ok", ["at-rest", "same-priority", "higher-priority", "rule-1", "after-a-stop"],
      0)
    + row(
      "Audio.play.ok",
      [
        "several-interrupts", "missing-interrupts", "priority-5", "priority-minus-1", "breakin-2",
      ], documented: nil, observed: 0)

  static let speech: [Golden] =
    shared("TTS", top: 9, volume: 4, on: withTTS) + speaking + states
    + row("TTS.init.profile", ["called"], .noAttribute, on: not(withTTS))
    + row(
      "TTS.init.again", ["another-channel"], documented: nil, observed: .object(0),
      on: both(withTTS, both(with(channel: 0), with(channel: 1))))
    + ["init_", "close", "deinit"].flatMap { method in
      row("TTS.\(method).arguments", ["one"], .takes(1, given: 2), on: withTTS)
        + row("TTS.\(method).ok", ["open", "twice"], 0, on: withTTS)
    }
    + row("TTS.getSpeed.arguments", ["one"], .takes(1, given: 2), on: withTTS)
    + row("TTS.getSpeed.ok", ["at-first"], 4, on: withTTS)
    + row("TTS.getSpeed.ok", ["set-9"], 9, on: withTTS)
    + row("TTS.getSpeed.ok", ["constructed-again"], documented: 9, observed: 4, on: withTTS)
    + row("TTS.setSpeed.arguments", ["none"], .takes(2, given: 1), on: withTTS)
    + row("TTS.setSpeed.overflow", ["2-31"], .overflow, on: withTTS)
    + row("TTS.setSpeed.range", ["minus-1", "10"], -1, on: withTTS)
    + row("TTS.setSpeed.ok", ["0", "9"], 0, on: withTTS)

  private static let states: [Golden] =
    row("TTS.stop.ok", ["speaking"], 0, on: withTTS)
    + row("TTS.stopAll.ok", ["speaking"], 0, on: withTTS)
    + row(
      "TTS.getState.speaking", ["speaking", "after-stop-of-the-other"], documented: -1,
      observed: 1, on: withTTS)
    + row("TTS.getState.speaking", ["rule-3"], documented: -1, observed: 1, on: keepsTexts)
    + row(
      "TTS.getState.ok", ["file-plays", "rule-3", "rule-5", "stopped", "all-stopped"], 0,
      on: withTTS)
    + row("TTS.getState.ok", ["lost"], documented: nil, observed: 0, on: losesTexts)

  private static let speaking: [Golden] =
    row("TTS.play.arguments", ["three"], .typeError("'data' argument required"), on: withTTS)
    + row("TTS.play.arguments", ["five"], .tooMany, on: withTTS)
    + row("TTS.play.arguments", ["mode-str"], .noInt, on: withTTS)
    + row("TTS.play.mode", ["0", "4", "16"], .valueError("invalid mode"), on: withTTS)
    + row(
      "TTS.play.data", ["int", "none-value"], .typeError("object with buffer protocol required"),
      on: withTTS)
    + row(
      "TTS.play.priority", ["5", "minus-1"], documented: -1,
      observed: .valueError("invalid priority value, must be in [0,4]"), on: withTTS)
    + row(
      "TTS.play.breakin", ["2", "minus-1"], documented: -1,
      observed: .valueError("invalid breakin value, must be in [0,1]"), on: withTTS)
    + row(
      "TTS.play.length", ["501"],
      .valueError("The string length cannot be greater than 500"), on: withTTS)
    + row("TTS.play.closed", ["closed", "deinit"], documented: -1, observed: nil, on: withTTS)
    + row(
      "TTS.play.text", ["half-unit", "no-digits", "raw-utf-16", "half-pair", "broken-utf-8"],
      documented: -1, observed: nil, on: withTTS)
    + row("TTS.play.wrong", ["breakin-2-plays"], documented: nil, observed: -1, on: withTTS)
    + row("TTS.play.full", ["eleventh"], -2, on: withTTS)
    + row(
      "TTS.play.full", ["would-interrupt", "last-of-ten"], documented: nil, observed: -2,
      on: withTTS)
    + row("TTS.play.queued", ["file-plays", "rule-3", "rule-6"], 1, on: withTTS)
    + row("TTS.play.queued", ["last-of-ten"], documented: 1, observed: nil, on: withTTS)
    + row("TTS.play.queued", ["stopped-just-now"], documented: nil, observed: 1, on: withTTS)
    + row(
      "TTS.play.queued", ["after-a-lost-text"], documented: nil, observed: 1, on: losesTexts)
    + row(
      "TTS.play.ok",
      [
        "at-rest", "file-interrupted", "digits-be", "digits-le", "500", "empty", "flags",
        "flags-beyond-a-byte", "rule-1", "rule-2", "opened-again", "stopped",
      ], 0, on: withTTS)
    + row(
      "TTS.play.ok", ["closed", "broken-utf-8", "several-interrupts"], documented: nil,
      observed: 0, on: withTTS)
}
