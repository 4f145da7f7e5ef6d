import DeviceEmulator
import ModelTable
import QuecPython

private func heard(_ path: String, _ length: Int, _ state: Int) -> Told {
  .value(.list([.string(path), .int(length), .int(state)]))
}

/// A case's cause and how many bytes it tells of.
private typealias Length = (cause: String, bytes: Int)

private func ends(
  _ id: String, _ path: String, _ lengths: [Length], state: Int,
  on applies: @escaping Golden.Applies = everywhere
) -> [Golden] {
  lengths.flatMap { length in
    row("Record.end_callback.\(id)", [length.cause], heard(path, length.bytes, state), on: applies)
  }
}

extension Golden {
  /// What scripts are called back with.
  static let callbacks: [Golden] = recordings + streams + players

  private static let recordings: [Golden] =
    row(
      "Record.end_callback.started", ["wav", "drive", "path", "end-dropped"],
      heard("U:/a.wav", 0, 0))
    // There is one recorder with one callback, whatever objects there are.
    + row("Record.end_callback.ended", ["another-object"], heard("U:/a.wav", 32_000, 3))
    + row("Record.end_callback.started", ["amr"], heard("U:/a.amr", 0, 0))
    + row("Record.end_callback.started", ["no-suffix"], heard("U:/a", 0, 0))
    // 16000 bytes a second, 1600 of AMR; the file header is not counted.
    + ends(
      "ended", "U:/a.wav",
      ["wav", "set-meanwhile", "start-dropped", "fault-microphone-silent"].map { ($0, 32_000) },
      state: 3)
    + ends("ended", "U:/a.amr", [("amr", 3200), ("stopped", 320)], state: 3)
    + ends(
      "failed", "U:/a.wav",
      [
        ("fault-microphone-lost", 16_000), ("fault-write", 16_000), ("fault-flash-full", 8000),
      ], state: -1)
    // Of ten free blocks of 4096 bytes one is needed to change the last of the others, in littlefs 1.
    + ends(
      "failed", "U:/a.wav", [("full-flash", 36_480)], state: -1,
      on: { model, _ in !model.isUnisoc })
    + ends("failed", "U:/a.amr", [("fault-encoder", 160)], state: -1)

  private static let streams: [Golden] =
    row(
      "Record.end_callback.streamStarted", ["8000", "16000"], heard("stream", 0, 0), on: withStream)
    + row(
      "Record.end_callback.streamStarted", ["wide-band"], documented: nil,
      observed: heard("stream", 0, 0))
    // Five frames of 20 ms, of 32 bytes, or 61 in wide band.
    + ends(
      "streamData", "stream", [("8000", 160), ("queue-full", 160), ("end-dropped", 160)], state: 1,
      on: withStream)
    + row(
      "Record.end_callback.streamData", ["wide-band"], documented: nil,
      observed: heard("stream", 305, 1))
    + ends("streamEnded", "stream", [("limit", 1600), ("stopped", 160)], state: 3, on: withStream)
    + row(
      "Record.end_callback.streamEnded", ["stopped-as-a-file"], documented: heard("stream", 160, 3),
      observed: nil, on: withStream)
    + ends(
      "streamFailed", "stream", [("fault-microphone-lost", 160), ("fault-encoder", 1600)],
      state: -1, on: withStream)

  private static let players: [Golden] =
    row("Audio.setCallback.started", ["at-once", "after-another", "rule-2", "end-dropped"], 0)
    + row("Audio.setCallback.started", ["missing-skipped"], documented: nil, observed: 0)
    + row("Audio.setCallback.stopped", ["stop", "stop-all"], 7)
    + row("Audio.setCallback.stopped", ["interrupted"], 7, on: withTTS)
    + row("Audio.setSpeakerpaCallback.on", ["file", "another-waits"], 1)
    + row("Audio.setSpeakerpaCallback.on", ["text"], 1, on: withTTS)
    + row("Audio.setSpeakerpaCallback.off", ["finished", "stopped"], 0)
    + row("Audio.setCallback.finished", ["wav", "recording"], 7)
    + row("TTS.setCallback.started", ["at-once", "end-dropped"], 2, on: withTTS)
    + row("TTS.setCallback.started", ["after-a-file", "rule-2"], 2, on: keepsTexts)
    + row(
      "TTS.setCallback.started", ["not-interrupted"], documented: nil, observed: 2,
      on: losesTexts)
    + row("TTS.setCallback.stopped", ["stop", "own-stop-all"], 3, on: withTTS)
    + row("TTS.setCallback.stopped", ["stop-all"], documented: 3, observed: nil, on: withTTS)
    + row("TTS.setCallback.stopped", ["interrupted"], 3, on: keepsTexts)
    + row("TTS.setCallback.finished", ["utf-8", "empty"], 4, on: withTTS)
    + row(
      "TTS.setCallback.finished", ["stopped", "not-stopped-by-the-other"], documented: nil,
      observed: 4, on: withTTS)
}
