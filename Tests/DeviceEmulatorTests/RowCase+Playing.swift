import DeviceEmulator
import ModuleProfiles

private let deviceText = "invalid device index, the value of device should be in[0,2]"

private func takes(_ count: Int, given: Int) -> Answer {
  .typeError("function takes \(count) positional arguments but \(given) were given")
}

private let noInt = Answer.typeError("can't convert str to int")

/// The EU firmware of this model is built without TTS.
@Sendable private func hasTTS(_ model: Model) -> Bool { model.name != "EG915U" }

/// What both classes have in common.
private func shared(
  _ name: String, volumes: ClosedRange<Int>, volume: Int,
  on applies: @escaping @Sendable (Model) -> Bool
) -> [RowCase] {
  let method = { @Sendable (method: String) in DeviceMethod(rawValue: "\(name).\(method)")! }
  let lacksSpeaker = { @Sendable (model: Model) in applies(model) && !model.channels.contains(2) }
  return [
    RowCase(
      "\(name).init.arguments", "two", .typeError("function expected at most 1 arguments, got 2"),
      on: applies
    ) { try $0.construct(name[...], [0, 1]) },
    RowCase("\(name).init.device", "3", .valueError(deviceText), on: applies) {
      try $0.construct(name[...], [3])
    },
    RowCase(
      "\(name).init.channel", "channel 2", documented: .object(0),
      observed: .valueError("The current platform does not support device 2."),
      on: lacksSpeaker
    ) { try $0.construct(name[...], [2]) },
    RowCase("\(name).init.ok", "a channel", .object(0), on: applies) {
      try $0.construct(name[...])
    },
    RowCase("\(name).init.ok", "a second one", .object(1), on: applies) {
      try $0.construct(name[...])
      return try $0.construct(name[...])
    },
    RowCase("\(name).setCallback.arguments", "none", takes(2, given: 1), on: applies) {
      try $0.call(method("setCallback"))
    },
    RowCase("\(name).setCallback.callable", "None", documented: -1, observed: 0, on: applies) {
      try $0.call(method("setCallback"), nil)
    },
    RowCase("\(name).setCallback.ok", "a function", 0, on: applies) {
      try $0.call(method("setCallback"), Desk.callback)
    },
    RowCase("\(name).getState.arguments", "one", takes(1, given: 2), on: applies) {
      try $0.call(method("getState"), 1)
    },
    RowCase("\(name).getState.ok", "at rest", 0, on: applies) { try $0.call(method("getState")) },
    RowCase("\(name).getVolume.arguments", "one", takes(1, given: 2), on: applies) {
      try $0.call(method("getVolume"), 1)
    },
    RowCase("\(name).getVolume.ok", "at first", .value(.int(volume)), on: applies) {
      try $0.call(method("getVolume"))
    },
    RowCase("\(name).setVolume.arguments", "a str", noInt, on: applies) {
      try $0.call(method("setVolume"), "1")
    },
  ]
    + [volumes.lowerBound - 1, volumes.upperBound + 1].map { value in
      RowCase(
        "\(name).setVolume.range", "\(value)",
        .valueError("invalid vol, must be in [0,\(volumes.upperBound)]"), on: applies
      ) { try $0.call(method("setVolume"), .int(value)) }
    }
    + [volumes.lowerBound, volumes.upperBound].flatMap { value in
      [
        RowCase("\(name).setVolume.ok", "\(value)", 0, on: applies) {
          try $0.call(method("setVolume"), .int(value))
        },
        RowCase("\(name).getVolume.ok", "set to \(value)", .value(.int(value)), on: applies) {
          try $0.call(method("setVolume"), .int(value))
          return try $0.call(method("getVolume"))
        },
      ]
    }
}

extension RowCase {
  static let audio: [RowCase] =
    shared("Audio", volumes: 0...11, volume: 7, on: { _ in true })
    + [
      RowCase("Audio.set_pa.arguments", "none", takes(2, given: 1)) { try $0.call(.audioSetPA) },
      RowCase("Audio.set_pa.pin", "-1", 0) { try $0.call(.audioSetPA, -1) },
      RowCase("Audio.set_pa.ok", "a pin", 1) { try $0.call(.audioSetPA, 12) },
      RowCase("Audio.play.arguments", "two", takes(4, given: 3)) { try $0.call(.audioPlay, 0, 0) },
      RowCase("Audio.play.data", "a path that is no str", .valueError("invalid data")) {
        try $0.call(.audioPlay, 0, 0, 1)
      },
      RowCase("Audio.play.range", "priority 5", -1) { try $0.play(5, 0) },
      RowCase("Audio.play.range", "priority -1", -1) { try $0.play(-1, 0) },
      RowCase("Audio.play.range", "breakin 2", -1) { try $0.play(0, 2) },
      RowCase(
        "Audio.play.channel", "a channel that the model has not", documented: -1, observed: nil,
        on: \.lacksChannel
      ) {
        try $0.construct("Audio", [.int($0.model.otherChannel!)])
        return try $0.play(0, 0)
      },
      RowCase("Audio.play.file", "a missing file", -1) {
        try $0.call(.audioPlay, 0, 0, "U:/a.wav")
      },
      RowCase("Audio.play.file", "not a sound", -1) {
        try $0.write([1, 2, 3])
        return try $0.call(.audioPlay, 0, 0, "U:/a.wav")
      },
      RowCase("Audio.play.file", "being recorded", -1) {
        try $0.call(.recordStart, "a.wav", 10)
        $0.wait(.seconds(2))
        return try $0.call(.audioPlay, 0, 0, "U:/a.wav")
      },
      RowCase("Audio.play.full", "an eleventh that has to wait", -2) {
        for _ in 0...10 { _ = try $0.play(3, 0) }
        return try $0.play(3, 0)
      },
      RowCase("Audio.play.queued", "what plays cannot be interrupted", 1) {
        _ = try $0.play(0, 0)
        return try $0.play(4, 1)
      },
      RowCase("Audio.play.queued", "what plays has a higher priority", 1) {
        _ = try $0.play(3, 1)
        return try $0.play(2, 1)
      },
      RowCase("Audio.play.ok", "nothing plays", 0) { try $0.play(0, 0) },
      RowCase("Audio.play.ok", "the same priority interrupts", 0) {
        _ = try $0.play(2, 1)
        return try $0.play(2, 0)
      },
      RowCase("Audio.play.ok", "a higher priority interrupts", 0) {
        _ = try $0.play(2, 1)
        return try $0.play(3, 0)
      },
      RowCase("Audio.stop.arguments", "one", takes(1, given: 2)) { try $0.call(.audioStop, 1) },
      RowCase("Audio.stop.ok", "nothing plays", 0) { try $0.call(.audioStop) },
      RowCase("Audio.stopAll.arguments", "one", takes(1, given: 2)) {
        try $0.call(.audioStopAll, 1)
      },
      RowCase("Audio.stopAll.ok", "nothing plays", 0) { try $0.call(.audioStopAll) },
      RowCase("Audio.getState.ok", "playing", 1) {
        _ = try $0.play(0, 0)
        return try $0.call(.audioGetState)
      },
    ]

  static let speech: [RowCase] =
    shared("TTS", volumes: 0...9, volume: 4, on: hasTTS)
    + [
      RowCase("TTS.close.arguments", "one", takes(1, given: 2), on: hasTTS) {
        try $0.call(.ttsClose, 1)
      },
      RowCase("TTS.close.ok", "open", 0, on: hasTTS) { try $0.call(.ttsClose) },
      RowCase("TTS.play.arguments", "three", takes(5, given: 4), on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 2)
      },
      RowCase("TTS.play.mode", "0", .valueError("invalid mode"), on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 0, "hello")
      },
      RowCase("TTS.play.mode", "4", .valueError("invalid mode"), on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 4, "hello")
      },
      RowCase("TTS.play.data", "an int", .valueError("invalid data"), on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 2, 5)
      },
      RowCase("TTS.play.range", "priority 5", -1, on: hasTTS) { try $0.say(5, 0) },
      RowCase("TTS.play.range", "breakin -1", -1, on: hasTTS) { try $0.say(0, -1) },
      RowCase("TTS.play.closed", "after close", -1, on: hasTTS) {
        try $0.call(.ttsClose)
        return try $0.say(0, 0)
      },
      RowCase("TTS.play.closed", "half a UTF-16 unit", -1, on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 1, .bytes([0x4f]))
      },
      RowCase("TTS.play.closed", "broken UTF-8", -1, on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 2, .bytes([0xff]))
      },
      RowCase("TTS.play.full", "an eleventh that has to wait", -2, on: hasTTS) {
        for _ in 0...10 { _ = try $0.say(1, 0) }
        return try $0.say(1, 0)
      },
      RowCase("TTS.play.queued", "a file plays that cannot be interrupted", 1, on: hasTTS) {
        _ = try $0.play(0, 0)
        return try $0.say(4, 1)
      },
      RowCase("TTS.play.ok", "nothing plays", 0, on: hasTTS) { try $0.say(0, 0) },
      RowCase("TTS.play.ok", "UTF-16BE", 0, on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 1, .bytes([0x4f, 0x60]))
      },
      RowCase("TTS.play.ok", "UTF-16LE", 0, on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 3, .bytearray([0x60, 0x4f]))
      },
      RowCase("TTS.play.ok", "500 bytes", 0, on: hasTTS) {
        try $0.call(.ttsPlay, 0, 0, 2, .string(String(repeating: "a", count: 500)))
      },
      RowCase("TTS.play.ok", "a file may be interrupted", 0, on: hasTTS) {
        _ = try $0.play(1, 1)
        return try $0.say(1, 0)
      },
      RowCase("TTS.getState.ok", "speaking", 1, on: hasTTS) {
        _ = try $0.say(0, 0)
        return try $0.call(.ttsGetState)
      },
      RowCase("TTS.getState.ok", "while a file plays", 0, on: hasTTS) {
        _ = try $0.play(0, 0)
        return try $0.call(.ttsGetState)
      },
      RowCase("TTS.getSpeed.arguments", "one", takes(1, given: 2), on: hasTTS) {
        try $0.call(.ttsGetSpeed, 1)
      },
      RowCase("TTS.getSpeed.ok", "at first", 4, on: hasTTS) { try $0.call(.ttsGetSpeed) },
      RowCase("TTS.setSpeed.arguments", "none", takes(2, given: 1), on: hasTTS) {
        try $0.call(.ttsSetSpeed)
      },
      RowCase("TTS.getSpeed.ok", "set", 9, on: hasTTS) {
        try $0.call(.ttsSetSpeed, 9)
        return try $0.call(.ttsGetSpeed)
      },
    ]
    + [-1, 10].map { value in
      RowCase(
        "TTS.setSpeed.range", "\(value)", .valueError("invalid speed, must be in [0,9]"),
        on: hasTTS
      ) { try $0.call(.ttsSetSpeed, .int(value)) }
    }
    + [0, 9].map { value in
      RowCase("TTS.setSpeed.ok", "\(value)", 0, on: hasTTS) {
        try $0.call(.ttsSetSpeed, .int(value))
      }
    }
    + [0, 501].map { count in
      RowCase(
        "TTS.play.length", "\(count) bytes",
        .valueError("invalid data length, must be in [1,500]"), on: hasTTS
      ) { try $0.call(.ttsPlay, 0, 0, 2, .string(String(repeating: "a", count: count))) }
    }
}

extension Desk {
  /// Plays a tenth of a second of sound.
  func play(_ priority: Int, _ breakin: Int) throws -> Answer {
    if !has("/usr/s.wav") {
      try write(sound(seconds: 0.1), to: "/usr/s.wav")
    }
    return try call(.audioPlay, .int(priority), .int(breakin), "U:/s.wav")
  }

  /// Says a short text.
  func say(_ priority: Int, _ breakin: Int, _ text: String = "hello") throws -> Answer {
    try call(.ttsPlay, .int(priority), .int(breakin), 2, .string(text))
  }
}
