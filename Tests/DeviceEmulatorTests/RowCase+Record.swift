import DeviceEmulator
import ModuleProfiles

private let deviceText = "invalid device index, the value of device should be in[0,2]"

/// A text one byte longer than a name may be.
private let longName = GuestValue.string(String(repeating: "n", count: 252) + ".wav")

private func takes(_ count: Int, given: Int) -> Answer {
  .typeError("function takes \(count) positional arguments but \(given) were given")
}

private let noInt = Answer.typeError("can't convert str to int")
private let noString = Answer.typeError("can't convert 'int' object to str implicitly")

private func lacks(_ channel: Int) -> @Sendable (Model) -> Bool {
  { !$0.channels.contains(channel) }
}

/// The three ways in which a file is in use.
private let uses: [(String, @Sendable (Desk) throws -> Void)] = [
  ("being recorded", { try $0.call(.recordStart, "a.wav", 10) }),
  (
    "being played",
    {
      try $0.write(sound(seconds: 0.1))
      try $0.call(.audioPlay, 0, 0, "U:/a.wav")
    }
  ),
  (
    "held open for writing",
    { _ = try $0.files.open("/usr/a.wav", mode: "w") }
  ),
]

private func used(
  _ id: String, _ answer: Answer, _ call: @escaping @Sendable (Desk) throws -> Answer
) -> [RowCase] {
  uses.map { use in
    RowCase(id, use.0, answer) { desk in
      try use.1(desk)
      return try call(desk)
    }
  }
}

extension RowCase {
  // MARK: Construction, start and stop

  static let recordFiles: [RowCase] =
    [
      RowCase(
        "Record.init.arguments", "two arguments",
        .typeError("function expected at most 1 arguments, got 2")
      ) { try $0.construct("Record", [0, 1]) },
      RowCase("Record.init.arguments", "a str", noInt) { try $0.construct("Record", ["0"]) },
      RowCase(
        "Record.init.device", "3",
        .valueError(deviceText)
      ) { try $0.construct("Record", [3]) },
      RowCase("Record.init.device", "-1", .valueError(deviceText)) {
        try $0.construct("Record", [-1])
      },
      RowCase("Record.init.ok", "a channel", .object(0)) { try $0.construct() },
      RowCase("Record.init.ok", "no argument", .object(0), on: \.hasEarpiece) {
        try $0.construct("Record", [])
      },
      RowCase(
        "Record.init.timer", "all timers taken", documented: .object(0), observed: -1
      ) {
        $0.takeTimers()
        return try $0.construct()
      },
      RowCase(
        "Record.init.again", "twice", documented: .object(1), observed: .object(0)
      ) {
        try $0.construct()
        return try $0.construct()
      },

      RowCase("Record.start.arguments", "one argument", takes(3, given: 2)) {
        try $0.call(.recordStart, "a.wav")
      },
      RowCase("Record.start.arguments", "three arguments", takes(3, given: 4)) {
        try $0.call(.recordStart, "a.wav", 1, 1)
      },
      RowCase("Record.start.arguments", "a name that is no str", noString) {
        try $0.call(.recordStart, 1, 1)
      },
      RowCase("Record.start.arguments", "seconds as a str", noInt) {
        try $0.call(.recordStart, "a.wav", "1")
      },
      RowCase("Record.start.busy", "another recording", -3) {
        try $0.call(.recordStart, "a.wav", 10)
        return try $0.call(.recordStart, "b.wav", 10)
      },
      RowCase("Record.start.busy", "a stream", documented: -3, observed: nil, on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStart, "b.wav", 10)
      },
      RowCase("Record.start.busy", "a stream", documented: nil, observed: -3) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStart, "b.wav", 10)
      },
      RowCase(
        "Record.start.channel", "a channel that the model has not", documented: -4, observed: nil,
        on: \.lacksChannel
      ) {
        try $0.construct("Record", [.int($0.model.otherChannel!)])
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase("Record.start.seconds", "0 seconds", -5) { try $0.call(.recordStart, "a.wav", 0) },
      RowCase("Record.start.seconds", "-1 seconds", -5) { try $0.call(.recordStart, "a.wav", -1) },
      RowCase("Record.start.timer", "all timers taken", documented: -5, observed: nil) {
        try $0.construct()
        $0.takeTimers()
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase(
        "Record.start.replace", "a folder in the file's place", documented: -1, observed: nil
      ) {
        try $0.files.makeDirectory("/usr/a.wav")
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase(
        "Record.start.replace", "a file that the script reads", documented: -1, observed: nil
      ) {
        try $0.write([1])
        _ = try $0.files.open("/usr/a.wav", mode: "r")
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase(
        "Record.start.replace", "a device fault", documented: -1, observed: nil, fault: .remove
      ) {
        try $0.write([1])
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase("Record.start.open", "an empty name", documented: -2, observed: -6) {
        try $0.call(.recordStart, "", 10)
      },
      RowCase("Record.start.open", "nothing but U:/", documented: -2, observed: -6) {
        try $0.call(.recordStart, "U:/", 10)
      },
      RowCase("Record.start.open", "an over-long name", documented: -2, observed: -6) {
        try $0.call(.recordStart, longName, 10)
      },
      RowCase("Record.start.open", "a missing folder", documented: -2, observed: -6) {
        try $0.call(.recordStart, "no/a.wav", 10)
      },
      RowCase("Record.start.open", "a file for a folder", documented: -2, observed: -6) {
        try $0.write([1], to: "/usr/f")
        return try $0.call(.recordStart, "f/a.wav", 10)
      },
      RowCase("Record.start.open", "another volume", documented: -2, observed: -6) {
        try $0.call(.recordStart, "../bak/a.wav", 10)
      },
      RowCase("Record.start.open", "a full flash", documented: -2, observed: -6) {
        try $0.fillFlash()
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase(
        "Record.start.open", "the file cannot be opened", documented: -2, observed: -6, fault: .open
      ) { try $0.call(.recordStart, "a.wav", 10) },
      RowCase(
        "Record.start.open", "the file cannot be written", documented: -2, observed: -6,
        fault: .write
      ) { try $0.call(.recordStart, "a.wav", 10) },
      RowCase("Record.start.open", "a full folder", documented: nil, observed: -6) {
        try $0.files.makeDirectory("/usr/a.wav")
        try $0.write([1], to: "/usr/a.wav/b")
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase("Record.start.ok", "an empty folder", documented: nil, observed: 0) {
        try $0.files.makeDirectory("/usr/a.wav")
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase("Record.start.ok", "all timers taken", documented: nil, observed: 0) {
        try $0.construct()
        $0.takeTimers()
        return try $0.call(.recordStart, "a.wav", 10)
      },
      RowCase("Record.start.ok", "an old file", 0) {
        try $0.write([1, 2, 3])
        return try $0.call(.recordStart, "a.wav", 10)
      },

      RowCase("Record.stop.arguments", "an argument", takes(1, given: 2)) {
        try $0.call(.recordStop, 1)
      },
      RowCase("Record.stop.idle", "nothing is recorded", documented: -1, observed: 0) {
        try $0.call(.recordStop)
      },
      RowCase("Record.stop.idle", "a stream runs", documented: -1, observed: nil, on: \.stream) {
        try $0.call(.recordStreamStart, 4, 8000, 0)
        return try $0.call(.recordStop)
      },
      RowCase("Record.stop.ok", "a recording", 0) {
        try $0.call(.recordStart, "a.wav", 10)
        return try $0.call(.recordStop)
      },
    ]
    + [0, 1, 2].map { channel in
      RowCase(
        "Record.init.channel", "channel \(channel)", documented: .object(0),
        observed: .valueError("The current platform does not support device \(channel)."),
        on: lacks(channel)
      ) { try $0.construct("Record", [.int(channel)]) }
    }
    + used("Record.start.busy", -3) { try $0.call(.recordStart, "a.wav", 10) }
    + ["a.mp3", "a.WAV", "a.Amr", "a.", "a.wav.bak", "U:/a.b/c"].map { name in
      RowCase("Record.start.format", name, -6) { try $0.call(.recordStart, .string(name), 10) }
    }
    + ["a.wav", "a.amr", "a", "U:/a.wav", "u:/a.amr", "/usr/a.wav", ".wav"].map { name in
      RowCase("Record.start.ok", name, 0) { try $0.call(.recordStart, .string(name), 10) }
    }

  // MARK: Files that are there

  static let recordReading: [RowCase] =
    [
      RowCase("Record.getFilePath.arguments", "none", takes(2, given: 1)) {
        try $0.call(.recordGetFilePath)
      },
      RowCase("Record.getFilePath.empty", "an empty name", -2) {
        try $0.call(.recordGetFilePath, "")
      },
      RowCase("Record.getFilePath.absent", "a missing file", -1) {
        try $0.call(.recordGetFilePath, "a.wav")
      },
      RowCase("Record.getFilePath.absent", "a folder", -1) {
        try $0.files.makeDirectory("/usr/d")
        return try $0.call(.recordGetFilePath, "d")
      },

      RowCase("Record.getData.arguments", "two arguments", takes(4, given: 3)) {
        try $0.call(.recordGetData, "a.wav", 0)
      },
      RowCase("Record.getData.arguments", "an offset as a str", noInt) {
        try $0.call(.recordGetData, "a.wav", "0", 1)
      },
      RowCase("Record.getData.open", "an empty name", -2) { try $0.call(.recordGetData, "", 0, 1) },
      RowCase("Record.getData.open", "a missing file", -2) {
        try $0.call(.recordGetData, "a.wav", 0, 1)
      },
      RowCase("Record.getData.open", "a folder", -2) {
        try $0.files.makeDirectory("/usr/d")
        return try $0.call(.recordGetData, "d", 0, 1)
      },
      RowCase("Record.getData.tooMuch", "10241 bytes", -6) { try $0.getData(0, 10241) },
      RowCase("Record.getData.tooMuch", "-1 bytes", -6) { try $0.getData(0, -1) },
      RowCase("Record.getData.beyondEnd", "one byte past the end", -5) {
        try $0.getData(10_241, 10)
      },
      RowCase("Record.getData.beyondEnd", "an offset past the end", -5) {
        try $0.getData(10_251, 0)
      },
      RowCase("Record.getData.beyondEnd", "the largest offset", -5) { try $0.getData(.max, 10) },
      RowCase("Record.getData.seek", "a negative offset", -3) { try $0.getData(-1, 10) },
      RowCase("Record.getData.seek", "a seek fault", -3, fault: .seek) { try $0.getData(1, 10) },
      RowCase("Record.getData.heap", "10239 bytes of heap", -7) {
        try $0.getData(0, 10, heapFree: 10239)
      },
      RowCase("Record.getData.read", "0 bytes", -1) { try $0.getData(0, 0) },
      RowCase("Record.getData.read", "a read fault", -1, fault: .read) { try $0.getData(0, 10) },
      RowCase(
        "Record.getData.ok", "3 bytes, and just enough heap",
        documented: .value(.bytearray([5, 6, 7])), observed: .value(.bytes([5, 6, 7]))
      ) { try $0.getData(5, 3, heapFree: 10240) },
      RowCase(
        "Record.getData.ok", "10240 bytes to the very end",
        documented: .value(.bytearray(Desk.content.suffix(10240))),
        observed: .value(.bytes(Desk.content.suffix(10240)))
      ) { try $0.getData(10, 10240) },

      RowCase("Record.getSize.arguments", "an int", noString) { try $0.call(.recordGetSize, 1) },
      RowCase("Record.getSize.empty", "an empty name", -4) { try $0.call(.recordGetSize, "") },
      RowCase("Record.getSize.open", "a missing file", -2) {
        try $0.call(.recordGetSize, "a.wav")
      },
      RowCase("Record.getSize.open", "a folder", -2) {
        try $0.files.makeDirectory("/usr/d")
        return try $0.call(.recordGetSize, "d")
      },
      RowCase("Record.getSize.size", "a file without a byte", -1) {
        try $0.write([])
        return try $0.call(.recordGetSize, "a.wav")
      },
      RowCase(
        "Record.getSize.ok", "WAV, header counted", documented: 16_044, observed: nil,
        on: \.countsHeader
      ) { try $0.sizeOfRecording("a.wav") },
      RowCase(
        "Record.getSize.ok", "WAV, header not counted", documented: 16_000, observed: nil,
        on: \.leavesHeaderOut
      ) { try $0.sizeOfRecording("a.wav") },
      RowCase("Record.getSize.ok", "WAV", documented: nil, observed: 16_044) {
        try $0.sizeOfRecording("a.wav")
      },
      RowCase(
        "Record.getSize.ok", "AMR, header counted", documented: 1606, observed: nil,
        on: \.countsHeader
      ) { try $0.sizeOfRecording("a.amr") },
      RowCase(
        "Record.getSize.ok", "AMR, header not counted", documented: 1600, observed: nil,
        on: \.leavesHeaderOut
      ) { try $0.sizeOfRecording("a.amr") },
      RowCase("Record.getSize.ok", "AMR", documented: nil, observed: 1606) {
        try $0.sizeOfRecording("a.amr")
      },

      RowCase("Record.Delete.arguments", "two", takes(2, given: 3)) {
        try $0.call(.recordDelete, "a", "b")
      },
      RowCase("Record.Delete.absent", "a missing file", -1) { try $0.call(.recordDelete, "a.wav") },
      RowCase("Record.Delete.absent", "a folder", -1) {
        try $0.files.makeDirectory("/usr/d")
        return try $0.call(.recordDelete, "d")
      },
      RowCase("Record.Delete.absent", "a file that the script reads", -1) {
        try $0.write([1])
        _ = try $0.files.open("/usr/a.wav", mode: "r")
        return try $0.call(.recordDelete, "a.wav")
      },
      RowCase("Record.Delete.ok", "a file", 0) {
        try $0.write([1])
        return try $0.call(.recordDelete, "a.wav")
      },

      RowCase("Record.exists.arguments", "none", takes(2, given: 1)) { try $0.call(.recordExists) },
      RowCase("Record.exists.empty", "an empty name", documented: false, observed: -1) {
        try $0.call(.recordExists, "")
      },
      RowCase("Record.exists.absent", "a missing file", false) {
        try $0.call(.recordExists, "a.wav")
      },
    ]
    + used("Record.getData.inUse", -4) { try $0.call(.recordGetData, "a.wav", 0, 1) }
    + used("Record.getSize.inUse", -3) { try $0.call(.recordGetSize, "a.wav") }
    + used("Record.Delete.inUse", -2) { try $0.call(.recordDelete, "a.wav") }
    + ["a.wav", "U:/a.wav", "u:/a.wav", "/usr/a.wav"].flatMap { name in
      [
        RowCase("Record.getFilePath.ok", name, "U:/a.wav") {
          try $0.write([1])
          return try $0.call(.recordGetFilePath, .string(name))
        },
        RowCase("Record.exists.ok", name, true) {
          try $0.write([1])
          return try $0.call(.recordExists, .string(name))
        },
      ]
    }
}

extension Desk {
  fileprivate static let content = (0..<10_250).map { UInt8(truncatingIfNeeded: $0) }

  fileprivate func getData(_ offset: Int, _ size: Int, heapFree: Int = .max) throws -> Answer {
    try write(Self.content)
    return try call(.recordGetData, "a.wav", .int(offset), .int(size), heapFree: heapFree)
  }

  fileprivate func sizeOfRecording(_ name: String) throws -> Answer {
    _ = try record(name, seconds: 1)
    return try call(.recordGetSize, .string(name))
  }
}
