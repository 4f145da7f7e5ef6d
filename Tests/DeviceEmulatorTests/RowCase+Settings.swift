import DeviceEmulator
import ModuleProfiles

private func takes(_ count: Int, given: Int) -> Answer {
  .typeError("function takes \(count) positional arguments but \(given) were given")
}

private let noInt = Answer.typeError("can't convert str to int")

extension RowCase {
  // MARK: Settings

  static let recordSettings: [RowCase] =
    [
      RowCase("Record.isBusy.arguments", "an argument", takes(1, given: 2)) {
        try $0.call(.recordIsBusy, 1)
      },
      RowCase("Record.isBusy.idle", "at first", 0) { try $0.call(.recordIsBusy) },
      RowCase("Record.isBusy.idle", "after a recording", 0) {
        try $0.call(.recordStart, "a.wav", 2)
        $0.wait(.seconds(2))
        return try $0.call(.recordIsBusy)
      },
      RowCase("Record.isBusy.ok", "during a recording", 1) {
        try $0.call(.recordStart, "a.wav", 2)
        $0.wait(.milliseconds(1999))
        return try $0.call(.recordIsBusy)
      },
      RowCase("Record.isBusy.ok", "during a stream", documented: 1, observed: 1, on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordIsBusy)
      },

      RowCase("Record.end_callback.arguments", "none", takes(2, given: 1)) {
        try $0.call(.recordEndCallback)
      },
      RowCase("Record.end_callback.callable", "None", documented: -1, observed: 0) {
        try $0.call(.recordEndCallback, nil)
      },
      RowCase("Record.end_callback.callable", "an int", documented: -1, observed: 0) {
        try $0.call(.recordEndCallback, 1)
      },
      RowCase("Record.end_callback.ok", "a function", 0) {
        try $0.call(.recordEndCallback, Desk.callback)
      },
      RowCase("Record.end_callback.ok", "while recording", 0) {
        try $0.call(.recordStart, "a.wav", 2)
        return try $0.call(.recordEndCallback, Desk.callback)
      },

      RowCase(
        "Record.gain.feature", "in range", documented: -1, observed: .noAttribute("gain"),
        on: \.lacksGain
      ) { try $0.call(.recordGain, 0, 0) },
      RowCase(
        "Record.gain.feature", "wrong arguments", documented: -1, observed: .noAttribute("gain"),
        on: \.lacksGain
      ) { try $0.call(.recordGain) },
      RowCase("Record.gain.arguments", "one", takes(3, given: 2), on: \.gain) {
        try $0.call(.recordGain, 1)
      },
      RowCase(
        "Record.amrEncDtx_enable.feature", "a query",
        documented: .raises("NotImplementedError", ""), observed: .noAttribute("amrEncDtx_enable"),
        on: \.lacksDTX
      ) { try $0.call(.recordAMREncDtxEnable) },
      RowCase(
        "Record.amrEncDtx_enable.arguments", "two",
        .typeError("function expected at most 2 arguments, got 3"), on: \.dtx
      ) { try $0.call(.recordAMREncDtxEnable, 1, 1) },
      RowCase("Record.amrEncDtx_enable.arguments", "a str", noInt, on: \.dtx) {
        try $0.call(.recordAMREncDtxEnable, "1")
      },
      RowCase("Record.amrEncDtx_enable.query", "at first", 1, on: \.dtx) {
        try $0.call(.recordAMREncDtxEnable)
      },
      RowCase("Record.amrEncDtx_enable.query", "after it was set", 0, on: \.dtx) {
        try $0.call(.recordAMREncDtxEnable, 0)
        return try $0.call(.recordAMREncDtxEnable)
      },
    ]
    + [-1, 5].map { value in
      RowCase(
        "Record.gain.codec", "\(value)", documented: -1,
        observed: .valueError("invalid codec_gain value, must be in [0,4]"), on: \.gain
      ) { try $0.call(.recordGain, .int(value), 0) }
    }
    + [-37, 13].map { value in
      RowCase(
        "Record.gain.dsp", "\(value)", documented: -1,
        observed: .valueError("invalid dsp_gain value, must be in [-36,12]"), on: \.gain
      ) { try $0.call(.recordGain, 0, .int(value)) }
    }
    + [(0, -36), (4, 12)].map { code, dsp in
      RowCase("Record.gain.ok", "\(code), \(dsp)", 0, on: \.gain) {
        try $0.call(.recordGain, .int(code), .int(dsp))
      }
    }
    + [-1, 2].map { value in
      RowCase(
        "Record.amrEncDtx_enable.range", "\(value)",
        .valueError("invalid value, on_off must be 0 or 1."), on: \.dtx
      ) { try $0.call(.recordAMREncDtxEnable, .int(value)) }
    }
    + [0, 1].map { value in
      RowCase("Record.amrEncDtx_enable.ok", "\(value)", .none, on: \.dtx) {
        try $0.call(.recordAMREncDtxEnable, .int(value))
      }
    }

  // MARK: Streams

  static let recordStreams: [RowCase] =
    [
      RowCase("Record.stream_start.arguments", "two", takes(4, given: 3), on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000)
      },
      RowCase(
        "Record.stream_start.busy", "a recording", documented: -1,
        observed: .valueError("record is busy"), on: \.stream
      ) {
        try $0.call(.recordStart, "a.wav", 2)
        return try $0.call(.recordStreamStart, 4, 8000, 0)
      },
      RowCase(
        "Record.stream_start.busy", "a stream", documented: -1,
        observed: .valueError("record is busy"), on: \.stream
      ) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStreamStart, 4, 8000, 0)
      },
      RowCase(
        "Record.stream_start.channel", "a channel that the model has not", documented: -1,
        observed: nil, on: \.streamsButLacksChannel
      ) {
        try $0.construct("Record", [.int($0.model.otherChannel!)])
        return try $0.call(.recordStreamStart, 4, 8000, 0)
      },
      RowCase(
        "Record.stream_start.timer", "all timers taken", documented: -1, observed: nil,
        on: \.stream
      ) {
        try $0.construct()
        $0.takeTimers()
        return try $0.call(.recordStreamStart, 4, 8000, 0)
      },
      RowCase(
        "Record.stream_start.parameter", "AMRWB", documented: -1, observed: nil, on: \.stream
      ) { try $0.call(.recordStreamStart, 5, 16000, 0) },
      RowCase("Record.stream_start.ok", "AMRWB at 8000", documented: nil, observed: 0) {
        try $0.call(.recordStreamStart, 5, 8000, 0)
      },
      RowCase("Record.stream_start.ok", "AMRWB at 16000", documented: nil, observed: 0) {
        try $0.call(.recordStreamStart, 5, 16000, 0)
      },
      RowCase("Record.stream_start.ok", "AMRNB on any model", documented: nil, observed: 0) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
      },

      RowCase("Record.stream_read.arguments", "one", takes(3, given: 2), on: \.stream) {
        try $0.call(.recordStreamRead, .buffer(count: 1))
      },
      RowCase("Record.stream_read.arguments", "a count as a str", noInt, on: \.stream) {
        try $0.call(.recordStreamRead, .buffer(count: 1), "1")
      },
      RowCase("Record.stream_read.refused", "no stream", -1, on: \.stream) {
        try $0.call(.recordStreamRead, .buffer(count: 1), 1)
      },
      RowCase("Record.stream_read.refused", "a file recording", -1, on: \.stream) {
        try $0.call(.recordStart, "a.wav", 2)
        $0.wait(.seconds(1))
        return try $0.call(.recordStreamRead, .buffer(count: 1), 1)
      },
      RowCase("Record.stream_read.refused", "a count of 0", -1, on: \.stream) {
        try $0.readStream(.buffer(count: 10), 0)
      },
      RowCase("Record.stream_read.refused", "more than the buffer holds", -1, on: \.stream) {
        try $0.readStream(.buffer(count: 10), 11)
      },
      RowCase("Record.stream_read.refused", "bytes", -1, on: \.stream) {
        try $0.readStream(.bytes([0]), 1)
      },
      RowCase("Record.stream_read.refused", "an empty buffer", -1, on: \.stream) {
        try $0.readStream(.buffer(count: 0), 1)
      },
      RowCase("Record.stream_read.ok", "nothing waits", .value(.filled([])), on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStreamRead, .buffer(count: 10), 10)
      },
      RowCase("Record.stream_read.ok", "the first byte", .value(.filled([0x3c])), on: \.stream) {
        try $0.readStream(.buffer(count: 10), 1)
      },

      RowCase("Record.stream_stop.arguments", "one", takes(1, given: 2), on: \.stream) {
        try $0.call(.recordStreamStop, 1)
      },
      RowCase(
        "Record.stream_stop.idle", "no stream", documented: -1, observed: 0, on: \.stream
      ) { try $0.call(.recordStreamStop) },
      RowCase(
        "Record.stream_stop.idle", "a file recording", documented: -1, observed: 0, on: \.stream
      ) {
        try $0.call(.recordStart, "a.wav", 2)
        return try $0.call(.recordStreamStop)
      },
      RowCase("Record.stream_stop.ok", "a stream", 0, on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStreamStop)
      },
    ]
    + ([
      (.recordStreamStart, "stream_start", [4, 8000, 0]),
      (.recordStreamRead, "stream_read", [.buffer(count: 1), 1]),
      (.recordStreamStop, "stream_stop", []),
    ] as [(DeviceMethod, String, [GuestValue])]).flatMap { method, name, arguments in
      [arguments, []].map { arguments in
        RowCase(
          "Record.\(name).feature", "\(arguments.count) arguments", documented: -1, observed: nil,
          on: \.lacksStream
        ) {
          try $0.construct()
          return try $0.on(0, method, arguments)
        }
      }
    }
    + ([(1, 8000, 0), (6, 8000, 0), (4, 44100, 0), (4, 0, 0), (4, 8000, -1)]).map {
      format, rate, seconds in
      RowCase(
        "Record.stream_start.parameter", "\(format), \(rate), \(seconds)", documented: -1,
        observed: .valueError("Parameter error"), on: \.stream
      ) { try $0.call(.recordStreamStart, .int(format), .int(rate), .int(seconds)) }
    }
    + [8000, 16000].map { rate in
      RowCase("Record.stream_start.ok", "\(rate)", 0, on: \.stream) {
        try $0.call(.recordStreamStart, 4, .int(rate), 0)
      }
    }
}

extension Desk {
  /// Reads from a stream that has run for a second.
  fileprivate func readStream(_ buffer: GuestValue, _ count: Int) throws -> Answer {
    try call(.recordStreamStart, 4, 8000, 0)
    wait(.seconds(1))
    return try call(.recordStreamRead, buffer, .int(count))
  }
}
