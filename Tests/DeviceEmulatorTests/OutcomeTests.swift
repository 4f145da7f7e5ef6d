import JSONText
import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator
@testable import QuecPython

@Suite("The outcome table itself")
struct OutcomeTableTests {
  private let table = OutcomeTables.quecPython.whole

  @Test("Every row has its rule and every rule its row")
  func rules() {
    let rows = table.rowIDs()
    #expect(Set(rows).count == rows.count, "an id occurs twice")
    let behind = VendorModules.quecPython.all.flatMap(\.peripherals).flatMap { $0.rowNames }
    #expect(Set(behind).subtracting(rows) == [], "no row of a table")
    let bare = rows.filter { row in
      !behind.contains(row) && Row<AudioModule>.common(String(row.split(separator: ".")[2])) == nil
    }
    #expect(bare == [], "nothing stands behind them")
  }

  @Test("Every method has rows, and the last of them applies to everything")
  func lastRows() {
    for (method, rows) in table.methods {
      for policy in Policy.allCases {
        let last = rows.rows(under: policy).last
        #expect(
          last?.id == "ok" || last?.outcome.effect == .missing, "\(method.rawValue), \(policy)")
      }
    }
  }

  @Test(
    "What is documented of a module has rows, or stands under what is not emulated",
    arguments: VendorModules.quecPython.all.filter { !$0.parts.isEmpty }.map(\.name))
  func documented(name: String) throws {
    let module = try #require(DocumentedModules.bundled[name])
    let classes = VendorModules.quecPython.named(name)?.parts.map(\.name) ?? []
    let withRows = table.order.filter { method in
      !method.isConstructor && classes.contains(String(method.className))
        && table.methods[method]?.rows(under: .documented).contains {
          $0.outcome.effect != .missing
        }
          ?? false
    }
    let names = withRows.map { method in
      switch table.kind(of: method.className) {
      case .functions, .itself: String(method.scriptName)
      case .objects, .statics: "\(method.className).\(method.scriptName)"
      }
    }
    #expect(Set(module.emulated ?? []).subtracting(names).subtracting(classes) == [])
    let all = classes.flatMap { name in module.notEmulated.map { "\(name).\($0)" } }
    #expect((module.notEmulated + all).filter { table.method(named: $0) != nil } == [])
  }

  @Test("An observed order names exactly the rows that have an observed outcome")
  func observedOrder() {
    for (method, rows) in table.methods {
      guard let order = rows.observedOrder else { continue }
      let observed = rows.rows.filter { $0.observed != nil }.map(\.id)
      #expect(order.sorted() == observed.sorted(), "\(method.rawValue)")
    }
    #expect(
      table.methods["Record.getSize"]?.observedOrder == [
        "count", "inUse", "arguments", "empty", "open", "size", "ok",
      ])
  }

  @Test("The page knows the call-backs of recordings; those of streams were observed, or are ruled")
  func callbackProvenance() {
    let known = Dictionary(
      uniqueKeysWithValues: (table.methods["Record.end_callback"]?.callbacks ?? []).map {
        ($0.id, [$0.documented?.provenance, $0.observed?.provenance])
      })
    #expect(
      known == [
        "started": [.documented, .observed], "ended": [.documented, .observed],
        "failed": [.documented, .ruled], "streamStarted": [.observed, .observed],
        "streamData": [.observed, .observed], "streamEnded": [.observed, .observed],
        "streamFailed": [.ruled, .ruled],
      ])
  }

  @Test("The constants are those of the policy and the platform", arguments: Model.all)
  func constants(model: Model) throws {
    let modes = ["TTS.text_utf16be": 1, "TTS.text_utf8": 2, "TTS.text_utf16le": 3]
    let both = modes.merging(["Record.AMRNB": 4]) { $1 }
    #expect(try constants(of: Desk(model)) == both)
    var observed = both.merging(["Record.WAV": 2, "Record.AMRWB": 5]) { $1 }
    if model.isUnisoc { observed["Record.PCM"] = 1 }
    #expect(try constants(of: Desk(model, .observed)) == observed)
  }

  private static let classes = ["Record", "Audio", "TTS"]

  private func missing(_ desk: Desk) -> [String] {
    Self.classes.flatMap { desk.device.missingMethods(of: $0) }.map(\.rawValue)
  }

  private func constants(of desk: Desk) -> [String: Int] {
    Dictionary(
      uniqueKeysWithValues: Self.classes.flatMap { className in
        desk.device.constants(of: className).map { ("\(className).\($0.name)", $0.value) }
      })
  }

  @Test("What scripts do not find is what the model has not", arguments: Model.all)
  func missing(model: Model) throws {
    let tts = model.name == "EG915U" ? ["TTS.init"] : []
    let firmwareOnly = ["Record.play", "Record.__del__", "Audio.__del__"]
    #expect(try missing(Desk(model)) == firmwareOnly + tts + ["TTS.__del__"])
    let gain = model.gain ? [] : ["Record.gain"]
    let dtx = model.dtx ? [] : ["Record.amrEncDtx_enable"]
    #expect(try missing(Desk(model, .observed)) == gain + dtx + tts)
  }

  @Test(
    "A broken table is refused with file, line and reason: a call is not called back, nor the other way",
    arguments: [
      ("rows", #"{"gives": 0}"#, "an outcome has one of return, value, raise and missing"),
      ("rows", #"{"callback": 0}"#, "an outcome has one of return, value, raise and missing"),
      ("callbacks", #"{"return": 0}"#, #""callback" is missing here"#),
    ])
  func broken(list: String, cell: String, reason: String) {
    let rows = #"[{"id": "ok", "when": "", "documented": \#(cell), "observed": null}]"#
    let other = list == "rows" ? "" : #""rows": [], "#
    let source = JSONSource(
      name: "outcomes.json",
      bytes: Array(
        """
        {"class": "Record", "sources": {}, "methods": {
          "start": {"signature": "", "takes": [], \(other)"\(list)":
            \(rows)}}}
        """.utf8))
    let error = #expect(throws: OutcomeTable.Broken.self) { try OutcomeTable([source]) }
    #expect(error?.description == "outcomes.json:3:45: \(reason)")
  }
}

extension OutcomeTable {
  /// The ids of all rows of calls.
  fileprivate func rowIDs() -> [String] {
    methods.flatMap { method, rows in rows.rows.map { "\(method.rawValue).\($0.id)" } }
  }
}

extension Peripheral {
  /// The rows that something stands behind.
  fileprivate static var rowNames: [String] {
    methods.flatMap { method, rows in rows.keys.map { "\(method).\($0)" } }
  }
}
