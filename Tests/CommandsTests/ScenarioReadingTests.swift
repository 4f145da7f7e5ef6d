import DeviceEmulator
import Foundation
import GuestRuntime
import JSONText
import Testing

@testable import Commands

/// A scenario with mistakes, and what is said of each.
struct BadScenario: Sendable, CustomTestStringConvertible {
  let text: String
  let problems: [String]
  /// Whether the mistake is one that a schema can describe.
  var isStructural = true

  var testDescription: String { text }

  private static let actions =
    "an event has one of pin, adc, battery, powerKey, usb, i2c, spi, uart, sms, call, location, wifi, serves, microphone, fault, modem, screenshot, power"
  private static let checks =
    "an expectation has one of consoleContains, consoleLacks, consoleMatches, callback, method, file, tones, sms"

  static let all: [BadScenario] = [
    BadScenario(text: "[]", problems: ["1:1: a scenario must be an object, not an array"]),
    BadScenario(
      text: #"{"event": []}"#,
      problems: [#"1:2: there is no key "event" here; did you mean events?"#]),
    BadScenario(
      text: #"{"events": {}}"#, problems: [#"1:12: "events" must be an array, not {}"#]),
    BadScenario(
      text: #"{"description": ""}"#,
      problems: [#"1:17: "description" must be a string that is not empty, not """#]),
    BadScenario(
      text: #"{"expect": [5]}"#,
      problems: ["1:13: an expectation must be an object, not an integer"]),

    // What events wait for.
    BadScenario(
      text: #"{"events": [{"battery": 3000}]}"#,
      problems: [#"1:13: "at" is missing: the event's time in s"#]),
    BadScenario(
      text: #"{"events": [{"when": {}, "battery": 3000}]}"#,
      problems: [#"1:22: "when" has one of console, method, callback"#]),
    BadScenario(
      text: #"{"events": [{"when": {"console": "a", "nth": 0}, "battery": 3000}]}"#,
      problems: [#"1:46: "nth" must be a whole number from 1 to 1000000, not 0"#]),
    BadScenario(
      text: #"{"events": [{"when": {"method": "ADC.raed"}, "battery": 3000}]}"#,
      problems: [#"1:33: there is no method "ADC.raed"; did you mean ADC.read?"#],
      isStructural: false),

    // What hangs on wires.
    BadScenario(
      text: #"{"events": [{"at": 1, "i2c": 0, "address": 1}]}"#,
      problems: [
        #"1:13: what hangs on a bus is said by "registers", "eeprom", "acceleration", or a "temperature" from -50 to 150 with a "humidity" from 0 to 100"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "i2c": 0, "address": 128, "eeprom": 256}]}"#,
      problems: [#"1:44: "address" must be a whole number from 0 to 127, not 128"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "i2c": 0, "address": 1, "eeprom": 300}]}"#,
      problems: [
        #"1:57: "eeprom" must be a power of two from 128 to 65536, the bytes that it holds, not 300"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "i2c": 0, "address": 1, "registers": {"256": 1}}]}"#,
      problems: [
        #"1:60: "registers" must be an object of numbers from 0 to 255 by numbers such as "15", not {"256":1}"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "i2c": 0, "address": 1, "acceleration": [1, 2]}]}"#,
      problems: [
        #"1:63: "acceleration" must be three whole numbers, thousandths of g of x, y and z, not [1,2]"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "spi": 1}]}"#,
      problems: [#"1:13: "spi" goes with "loopback": true or with "sends""#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "uart": 2, "answers": {}}]}"#,
      problems: [
        #"1:45: "answers" must be an object of texts by the texts that they answer, not {}"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "uart": 2}]}"#,
      problems: [#"1:13: "uart" goes with "loopback": true, with "answers" or with "sends""#]),

    // What others do by telephone.
    BadScenario(
      text: #"{"events": [{"at": 1, "sms": "hello"}]}"#,
      problems: [
        #"1:13: "from" must be a telephone number of 1 to 20 digits, as a string, not {"at":1,"sms":"hello"}"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "sms": "hello", "from": "you"}]}"#,
      problems: [
        #"1:47: "from" must be a telephone number of 1 to 20 digits, as a string, not "you""#
      ]),

    BadScenario(
      text: #"{"events": [{"at": 1, "call": "speaks"}]}"#,
      problems: [
        #"1:31: "call" must be calls, alerts, answers, refuses, hangsUp, presses, not "speaks""#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "call": "calls"}]}"#,
      problems: [
        #"1:13: "from" must be a telephone number of 1 to 20 digits, as a string, not {"at":1,"call":"calls"}"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "call": "presses", "keys": "X"}]}"#,
      problems: [#"1:50: "keys" must be a string of 0 to 9, A to D, * and #, not "X""#]),

    // Where the module is.
    BadScenario(
      text: #"{"events": [{"at": 1, "location": [181, 0, 1]}]}"#,
      problems: [
        #"1:35: "location" must be an array of degrees of longitude (to 180) and latitude (to 90) and a whole number of m, or null, not [181,0,1]"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "wifi": {"34:CE:00:09:E5": -38}}]}"#,
      problems: [
        #"1:31: "wifi" must be an object of numbers from -120 to 0, in dBm, by addresses such as 34:CE:00:09:E5:A8, not {"34:CE:00:09:E5":-38}"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "screenshot": "a/b.png"}]}"#,
      problems: [#"1:37: "screenshot" must be a file's name such as menu.png, not "a/b.png""#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "screenshot": "a.jpg"}]}"#,
      problems: [#"1:37: "screenshot" must be a file's name such as menu.png, not "a.jpg""#]),

    // Events.
    BadScenario(text: #"{"events": [{"at": 1}]}"#, problems: ["1:13: \(actions)"]),
    BadScenario(
      text: #"{"events": [{"at": 1, "falut": "what=read"}]}"#,
      problems: [
        #"1:23: there is no key "falut" here; did you mean fault?"#, "1:13: \(actions)",
      ]),
    BadScenario(
      text: #"{"events": [{"power": "cut"}]}"#,
      problems: [#"1:13: "at" is missing: the event's time in s"#]),
    BadScenario(
      text: #"{"events": [{"at": -1, "power": "cut"}]}"#,
      problems: [#"1:20: "at" must be a number of seconds from 0 on, not -1"#]),
    BadScenario(
      text: #"{"events": [{"at": "1", "power": "cut"}]}"#,
      problems: [#"1:20: "at" must be a number of seconds from 0 on, not "1""#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "modem": {}}]}"#,
      problems: [
        #"1:32: "modem" has one of signal, sim, registered, operator, shortOperator, mcc, mnc, lac, cell, act, number, imsi, iccid, pin, puk, pinTries, pukTries, time, timeZone, smsCapacity, address, dns"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "modem": {"signal": 32, "sim": "redy", "csq": 1}}]}"#,
      problems: [
        #"1:43: "signal" must be a whole number from 0 to 31, or 99 for unknown, not 32"#,
        #"1:54: "sim" must be ready, locked, puk, blocked, absent, not "redy"; did you mean ready?"#,
        #"1:62: there is no key "csq" here"#,
      ]),
    BadScenario(
      text:
        #"{"events": [{"at": 1, "modem": {"mcc": "46", "lac": 0, "address": "1.2.3", "dns": []}}]}"#,
      problems: [
        #"1:40: "mcc" must be a string of 3 digits, not "46""#,
        #"1:53: "lac" must be a whole number from 1 to 65534, not 0"#,
        #"1:67: "address" must be an IPv4 address such as 10.0.0.2, not "1.2.3""#,
        #"1:83: "dns" must be an array of one or two IPv4 addresses, not []"#,
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "power": "off"}]}"#,
      problems: [#"1:32: "power" must be "cut", not "off""#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "power": "cut", "fault": "what=read"}]}"#,
      problems: [#"1:23: "power" stands beside "fault"; make it an event of its own"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "pin": 256, "level": 1}]}"#,
      problems: [#"1:30: "pin" must be a whole number from 0 to 255, not 256"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "pin": 5}]}"#,
      problems: [#"1:13: "level" must be 0, 1 or null, which lets the pin float"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "pin": 5, "level": true}]}"#,
      problems: [#"1:42: "level" must be 0, 1 or null, which lets the pin float, not true"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "microphone": "silence", "level": 1}]}"#,
      problems: [#"1:48: there is no key "level" here"#]),
    BadScenario(
      text: #"{"events": [{"at": 1, "microphone": "silense"}]}"#,
      problems: [
        #"1:37: "microphone" is alsa:NAME, file:PATH[,loop], tone:HZ, noise or silence, not "silense"; did you mean silence?"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "microphone": "tone:5000"}]}"#,
      problems: [#"1:37: "microphone": a tone has 1 to 3999 Hz, not "5000""#], isStructural: false),
    BadScenario(
      text: #"{"events": [{"at": 1, "microphone": "alsa:default"}]}"#,
      problems: [
        #"1:37: "microphone" must not be live: tone:HZ, file:PATH[,loop], noise or silence"#
      ]),
    BadScenario(
      text: #"{"events": [{"at": 1, "microphone": "file:/none.wav"}]}"#,
      problems: ["1:37: cannot read the sound file /none.wav: No such file or directory"],
      isStructural: false),
    BadScenario(
      text: #"{"events": [{"at": 1, "fault": 5}]}"#,
      problems: [#"1:32: "fault" must be a string that is not empty, not 5"#]),
    BadScenario(
      text: "{\"events\": [\n  {\"at\": 1, \"fault\": \"what=read when=cal:2\"}]}",
      problems: [
        "2:22: when=cal:2 is unknown for what=read; did you mean \"call\"? It is now or call:N, where "
          + "the next one is number 1"
      ], isStructural: false),

    // Expectations.
    BadScenario(text: #"{"expect": [{}]}"#, problems: ["1:13: \(checks)"]),
    BadScenario(
      text: #"{"expect": [{"consoleContain": "x"}]}"#,
      problems: [
        #"1:14: there is no key "consoleContain" here; did you mean consoleContains?"#,
        "1:13: \(checks)",
      ]),
    BadScenario(
      text: #"{"expect": [{"consoleLacks": ""}]}"#,
      problems: [#"1:30: "consoleLacks" must be a string that is not empty, not """#]),
    BadScenario(
      text: #"{"expect": [{"consoleMatches": "("}]}"#,
      problems: [
        #"1:32: "consoleMatches" is no regular expression: "(", missing closing parenthesis at byte 1"#
      ], isStructural: false),
    BadScenario(
      text: #"{"expect": [{"callback": 5}]}"#,
      problems: [#"1:26: "callback" must be an array of the call-back's arguments, not 5"#]),
    BadScenario(
      text: #"{"expect": [{"callback": ["*", [{}]]}]}"#,
      problems: [
        #"1:33: no call and no call-back has the argument {}: it is a number, a string, a list or null, or "*" for any"#
      ]),
    BadScenario(
      text: #"{"expect": [{"file": "U:/a.wav"}]}"#,
      problems: [
        #"1:22: "file" must be a path on the flash such as /usr/a.wav, not "U:/a.wav""#
      ]),
    BadScenario(
      text: #"{"expect": [{"file": "/usr/a.wav", "size": 1.5}]}"#,
      problems: [#"1:44: "size" must be a whole number from 0 to 2147483647, not 1.5"#]),
    BadScenario(
      text: #"{"expect": [{"file": "/usr/a.wav", "exists": 1}]}"#,
      problems: [#"1:46: "exists" must be true or false, not 1"#]),
    BadScenario(
      text: #"{"expect": [{"file": "/usr/a.wav", "exists": false, "size": 1}]}"#,
      problems: [#"1:46: a file that is not to exist has no "size""#]),
    BadScenario(
      text: #"{"expect": [{"file": "/usr/a.wav", "sise": 1}]}"#,
      problems: [#"1:36: there is no key "sise" here; did you mean size?"#]),

    // All mistakes are told at once, in their order.
    BadScenario(
      text: """
        {"events": [{"at": 1, "power": "off"}, {"pin": 1, "level": 2}],
         "expect": [{"file": "x"}], "more": 1}
        """,
      problems: [
        #"1:32: "power" must be "cut", not "off""#,
        #"1:60: "level" must be 0, 1 or null, which lets the pin float, not 2"#,
        #"1:40: "at" is missing: the event's time in s"#,
        #"2:22: "file" must be a path on the flash such as /usr/a.wav, not "x""#,
        #"2:29: there is no key "more" here"#,
      ]),
  ]
}

@Suite(.serialized)
struct ScenarioReadingTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private static let schema = "\(repository)/Profiles/scenario.schema.json"

  /// The files that a validator which is not ours refuses: Python's jsonschema.
  private func refused(_ files: [String]) throws -> Set<String> {
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      for path in sys.argv[2:]:
          if not validator.is_valid(json.load(open(path))):
              print(path)
      """
    let python = try #require(
      HostFile.program(named: "python3", onPath: Workbench.variables["PATH"]))
    let output = try #require(
      ChildProcess.output(of: [python, "-c", script, Self.schema] + files, limit: 1 << 20),
      "needs python3 with python3-jsonschema")
    return Set(String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  private func problems(_ text: String) -> [String] {
    do throws(Complaint) {
      _ = try Scenario(JSONSource(name: "s", bytes: Array(text.utf8)), seed: 1)
      return []
    } catch {
      #expect(error.code == .badData)
      return error.message.split(separator: "\n").map { String($0.dropFirst(2)) }
    }
  }

  @Test("Each mistake is told with its place and the nearest spelling", arguments: BadScenario.all)
  func mistakes(scenario: BadScenario) {
    #expect(problems(scenario.text) == scenario.problems)
  }

  @Test("The schema refuses what the reader refuses, as far as a schema can")
  func schema() throws {
    let files = try BadScenario.all.enumerated().map {
      try bench.write($0.element.text, to: "\($0.offset).json")
    }
    let refused = try refused(files)
    for (file, scenario) in zip(files, BadScenario.all) {
      #expect(refused.contains(file) == scenario.isStructural, "\(scenario.text)")
    }
  }

  @Test("The schema and the reader accept every key at its limits, and the example")
  func accepted() throws {
    let text = """
      {"$schema": "x", "description": "x",
       "events": [
        {"at": 0, "pin": 0, "level": 0}, {"at": 1e9, "pin": 255, "level": 1},
        {"at": 0.5, "pin": 5, "level": null}, {"at": 1, "microphone": "tone:3999"},
        {"at": 1, "microphone": "noise"}, {"at": 1, "microphone": "silence"},
        {"at": 1, "fault": "when=now what=read"}, {"at": 1, "power": "cut"},
        {"at": 1, "call": "calls", "from": "1"}, {"at": 1, "call": "presses", "keys": "0D*#"},
        {"at": 1, "call": "alerts"}, {"at": 1, "call": "answers"}, {"at": 1, "call": "refuses"},
        {"at": 1, "call": "hangsUp"}, {"at": 1, "location": null},
        {"at": 1, "location": [-180, 90, 0]}, {"at": 1, "wifi": {}},
        {"at": 1, "wifi": {"34:ce:00:09:e5:A8": -120}},
        {"at": 1, "sms": "x", "from": "+12345678901234567890"},
        {"at": 1, "modem": {"signal": 99, "sim": "locked", "registered": "roaming"}},
        {"at": 1, "modem": {"sim": "puk", "operator": "x", "shortOperator": "x", "mcc": "262", "mnc": "03",
          "lac": 65534, "cell": 268435455, "act": 9, "number": "", "imsi": "262030000000001",
          "iccid": "89490200000000000018", "pin": "12345678", "puk": "12345678", "pinTries": 1,
          "pukTries": 10, "smsCapacity": 255, "address": "10.1.2.255", "dns": ["8.8.8.8", "1.1.1.1"]}}],
       "expect": [
        {"consoleContains": "x"}, {"consoleLacks": "x"}, {"consoleMatches": "x+"},
        {"callback": []}, {"callback": ["*", 1, null, [true]]}, {"file": "/usr/a"},
        {"file": "/usr/a", "size": 2147483647}, {"file": "/usr/a", "size": 0, "exists": true},
        {"file": "/usr/a", "exists": false}, {"sms": "x"}, {"sms": "x", "to": "10086"},
        {"tones": "1"}]}
      """
    #expect(problems(text) == [])
    #expect(problems("{}") == [])
    let path = try bench.write(text, to: "good.json")
    #expect(try refused([path, example("doorbell.json")]) == [])
  }

  @Test("The documentation names every key and every fault")
  func documentation() throws {
    let page = try String(contentsOfFile: "\(repository)/Docs/faults.md", encoding: .utf8)
    for key in [
      "events", "expect", "at", "pin", "level", "microphone", "fault", "modem", "signal", "sim",
      "registered", "operator", "shortOperator", "mcc", "mnc", "lac", "cell", "act", "number",
      "imsi", "iccid", "pin", "puk", "pinTries", "pukTries", "smsCapacity", "address", "dns",
      "power",
      "sms", "from", "to", "call", "keys", "tones", "location", "wifi",
      "consoleContains",
      "consoleLacks", "consoleMatches", "callback", "file", "size", "exists",
    ] + Fault.What.allCases.map(\.rawValue) {
      #expect(page.contains("`\(key)`"), "\(key)")
    }
  }

  @Test("A scenario that cannot be read or parsed is named, before anything runs")
  func unreadable() async throws {
    let missing = try await bench.run(script: "print(1)", ["--scenario", bench.path("none.json")])
    #expect(missing.code == 66 && missing.output == "")
    #expect(
      missing.errors
        == "qpyemu: cannot read the scenario \(bench.path("none.json")): No such file or directory\n"
    )
    let path = try bench.write(#"{"events": [}"#, to: "broken.json")
    let broken = try await bench.run(script: "print(1)", ["--scenario", path])
    #expect(broken.code == 65 && broken.output == "")
    #expect(broken.errors.hasPrefix("qpyemu: \(path):1:13: "))
  }
}
