import BundledProfiles
import ModuleProfiles
import Testing

/// A profile file with one mistake; `structural` ones the published schema can see too.
struct BadProfile: Sendable, CustomTestStringConvertible {
  /// Members to add to a fine profile called P.
  let members: String
  let message: String
  var testDescription: String { members }

  init(_ members: String, _ message: String) { (self.members, self.message) = (members, message) }

  var text: String { #"{"name": "P", "extends": "EC600N", \#(members)}"# }

  static let structural: [BadProfile] = [
    BadProfile(#""recrod": {}"#, #"there is no key "recrod" here; did you mean "record"?"#),
    BadProfile(#""extend": "EC600N""#, #"there is no key "extend" here; did you mean "extends"?"#),
    BadProfile(#""banana": 1"#, #"there is no key "banana" here"#),
    BadProfile(
      #""record": {"gian": true}"#, #"there is no key "gian" here; did you mean "gain"?"#),
    BadProfile(
      #""limits": {"timer": 1}"#, #"there is no key "timer" here; did you mean "timers"?"#),
    BadProfile(#""volumes": {"urs": {}}"#, #"there is no key "urs" here; did you mean "usr"?"#),
    BadProfile(
      #""volumes": {"usr": {"blocks": 9}}"#,
      #"there is no key "blocks" here; did you mean "blockSize"?"#),
    BadProfile(
      #""identity": {"sysName": 1}"#, #"there is no key "sysName" here; did you mean "sysname"?"#),
    BadProfile(#""record": true"#, #""record" must be an object, not a boolean"#),
    BadProfile(#""volumes": {"usr": []}"#, #""volumes.usr" must be an object, not an array"#),
    BadProfile(
      #""methods": {"Record.gain": "mising"}"#,
      #""methods.Record.gain" must be "works", "missing" or {"answers": -1}, not "mising""#),
    BadProfile(
      #""methods": {"Record.gain": {}}"#,
      #""methods.Record.gain" must be "works", "missing" or {"answers": -1}, not {}"#),
    BadProfile(
      #""methods": {"Record.gain": {"answers": "no"}}"#,
      #""methods.Record.gain" must be an integer from -32768 to 32767, not "no""#),
    BadProfile(
      #""methods": {"Record.gain": {"missing": false}}"#,
      #""methods.Record.gain" must be "works", "missing" or {"answers": -1}, not {"missing":false}"#
    ),
    BadProfile(
      #""methods": {"Record.gain": {"why": "x"}}"#,
      #""methods.Record.gain" must be "works", "missing" or {"answers": -1}, not {"why":"x"}"#),
    BadProfile(
      #""methods": {"Record.gain": {"missing": true, "why": ""}}"#,
      #""methods.Record.gain" must be a text of 1 to 200 printable characters, not """#),
    BadProfile(#""methods": []"#, #""methods" must be an object, not an array"#),
    BadProfile(#""abstract": 1"#, #""abstract" must be true or false, not 1"#),
    BadProfile(#""record": {"gain": "yes"}"#, #""record.gain" must be true or false, not "yes""#),
    BadProfile(
      #""record": {"channels": ["earpeice"]}"#,
      #""record.channels" must be "earpiece" or "headphone" or "speaker", not "earpeice"; "#
        + #"did you mean "earpiece"?"#),
    BadProfile(
      #""record": {"channels": [0]}"#,
      #""record.channels" must be "earpiece" or "headphone" or "speaker", not 0"#),
    BadProfile(
      #""record": {"channels": ["speaker", "speaker"]}"#,
      #""record.channels" must be a list of different channels, not ["speaker","speaker"]"#),
    BadProfile(
      #""record": {"channels": "speaker"}"#,
      #""record.channels" must be a list of channels, not "speaker""#),
    BadProfile(
      #""limits": {"timers": 0}"#, #""limits.timers" must be an integer from 1 to 1024, not 0"#),
    BadProfile(
      #""limits": {"threads": 257}"#,
      #""limits.threads" must be an integer from 1 to 256, not 257"#),
    BadProfile(
      #""limits": {"eventQueue": 1.5}"#,
      #""limits.eventQueue" must be an integer from 1 to 1024, not 1.5"#),
    BadProfile(
      #""limits": {"openFiles": null}"#,
      #""limits.openFiles" must be an integer from 1 to 1024, not null"#),
    BadProfile(
      #""limits": {"scriptHeapBytes": 1e99}"#,
      #""limits.scriptHeapBytes" must be an integer from 16384 to 268435456, not 1e+99"#),
    BadProfile(
      #""limits": {"bootHeapBytes": -1}"#,
      #""limits.bootHeapBytes" must be an integer from 0 to 268435456, not -1"#),
    BadProfile(
      #""limits": {"systemHeapBytes": 268435457}"#,
      #""limits.systemHeapBytes" must be an integer from 0 to 268435456, not 268435457"#),
    BadProfile(
      #""timing": {"stepNanoseconds": 0}"#,
      #""timing.stepNanoseconds" must be an integer from 1 to 1000000, not 0"#),
    BadProfile(
      #""timing": {"callNanoseconds": 1000000001}"#,
      #""timing.callNanoseconds" must be an integer from 1 to 1000000000, not 1000000001"#),
    BadProfile(
      #""timing": {"stepNanosecond": 1}"#,
      #"there is no key "stepNanosecond" here; did you mean "stepNanoseconds"?"#),
    BadProfile(#""dialect": "1.28""#, #""dialect" must be "1.13", not "1.28""#),
    BadProfile(
      #""volumes": {"usr": {"blockSize": 4095}}"#,
      #""volumes.usr.blockSize" must be a power of two from 128 to 65536, not 4095"#),
    BadProfile(
      #""volumes": {"bak": {"blockCount": 3}}"#,
      #""volumes.bak.blockCount" must be an integer from 4 to 1048576, not 3"#),
    BadProfile(
      #""volumes": {"bak": {"fileSystem": "litlefs1"}}"#,
      #""volumes.bak.fileSystem" must be "littlefs1" or "littlefs2", not "litlefs1"; "#
        + #"did you mean "littlefs1"?"#),
    BadProfile(
      #""identity": {"imeiPattern": "8642000########x"}"#,
      #""identity.imeiPattern" must be 15 digits, each # of them drawn from the seed, "#
        + #"not "8642000########x""#),
    BadProfile(
      #""identity": {"qpyver": ""}"#,
      #""identity.qpyver" must be a text of 1 to 200 printable characters, not """#),
    BadProfile(
      #""platform": "a\nb""#,
      #""platform" must be a text of 1 to 200 printable characters, not "a\nb""#),
    BadProfile(
      #""series": "\#(String(repeating: "x", count: 201))""#,
      #""series" must be a text of 1 to 200 printable characters, not a string"#),
    BadProfile(#""notes": "one""#, #""notes" must be a list, not "one""#),
    BadProfile(
      #""aliases": ["a b"]"#,
      #""aliases" must be a name: a letter, then up to 39 letters, digits, - or _, not "a b""#),
    BadProfile(#""sources": []"#, #""sources" must be an object, not an array"#),
    BadProfile(
      #""sources": {"limits": "the page"}"#, #""sources.limits" must be an object, not a string"#),
    BadProfile(
      #""sources": {"limits": {"provenance": "ruled"}}"#,
      #"the source of "limits" lacks "source""#),
    BadProfile(
      #""sources": {"limits": {"source": "the page"}}"#,
      #"the source of "limits" lacks "provenance""#),
    BadProfile(
      #""sources": {"limits": {"provenance": "documentd", "source": "the page"}}"#,
      #""sources.limits.provenance" must be "documented" or "observed" or "ruled" or "unknown", "#
        + #"not "documentd"; did you mean "documented"?"#),
    BadProfile(
      #""sources": {"limits": {"provenance": "ruled", "source": "x", "page": 1}}"#,
      #"there is no key "page" here"#),
  ]

  /// Mistakes beyond a schema's reach.
  static let semantic: [BadProfile] = [
    BadProfile(
      #""methods": {"Record.gian": "missing"}"#,
      #"there is no method "Record.gian"; did you mean "Record.gain"?"#),
    BadProfile(
      #""limits": {"scriptHeapBytes": 16384}"#,
      #""limits.bootHeapBytes" must be less than "limits.scriptHeapBytes", 16384, not 18576"#),
    BadProfile(
      #""limits": {"timers": 4}"#,
      #""limits.timers" has no source: add it, or what it is part of, to "sources""#),
    BadProfile(
      #""methods": {"TTS.play": "missing"}"#,
      #""methods.TTS.play" has no source: add it, or what it is part of, to "sources""#),
    BadProfile(
      #""sources": {"limits": {"provenance": "ruled", "source": "x"}}"#,
      #"the source "limits" covers nothing in this file"#),
    BadProfile(
      #""sources": {"limits.timer": {"provenance": "ruled", "source": "x"}}"#,
      #"the source "limits.timer" covers nothing in this file; did you mean "limits.timers"?"#),
  ]
}

@Suite struct ProfileLintTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lint(_ name: String, _ text: String) throws -> [ProfileProblem] {
    try ProfileLibrary().lint(file: try folder.write(name, text))
  }

  @Test("Every bundled profile is free of problems, also read from the repository's folder")
  func bundled() throws {
    #expect(try ProfileLibrary().lint() == [])
    for name in try ProfileLibrary().modelNames() + ["ASR1603", "QuecPython"] {
      let path = "\(TemporaryFolder.profiles)/models/\(name).json"
      #expect(try ProfileLibrary().lint(file: path) == [])
    }
  }

  @Test(
    "A mistake is reported with what would be right",
    arguments: BadProfile.structural + BadProfile.semantic)
  func mistake(profile: BadProfile) throws {
    let messages = try lint("P.json", profile.text).map(\.message)
    #expect(messages.contains(profile.message), "\(messages)")
  }

  @Test("All problems are reported at once, in the order of the text, at their places")
  func all() throws {
    let path = folder.path + "/Board.json"
    let problems = try lint(
      "Board.json",
      """
      {
        "name": "Bord",
        "extends": "EC600X",
        "limits": {"timers": 0, "threads": 4},
        "recrod": {"gain": true},
        "sources": {
          "volumes": {"provenance": "ruled", "source": "x"}
        }
      }
      """)
    #expect(
      problems.map(\.description) == [
        #"\#(path):2:11: "name" must be that of the file, "Board", not "Bord""#,
        #"\#(path):3:14: there is no profile "EC600X" to extend; did you mean "EC600M"?"#,
        #"\#(path):4:24: "limits.timers" must be an integer from 1 to 1024, not 0"#,
        #"\#(path):4:27: "limits.threads" has no source: add it, or what it is part of, to "sources""#,
        #"\#(path):5:3: there is no key "recrod" here; did you mean "record"?"#,
        #"\#(path):7:16: the source "volumes" covers nothing in this file"#,
      ])
  }

  @Test(
    "A wrong value is one problem, with a source as well",
    arguments: [#""dialect": "1.28""#, #""dialect": 1.13"#])
  func wrongWithSource(member: String) throws {
    let source = #""sources": {"dialect": {"provenance": "ruled", "source": "x"}}"#
    let problems = try lint("P.json", BadProfile("\(member), \(source)", "").text)
    #expect(problems.count == 1, "\(problems)")
    #expect(problems.first?.message.hasPrefix(#""dialect" must be "1.13", not "#) == true)
  }

  @Test(
    "A file that is no JSON, no object or has no name is reported",
    arguments: [
      ("{\n  \"name\": \"P\",\n}", "3:1: expected a quoted key, found '}'"),
      ("", "1:1: expected a value, the text ends"),
      ("[]", "1:1: a profile must be an object, not an array"),
      ("{\"abstract\": true}", "1:1: \"name\" is missing: it should be \"P\""),
      ("{\"name\": \"P\", \"name\": \"P\"}", "1:15: the key \"name\" stands here twice"),
    ])
  func unreadable(text: String, problem: String) throws {
    #expect(
      try lint("P.json", text).map(\.description).contains("\(folder.path)/P.json:\(problem)"))
  }

  @Test("An edited base in the same folder goes before the bundled one")
  func neighbours() throws {
    try folder.write(
      "EC600N.json",
      #"{"name": "EC600N", "abstract": true, "extends": "ASR1603", "record": {"gain": true}}"#)
    let problems = try lint("P.json", #"{"name": "P", "extends": "EC600N"}"#).map(\.message)
    #expect(
      problems.contains(
        #"the file does not state "series"; nor does what it extends: EC600N, ASR1603, QuecPython"#)
    )
  }

  @Test("A damaged profile gives problems or none, each inside the file")
  func damaged() throws {
    let whole = try #require(bundledProfiles.first { $0.key == "EG915U" }).value
    let lines = whole.count { $0 == UInt8(ascii: "\n") } + 1
    for step in 0..<60 {
      var bytes = whole
      let index = step * 20 % bytes.count
      switch step % 3 {
      case 0: bytes[index] = UInt8(ascii: "0")
      case 1: bytes.removeSubrange(index..<(index + 10))
      default: bytes.swapAt(index, index + 7)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      for problem in try lint("EG915U.json", text) where problem.file.hasPrefix(folder.path) {
        #expect((1...lines).contains(problem.line))
      }
    }
  }

  @Test("A file that is not there or not called NAME.json cannot be linted")
  func missing() throws {
    for name in ["nowhere.json", "profile.txt"] {
      let error = try #require(throws: ProfileError.self) {
        try ProfileLibrary().lint(file: "\(folder.path)/\(name)")
      }
      #expect(error.kind == .unreadable)
      #expect(error.description.contains(name))
    }
  }
}
