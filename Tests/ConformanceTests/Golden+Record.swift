import DeviceEmulator
import ModelTable
import ModuleProfiles

private let spellings = ["name", "drive", "small-drive", "path"]

/// What a test file of the bytes 0, 1, 2 and so on holds from an offset on.
private func ramp(from start: Int, _ count: Int) -> [UInt8] {
  (start..<start + count).map { UInt8(truncatingIfNeeded: $0) }
}

extension Golden {
  // MARK: Construction, start and stop

  static let recordFiles: [Golden] =
    construction + starting
    + row("Record.stop.arguments", ["one"], .takes(1, given: 2))
    + row("Record.stop.idle", ["at-first"], documented: -1, observed: nil)
    + row("Record.stop.ok", ["recording"], 0)
    + row("Record.stop.ok", ["stream"], 0, on: withStream)
    + row("Record.stop.ok", ["at-first"], documented: nil, observed: 0)

  private static let construction: [Golden] =
    row("Record.init.arguments", ["two"], documented: .takesAtMost(1, given: 2), observed: nil)
    + row("Record.init.count", ["two"], documented: nil, observed: .takesAtMost(1, given: 2))
    + row("Record.init.overflow", ["2-31"], .overflow)
    + row("Record.init.arguments", ["str"], .noInt)
    + row("Record.init.device", ["3", "minus-1"], .noDevice)
    + (0...2).flatMap { channel in
      row(
        "Record.init.channel", ["channel-\(channel)"], documented: .object(0),
        observed: .noChannel(channel), on: not(with(channel: channel)))
    }
    + Golden.made("Record.init.channel", ["fault"]) { model, policy in
      policy == .documented ? nil : .noChannel(model.channels[0])
    }
    + row("Record.init.timer", ["fault"], documented: nil, observed: -1)
    + row("Record.init.timer", ["taken"], documented: .object(0), observed: -1)
    + row("Record.init.again", ["twice"], documented: .object(1), observed: .object(0))
    + row("Record.init.ok", ["channel"], .object(0))
    + row("Record.init.ok", ["no-argument"], .object(0), on: with(channel: 0))
    + row(
      "Record.init.ok", ["unasked"], documented: nil, observed: .object(0),
      on: not(with(channel: 0)))

  private static let starting: [Golden] =
    row("Record.start.arguments", ["one"], documented: .takes(3, given: 2), observed: nil)
    + row("Record.start.arguments", ["three"], documented: .takes(3, given: 4), observed: nil)
    + row("Record.start.arguments", ["name-no-str"], documented: .noString, observed: nil)
    + row("Record.start.arguments", ["seconds-str"], .noInt)
    + row("Record.start.count", ["one"], documented: nil, observed: .takes(3, given: 2))
    + row("Record.start.count", ["three"], documented: nil, observed: .takes(3, given: 4))
    + row("Record.start.name", ["int"], documented: nil, observed: .noString)
    + row("Record.start.overflow", ["2-31", "minus-2-31"], .overflow)
    + row("Record.start.mp3", ["mp3", "three-letters"], documented: nil, observed: -6)
    + row("Record.start.busy", ["recording", "recorded", "fault"], -3)
    + row("Record.start.busy", ["played", "open", "being-read"], documented: -3, observed: nil)
    + row("Record.start.busy", ["wrong-arguments", "forgotten"], documented: nil, observed: -3)
    + row("Record.start.busy", ["stream"], -3, on: withStream)
    + row("Record.start.channel", ["absent"], documented: -4, observed: nil, on: lackingChannel)
    + row("Record.start.channel", ["fault"], documented: -4, observed: nil)
    + row(
      "Record.start.format",
      ["upper-case", "mixed-case", "dot-at-end", "bak", "dot-in-folder", "fault"], -6)
    + row("Record.start.format", ["mp3", "four-letters"], documented: -6, observed: nil)
    + row("Record.start.format", ["empty-name"], documented: nil, observed: -6)
    + row("Record.start.seconds", ["0", "minus-1"], -5)
    + row("Record.start.timer", ["taken"], documented: -5, observed: nil)
    + row("Record.start.timer", ["fault"], documented: -5, observed: 0)
    + row("Record.start.replace", ["folder", "fault"], documented: -1, observed: nil)
    + row("Record.start.open", ["empty-name"], documented: -2, observed: nil)
    + row(
      "Record.start.open",
      [
        "no-name", "long-name", "missing-folder", "file-for-folder", "other-volume",
        "full-flash", "fault-open", "fault-write", "fault-full",
      ], documented: -2, observed: -6)
    + row("Record.start.open", ["full-folder", "hardware-taken"], documented: nil, observed: -6)
    + row(
      "Record.start.ok",
      [
        "wav", "amr", "no-suffix", "drive", "small-drive", "path", "only-suffix", "old-file",
        "bytes", "fault-enough-room",
      ], 0)
    + row(
      "Record.start.ok", ["empty-folder", "timers-taken", "three-letters", "being-read"],
      documented: nil, observed: 0)

  // MARK: Files that are there

  static let recordReading: [Golden] =
    data + sizes
    + row("Record.getFilePath.arguments", ["none"], .takes(2, given: 1))
    + row("Record.getFilePath.empty", ["empty-name"], -2)
    + row("Record.getFilePath.absent", ["missing", "folder"], -1)
    + row("Record.getFilePath.ok", spellings, "U:/a.wav")
    + row("Record.Delete.arguments", ["two"], documented: .takes(2, given: 3), observed: nil)
    + row("Record.Delete.arguments", ["int"], .noString)
    + row("Record.Delete.count", ["two"], documented: nil, observed: .takes(2, given: 3))
    + row("Record.Delete.inUse", ["recorded", "fault"], -2)
    + row("Record.Delete.inUse", ["played", "open", "being-read"], documented: -2, observed: nil)
    + row("Record.Delete.inUse", ["other", "wrong-argument"], documented: nil, observed: -2)
    + row("Record.Delete.absent", ["missing", "folder"], -1)
    + row("Record.Delete.absent", ["fault"], documented: -1, observed: nil)
    + row("Record.Delete.ok", ["file"], 0)
    + row("Record.Delete.ok", ["being-read", "fault"], documented: nil, observed: 0)
    + row("Record.exists.arguments", ["none"], .takes(2, given: 1))
    + row("Record.exists.empty", ["empty-name"], documented: false, observed: -1)
    + row("Record.exists.absent", ["missing"], false)
    + row("Record.exists.ok", spellings, true)

  private static let data: [Golden] =
    row("Record.getData.arguments", ["two"], .takes(4, given: 3))
    + row("Record.getData.arguments", ["offset-str", "numbers-first"], .noInt)
    + row("Record.getData.arguments", ["name-no-str"], .noString)
    + row("Record.getData.overflow", ["offset", "size"], .overflow)
    + row("Record.getData.open", ["empty-name", "missing", "folder", "fault"], -2)
    + row("Record.getData.inUse", ["recorded", "fault"], -4)
    + row("Record.getData.inUse", ["played", "open"], documented: -4, observed: nil)
    + row("Record.getData.inUse", ["other"], documented: nil, observed: -4)
    + row("Record.getData.tooMuch", ["10241", "minus-1"], -6)
    + row("Record.getData.beyondEnd", ["one-past", "offset-past", "largest-offset"], -5)
    + row("Record.getData.seek", ["negative-offset", "fault"], -3)
    + row("Record.getData.heap", ["full", "10239", "fault"], -7)
    + row("Record.getData.read", ["0", "fault"], -1)
    + row(
      "Record.getData.ok", ["3", "heap-10240"], documented: .value(.bytearray([5, 6, 7])),
      observed: .value(.bytes([5, 6, 7])))
    + row(
      "Record.getData.ok", ["10240"], documented: .value(.bytearray(ramp(from: 10, 10240))),
      observed: .value(.bytes(ramp(from: 10, 10240))))

  private static let sizes: [Golden] =
    row("Record.getSize.arguments", ["int"], .noString)
    + row("Record.getSize.empty", ["empty-name"], -4)
    + row("Record.getSize.count", ["two"], documented: nil, observed: .takes(2, given: 3))
    + row("Record.getSize.inUse", ["recorded", "fault"], -3)
    + row("Record.getSize.inUse", ["played", "open"], documented: -3, observed: nil)
    + row("Record.getSize.inUse", ["other", "wrong-argument"], documented: nil, observed: -3)
    + row("Record.getSize.open", ["missing", "folder", "fault"], -2)
    + row("Record.getSize.size", ["no-byte"], -1)
    + row("Record.getSize.size", ["fault"], documented: -1, observed: nil, on: not(counts))
    + made("Record.getSize.ok", ["wav"]) { counts($0, $1) ? 16_044 : 16_000 }
    + made("Record.getSize.ok", ["written"]) { _, _ in 20 }
    + made("Record.getSize.ok", ["amr"]) { counts($0, $1) ? 1606 : 1600 }

  /// Whether `getSize` counts the header.
  @Sendable private static func counts(_ model: Model, _ policy: Policy) -> Bool {
    model.countsHeader || policy == .observed
  }

  // MARK: Settings

  static let recordSettings: [Golden] =
    row("Record.isBusy.arguments", ["one"], .takes(1, given: 2))
    + row("Record.isBusy.idle", ["at-first", "after-recording"], 0)
    + row("Record.isBusy.ok", ["recording"], 1)
    + row("Record.isBusy.ok", ["stream"], 1, on: withStream)
    + row("Record.end_callback.arguments", ["none"], .takes(2, given: 1))
    + row("Record.end_callback.callable", ["none-value", "int"], documented: -1, observed: 0)
    + row("Record.end_callback.ok", ["function", "recording"], 0)
    + row(
      "Record.gain.feature", ["in-range", "wrong-arguments"], documented: -1,
      observed: .noAttribute, on: not(withGain))
    + row("Record.gain.arguments", ["one"], .takes(3, given: 2), on: withGain)
    + row("Record.gain.overflow", ["2-31"], .overflow, on: withGain)
    + row(
      "Record.gain.codec", ["minus-1", "5"], documented: -1,
      observed: .valueError("invalid codec_gain value, must be in [0,4]"), on: withGain)
    + row(
      "Record.gain.dsp", ["minus-37", "13"], documented: -1,
      observed: .valueError("invalid dsp_gain value, must be in [-36,12]"), on: withGain)
    + row("Record.gain.ok", ["least", "most"], 0, on: withGain)
    + row(
      "Record.amrEncDtx_enable.feature", ["query"], documented: .raises("NotImplementedError", ""),
      observed: .noAttribute, on: not(withDTX))
    + row("Record.amrEncDtx_enable.arguments", ["two"], .takesAtMost(2, given: 3), on: withDTX)
    + row("Record.amrEncDtx_enable.arguments", ["str"], .noInt, on: withDTX)
    + row("Record.amrEncDtx_enable.overflow", ["2-31"], .overflow, on: withDTX)
    + row("Record.amrEncDtx_enable.query", ["at-first"], 1, on: withDTX)
    + row("Record.amrEncDtx_enable.query", ["set"], 0, on: withDTX)
    + row(
      "Record.amrEncDtx_enable.range", ["minus-1", "2"],
      .valueError("invalid value, on_off must be 0 or 1."), on: withDTX)
    + row("Record.amrEncDtx_enable.ok", ["0", "1"], .none, on: withDTX)
    + row("Record.play.feature", ["called"], documented: .noAttribute, observed: nil)
    + row("Record.play.count", ["one"], documented: nil, observed: .takes(3, given: 2))
    + row("Record.play.busy", ["recording"], documented: nil, observed: -1)
    + row("Record.play.arguments", ["int"], documented: nil, observed: .noString)
    + row("Record.play.refused", ["missing"], documented: nil, observed: -1)
    + row("Record.play.ok", ["file"], documented: nil, observed: 0)
    + row("Record.__del__.feature", ["called"], documented: .noAttribute, observed: nil)
    + row("Record.__del__.arguments", ["one"], documented: nil, observed: .takes(1, given: 2))
    + row("Record.__del__.ok", ["at-first", "recording"], documented: nil, observed: 0)

  // MARK: Streams

  static let recordStreams: [Golden] =
    streamStarting
    + row(
      "Record.stream_read.feature", ["arguments", "no-arguments"], documented: -1, observed: nil,
      on: not(withStream))
    + row(
      "Record.stream_read.arguments", ["one"], documented: .takes(3, given: 2), observed: nil,
      on: withStream)
    + row("Record.stream_read.count", ["one"], documented: nil, observed: .takes(3, given: 2))
    + row(
      "Record.stream_read.buffer", ["bytes", "str", "none"], documented: nil,
      observed: .typeError("object with buffer protocol required"))
    + row("Record.stream_read.overflow", ["2-31"], .overflow, on: withStream)
    + row("Record.stream_read.arguments", ["count-str"], .noInt, on: withStream)
    + row(
      "Record.stream_read.refused",
      ["no-stream", "recording", "0", "beyond-buffer", "empty-buffer"], -1, on: withStream)
    + row(
      "Record.stream_read.refused", ["bytes"], documented: -1, observed: nil, on: withStream)
    + row("Record.stream_read.ok", ["nothing"], .value(.filled([])), on: withStream)
    + row("Record.stream_read.ok", ["first-byte"], .value(.filled([0x3c])), on: withStream)
    + row(
      "Record.stream_stop.feature", ["no-arguments"], documented: -1, observed: nil,
      on: not(withStream))
    + row("Record.stream_stop.arguments", ["one"], .takes(1, given: 2), on: withStream)
    + row(
      "Record.stream_stop.idle", ["no-stream", "recording"], documented: -1, observed: nil,
      on: withStream)
    + row("Record.stream_stop.ok", ["no-stream", "recording"], documented: nil, observed: 0)
    + row("Record.stream_stop.ok", ["stream"], 0, on: withStream)

  private static let streamStarting: [Golden] =
    row(
      "Record.stream_start.feature", ["arguments", "no-arguments"], documented: -1, observed: nil,
      on: not(withStream))
    + row(
      "Record.stream_start.arguments", ["two"], .typeError("'time' argument required"),
      on: withStream)
    + row(
      "Record.stream_start.arguments", ["none"], .typeError("'format' argument required"),
      on: withStream)
    + row("Record.stream_start.arguments", ["four"], .tooMany, on: withStream)
    + row("Record.stream_start.overflow", ["2-31"], .overflow, on: withStream)
    + row("Record.stream_start.taken", ["file"], documented: nil, observed: -1, on: withStream)
    + row(
      "Record.stream_start.busy", ["recording", "stream"], documented: -1,
      observed: .valueError("record is busy\n"), on: withStream)
    + row(
      "Record.stream_start.busy", ["forgotten"], documented: nil,
      observed: .valueError("record is busy\n"))
    + row(
      "Record.stream_start.channel", ["absent"], documented: -1, observed: nil,
      on: both(withStream, lackingChannel))
    + row("Record.stream_start.channel", ["fault"], documented: -1, observed: nil, on: withStream)
    + row(
      "Record.stream_start.parameter",
      ["format-1", "format-6", "rate-44100", "rate-0"], documented: -1,
      observed: .valueError("Parameter error\n"), on: withStream)
    + row(
      "Record.stream_start.parameter", ["wide-band", "time-minus-1"], documented: -1, observed: nil,
      on: withStream)
    + row(
      "Record.stream_start.timer", ["taken"], documented: -1, observed: nil, on: withStream)
    + row("Record.stream_start.timer", ["fault"], documented: -1, observed: 0, on: withStream)
    + row("Record.stream_start.ok", ["8000", "16000"], 0, on: withStream)
    + row(
      "Record.stream_start.ok",
      ["wide-band-8000", "wide-band-16000", "time-minus-1", "timers-taken"], documented: nil,
      observed: 0)
}
