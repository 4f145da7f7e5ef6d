import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

private let kinds =
  "replace, open, read, seek, write, flash-full, in-use, channel, timer, format, heap, "
  + "microphone-lost, microphone-silent, encoder, callback-overflow or row"

/// A recording that fails after its first second or so.
struct RecordingFault: Sendable, CustomTestStringConvertible {
  let fault: Fault
  /// The bytes of a WAV's audio until then.
  let byteCount: Int
  var testDescription: String { "\(fault)" }

  static let all = [
    RecordingFault(fault: Fault(.flashFull, when: .byte(16_044)), byteCount: 16_000),
    RecordingFault(fault: Fault(.flashFull, when: .byte(16_043)), byteCount: 15_680),
    RecordingFault(fault: Fault(.microphoneLost, when: .second(.seconds(1))), byteCount: 16_000),
    RecordingFault(
      fault: Fault(.microphoneLost, when: .second(.milliseconds(20))), byteCount: 320),
    RecordingFault(fault: Fault(.microphoneLost), byteCount: 0),
    RecordingFault(fault: Fault(.encoder, when: .second(.seconds(1))), byteCount: 16_000),
  ]
}

@Suite("Faults")
struct FaultTests {
  // MARK: What a call-back hears

  @Test(
    "A recording that fails under way says so, keeps what it has, and leaves the recorder idle",
    arguments: RecordingFault.all, Policy.allCases)
  func underWay(failure: RecordingFault, policy: Policy) throws {
    for model in Model.all {
      let desk = try Desk(model, policy)
      try desk.listen()
      desk.device.inject(failure.fault)
      #expect(try desk.call("Record.start", "a.wav", 3) == 0)
      desk.wait(.seconds(3))
      let count = failure.byteCount
      #expect(
        desk.takeEvents() == [message("U:/a.wav", 0, 0), message("U:/a.wav", count, -1)])
      #expect(try desk.files.contents(of: "/usr/a.wav").count == 44 + count)
      #expect(try desk.call("Record.isBusy") == 0)
      #expect(desk.notices.all.contains { $0.hasPrefix("U:/a.wav: the recording failed: ") })
    }
  }

  @Test("A fault that strikes once leaves the next recording alone", arguments: RecordingFault.all)
  func once(failure: RecordingFault) throws {
    let desk = try Desk()
    try desk.listen()
    desk.device.inject(Fault(failure.fault.what, when: failure.fault.when, times: 1))
    for _ in 0..<2 {
      try desk.call("Record.start", "a.wav", 3)
      desk.wait(.seconds(3))
    }
    #expect(desk.takeEvents().last == message("U:/a.wav", 48_000, 3))
    #expect(desk.device.injectedFaults.map(\.strikes) == [1])
  }

  @Test("A stream fails as a file does", arguments: [Fault.What.encoder, .microphoneLost])
  func stream(what: Fault.What) throws {
    let desk = try Desk()
    try desk.listen()
    desk.device.inject(Fault(what, when: .second(.milliseconds(500))))
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().last == message("stream", 25 * 32, -1))
  }

  @Test("A fault that is injected under way strikes at once if its second has gone by")
  func late() throws {
    let desk = try Desk()
    try desk.listen()
    try desk.call("Record.start", "a.wav", 10)
    desk.wait(.seconds(5))
    desk.device.inject(Fault(.microphoneLost, when: .second(.seconds(2))))
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().last == message("U:/a.wav", 80_000, -1))
  }

  @Test("A silent microphone: the recording succeeds, and what it holds is silence")
  func silent() throws {
    let fault = Fault(.microphoneSilent, when: .second(.seconds(1)), times: 1)
    let half = try Desk()
    try half.listen()
    half.device.inject(fault)
    let bytes = try half.record("a.wav", seconds: 2)
    #expect(half.takeEvents().last == message("U:/a.wav", 32_000, 3))
    #expect(samples(bytes)[..<8000].contains { $0 != 0 })
    #expect(samples(bytes)[8000...].allSatisfy { $0 == 0 })
    #expect(samples(try half.record("a.wav", seconds: 2)).contains { $0 != 0 }, "once")

    for (microphone, fault) in [
      (SilenceMicrophone() as any Microphone, nil),
      (ToneMicrophone(hertz: 440), Fault(.microphoneSilent)),
    ] {
      let desk = try Desk(microphone: microphone)
      try desk.listen()
      if let fault { desk.device.inject(fault) }
      #expect(samples(try desk.record("a.wav", seconds: 2)).allSatisfy { $0 == 0 })
      #expect(desk.takeEvents().last == message("U:/a.wav", 32_000, 3))
      // Of a microphone that is silence there is nothing to tell.
      #expect(desk.notices.all.contains { $0.contains("nothing but zeros") } == (fault != nil))
    }
  }

  @Test("A call-back that finds the queue full is dropped and counted")
  func overflow() throws {
    let desk = try Desk()
    try desk.listen()
    desk.device.inject(Fault(.callbackOverflow, when: .call(2), times: 1))
    for _ in 0..<2 { _ = try desk.record("a.wav", seconds: 1) }
    #expect(
      desk.takeEvents()
        == [
          message("U:/a.wav", 0, 0), message("U:/a.wav", 0, 0), message("U:/a.wav", 16_000, 3),
        ])
    #expect(desk.device.droppedEvents == 1)
  }

  // MARK: When, how often, which

  @Test("The occasions are counted, and the strikes")
  func counting() throws {
    let desk = try Desk()
    try desk.write(Array(0..<100))
    desk.device.inject(try Fault("what=read when=call:2 times=2", among: .quecPython))
    let answers = try (0..<5).map { _ in try desk.call("Record.getData", "a.wav", 0, 1) }
    #expect(answers == [.value(.bytearray([0])), -1, -1] + [.value(.bytearray([0]))] * 2)
    #expect(desk.device.injectedFaults.map(\.strikes) == [2])
  }

  @Test("Two faults of a kind count side by side")
  func sideBySide() throws {
    let desk = try Desk()
    desk.device.inject(Fault(.format, when: .call(1), times: 1))
    desk.device.inject(Fault(.format, when: .call(3), times: 1))
    let answers = try (0..<4).map { _ in try desk.call("Record.start", "a.wav", 1) }
    #expect(answers == [-6, 0, -3, -3], "the check of the format comes after that of in use")
    desk.wait(.seconds(1))
    #expect(try desk.call("Record.start", "a.wav", 1) == -6)
  }

  @Test("Faults that were taken back are gone")
  func cleared() throws {
    let desk = try Desk()
    desk.device.inject(Fault(.timer))
    #expect(try desk.call("Record.start", "a.wav", 1) == -5)
    #expect(desk.device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) == nil)
    desk.device.clearFaults()
    #expect(desk.device.injectedFaults.isEmpty)
    #expect(try desk.call("Record.start", "a.wav", 1) == 0)
    #expect(desk.device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) != nil)
  }

  @Test(
    "A fault of one file spares the others, however it is spelt",
    arguments: ["a.wav", "U:/a.wav", "u:/a.wav", "/usr/a.wav", "/usr/./a.wav"])
  func oneFile(name: String) throws {
    let desk = try Desk()
    try desk.write([1])
    try desk.write([2], to: "/usr/b.wav")
    desk.device.inject(Fault(.read, file: name))
    #expect(try desk.call("Record.getData", "a.wav", 0, 1) == -1)
    #expect(try desk.call("Record.getData", "b.wav", 0, 1) == .value(.bytearray([2])))
  }

  @Test("The script itself can be loaded from a flash that fails, unless it is meant")
  func script() throws {
    let desk = try Desk()
    try desk.write([1], to: "/usr/main.py")
    try desk.write([1], to: "/usr/data.bin")
    desk.device.inject(Fault(.open))
    #expect(try desk.files.contents(of: "/usr/main.py") == [1])
    #expect(throws: FlashError.self) { try desk.files.contents(of: "/usr/data.bin") }
    desk.device.inject(Fault(.open, file: "main.py"))
    #expect(throws: FlashError.self) { try desk.files.contents(of: "/usr/main.py") }
  }

  @Test("Only bytes by which files grow fill the flash, also where they are appended")
  func growth() throws {
    let desk = try Desk()
    desk.device.inject(Fault(.flashFull, when: .byte(10)))
    let ten = [UInt8](repeating: 1, count: 10)
    try desk.write(ten)
    let file = try desk.files.open("/usr/a.wav", mode: "r+b")
    try desk.files.write(file, ten.span)
    #expect(throws: FlashError.noSpace) { try desk.files.write(file, ten.span) }
    try desk.files.close(file)
    let end = try desk.files.open("/usr/a.wav", mode: "ab")
    #expect(throws: FlashError.noSpace) { try desk.files.write(end, ten.span) }
  }

  // MARK: Words

  @Test(
    "A fault's words and the fault are the same",
    arguments: [
      ("what=read", "what=read when=now"),
      ("  times=once what=read", "what=read when=now times=once"),
      ("what=read when=call:2 times=3", "what=read when=call:2 times=3"),
      ("when=byte:0 what=flash-full times=always", "what=flash-full when=byte:0"),
      ("what=microphone-lost when=second:2", "what=microphone-lost when=second:2"),
      ("what=encoder when=second:0.25", "what=encoder when=second:0.25"),
      ("what=open file=U:/a=b.wav", "what=open when=now file=U:/a=b.wav"),
      (
        "row=codec what=row call=Record.gain times=2",
        "what=row when=now times=2 call=Record.gain row=codec"
      ),
    ])
  func words(words: String, canonical: String) throws {
    let fault = try Fault(words, among: .quecPython)
    #expect(fault.description == canonical)
    #expect(try Fault(canonical, among: .quecPython) == fault)
  }

  @Test("Every kind can be written in words", arguments: Fault.What.allCases)
  func kind(what: Fault.What) throws {
    let words = "what=\(what.rawValue)"
    if what == .row {
      #expect(
        try Fault(words + " call=Record.gain row=dsp", among: .quecPython)
          == Fault(row: "dsp", of: "Record.gain", among: .quecPython))
    } else {
      #expect(try Fault(words, among: .quecPython) == Fault(what))
    }
  }

  @Test(
    "Words that describe no fault are refused with what would do",
    arguments: [
      ("", "what= is missing. It is \(kinds)"),
      ("when=now", "what= is missing. It is \(kinds)"),
      ("what=raed", "what=raed is unknown; did you mean \"read\"? It is \(kinds)"),
      ("what=", "what= is unknown. It is \(kinds)"),
      (
        "read", "a fault has no field \"read\". It has what, when, times, file, call and row"
      ),
      (
        "what=read wen=now",
        "a fault has no field \"wen\"; did you mean \"when\"? It has what, when, times, "
          + "file, call and row"
      ),
      ("what", "what lacks its ="),
      ("what=read what=open", "what= is given twice"),
      (
        "what=read when=cal:2",
        "when=cal:2 is unknown for what=read; did you mean \"call\"? It is now or call:N, where the "
          + "next one is number 1"
      ),
      (
        "what=read when=byte:2",
        "when=byte:2 is unknown for what=read. It is now or call:N, where the next one is number 1"
      ),
      (
        "what=flash-full when=call:2",
        "when=call:2 is unknown for what=flash-full. It is now or byte:N, the bytes that still go "
          + "onto the flash"
      ),
      (
        "what=encoder when=now:1",
        "when=now:1 is unknown for what=encoder. It is now or second:N, the "
          + "seconds of a recording that still go well"
      ),
      ("what=read when=call:0", "when=call:0 needs a whole number above 0 after the colon"),
      ("what=read when=call:", "when=call: needs a whole number above 0 after the colon"),
      (
        "what=flash-full when=byte:-1",
        "when=byte:-1 needs a whole number from 0 on after the colon"
      ),
      (
        "what=encoder when=second:nan",
        "when=second:nan needs a number of seconds from 0 on after the colon"
      ),
      (
        "what=read times=twice",
        "times=twice is unknown. It is once, always or a whole number above 0"
      ),
      ("what=read times=0", "times=0 is unknown. It is once, always or a whole number above 0"),
      (
        "what=read times=onse",
        "times=onse is unknown; did you mean \"once\"? It is once, always or a whole number above 0"
      ),
      ("what=read file=", "file= names no file"),
      (
        "what=timer file=a.wav",
        "file=a.wav does not go with what=timer, only with replace, open, read, seek, write or "
          + "flash-full"
      ),
    ])
  func refused(words: String, sentence: String) throws {
    let error = #expect(throws: Fault.Malformed.self) { try Fault(words, among: .quecPython) }
    #expect(error?.description == sentence)
  }
}

private func * (array: [Answer], count: Int) -> [Answer] {
  (0..<count).flatMap { _ in array }
}
