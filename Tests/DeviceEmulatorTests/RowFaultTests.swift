import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("Any row on demand")
struct RowFaultTests {
  /// Arguments with which nothing is in a call's way.
  static func legal(_ method: DeviceMethod, on model: Model) -> [GuestValue] {
    if let arguments = network[method] { return arguments }
    return switch method.functionName {
    case "init": [.int(model.channels[0])]
    case "start": ["a.wav", 1]
    case "getFilePath", "getSize", "Delete", "exists": ["kept.wav"]
    case "getData": ["kept.wav", 0, 1]
    case "end_callback", "setCallback": [Desk.callback]
    case "gain": [1, 1]
    case "amrEncDtx_enable", "setVolume", "setSpeed", "set_pa": [1]
    case "stream_start": [4, 8000, 1]
    case "stream_read": [.buffer(count: 9), 1]
    case "play": method == "Audio.play" ? [0, 0, "kept.wav"] : [0, 0, 2, "text"]
    default: []
    }
  }

  private static let network: [DeviceMethod: [GuestValue]] = [
    "sim.enablePin": ["1234"], "sim.disablePin": ["1234"], "sim.verifyPin": ["1234"],
    "sim.changePin": ["1234", "4321"], "sim.unblockPin": ["12345678", "4321"],
    "sim.readPhonebook": [9, 1, 2, ""], "sim.writePhonebook": [9, 1, "a", "1"],
    "sim.setSimDet": [1, 0], "net.setConfig": [6], "net.setModemFun": [4],
    "net.setApn": ["a", 0], "net.getApn": [0],
    "dataCall.setPDPContext": [1, 0, "a", "", "", 0], "dataCall.getPDPContext": [1],
    "dataCall.setAutoActivate": [1, 1], "dataCall.setAutoConnect": [1, 1],
    "dataCall.setDNSServer": [1, 0, "8.8.8.8", "1.1.1.1"], "dataCall.activate": [1],
    "dataCall.deactivate": [1], "dataCall.getInfo": [1, 0],
    "dataCall.start": [1, 0, "a", "", "", 0], "dataCall.setApn": [1, 0, "a", "", "", 0],
  ]

  /// What a script sees of an outcome.
  private func answer(_ outcome: Outcome, _ call: Call) -> Answer {
    Answer(outcome.answer(to: call, made: nil))
  }

  @Test(
    "Every row that refuses a call can be had in a legal state, on every model that has the method",
    arguments: Model.all, Policy.allCases)
  func everyRow(model: Model, policy: Policy) throws {
    let profile = try model.profile()
    let desk = try Desk(model, policy)
    try desk.write(sound(seconds: 0.1), to: "/usr/kept.wav")
    var count = 0
    for (method, rows) in OutcomeTables.quecPython.whole.methods
    where ["Record", "Audio", "TTS"].contains(method.className) {
      guard model.hasTTS || method.className != "TTS" else {
        #expect(throws: Fault.Malformed.self) {
          try Fault(row: "arguments", of: method, among: .quecPython)
            .check(on: profile, under: policy, in: OutcomeTables.quecPython.of)
        }
        continue
      }
      let arguments = Self.legal(method, on: model)
      let isOnObject =
        !method.isConstructor
        && OutcomeTables.quecPython.whole.kind(of: method.className).hasObjects
      if isOnObject { try desk.construct(method.className) }
      for (id, outcome) in rows.refusals(under: policy) {
        try desk.device.inject("what=row call=\(method.rawValue) row=\(id) times=once")
        let object = isOnObject ? PeripheralID(0) : nil
        let reply = try desk.device.reply(to: method, on: object, arguments)
        let call = Call(
          method: method, signature: rows.takes, isOnObject: isOnObject,
          object: object, arguments: arguments,
          heapFree: .max)
        #expect(reply.injectedRow == id, "\(method.rawValue).\(id)")
        #expect(Answer(reply.result) == answer(outcome, call), "\(method.rawValue).\(id)")
        #expect(desk.device.injectedFaults.last?.strikes == 1)
        count += 1
      }
    }
    #expect(count > 60)
    #expect(!desk.has("/usr/a.wav") && desk.has("/usr/kept.wav"))
    #expect(desk.takeEvents().isEmpty && !desk.device.isWorking)
  }

  @Test("A call that a row refuses does nothing, and what it would have changed stays")
  func nothingDone() throws {
    let desk = try Desk()
    try desk.listen()
    try desk.write([1], to: "/usr/a.wav")
    func refuse(_ words: String) throws { try desk.device.inject("what=row times=once \(words)") }
    try refuse("call=Record.start row=open")
    #expect(try desk.call("Record.start", "a.wav", 1) == -2)
    #expect(try desk.files.contents(of: "/usr/a.wav") == [1])
    #expect(try desk.call("Record.isBusy") == 0)
    try refuse("call=Record.Delete row=inUse")
    #expect(try desk.call("Record.Delete", "a.wav") == -2 && desk.has("/usr/a.wav"))
    try refuse("call=Record.end_callback row=callable")
    #expect(try desk.call("Record.end_callback", .function(8)) == -1)
    try refuse("call=Audio.setVolume row=arguments")
    _ = try desk.call("Audio.setVolume", 2)
    #expect(try desk.call("Audio.getVolume") == 7)
    #expect(try desk.call("Record.start", "a.wav", 1) == 0, "once")
    desk.wait(.seconds(1))
    #expect(desk.takeEvents().last == message("U:/a.wav", 16_000, 3), "the old call-back hears it")
  }

  @Test("A row that is refused by what the script does stays what it is, and others are spared")
  func spared() throws {
    let desk = try Desk()
    try desk.device.inject("what=row call=Record.gain row=codec when=call:2 times=2")
    let answers = try (0..<4).map { _ in try desk.call("Record.gain", 1, 1) }
    #expect(answers == [0, -1, -1, 0])
    #expect(try desk.call("Record.getSize", "none.wav") == -2)
    #expect(
      desk.device.injectedFaults.map { "\($0.fault) \($0.strikes)" }
        == ["what=row when=call:2 times=2 call=Record.gain row=codec 2"])
  }

  @Test("Of two rows for one call the first injected is the answer, and both have struck")
  func two() throws {
    let desk = try Desk()
    desk.device.inject(try Fault(row: "dsp", of: "Record.gain", among: .quecPython, times: 1))
    desk.device.inject(try Fault(row: "arguments", of: "Record.gain", among: .quecPython, times: 1))
    #expect(try desk.call("Record.gain", 1, 1) == -1)
    #expect(desk.device.injectedFaults.map(\.strikes) == [1, 1])
    #expect(try desk.call("Record.gain", 1, 1) == 0)
  }

  @Test("The text of refused arguments that do fit is that of one argument too many")
  func fittingArguments() throws {
    let desk = try Desk()
    try desk.device.inject("what=row call=Record.gain row=arguments")
    #expect(
      try desk.call("Record.gain", 1, 1)
        == .typeError("function takes 3 positional arguments but 4 were given"))
  }

  @Test(
    "A row that cannot be had is told with those that can",
    arguments: [
      ("what=row", "what=row needs call=, a class and its method, and row=, one of its rows"),
      (
        "what=row row=codec",
        "what=row needs call=, a class and its method, and row=, one of its rows"
      ),
      (
        "what=row call=Record.gian row=codec",
        "call=Record.gian is no method; did you mean \"Record.gain\"? It is a class and its method, "
          + "with a dot between them"
      ),
      (
        "what=row call=Record.gain row=codek",
        "row=codek is none of the rows that refuse Record.gain; did you mean \"codec\"? They are "
          + "feature, arguments, overflow, codec and dsp"
      ),
      (
        "what=row call=Record.gain row=ok",
        "row=ok is none of the rows that refuse Record.gain. They are feature, arguments, overflow, codec and dsp"
      ),
      (
        "what=row call=Record.init row=again",
        "row=again is none of the rows that refuse Record.init. They are arguments, overflow, device, "
          + "count, channel and timer"
      ),
      ("what=read call=Record.gain", "call= does not go with what=read, only with row"),
      ("what=timer row=timer", "row= does not go with what=timer, only with row"),
      (
        "what=row call=Record.gain row=codec when=byte:1",
        "when=byte:1 is unknown for what=row. It is now or call:N, where the next one is number 1"
      ),
    ])
  func refused(words: String, sentence: String) throws {
    let error = #expect(throws: Fault.Malformed.self) { try Fault(words, among: .quecPython) }
    #expect(error?.description == sentence)
  }

  @Test("A row that the policy has not, or a method that the profile decides of, is told")
  func notHere() throws {
    let desk = try Desk(.named("EC600N"), .observed)
    let policy = #expect(throws: Fault.Malformed.self) {
      try desk.device.inject("what=row call=Record.start row=replace")
    }
    #expect(
      policy?.description.hasPrefix(
        "row=replace is none of the rows that refuse Record.start under policy observed. They are ")
        == true)
    let model = try Desk(.named("EG915U"))
    let missing = #expect(throws: Fault.Malformed.self) {
      try model.device.inject("what=row call=TTS.play row=full")
    }
    #expect(
      missing?.description
        == "call=TTS.play comes to no row on EG915U, whose profile decides of TTS.init by itself")
    #expect(desk.device.injectedFaults.isEmpty && model.device.injectedFaults.isEmpty)
  }
}
