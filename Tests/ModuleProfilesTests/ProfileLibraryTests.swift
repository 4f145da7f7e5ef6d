import Foundation
import ModuleProfiles
import Testing

@Suite struct ProfileLibraryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func failure(
    _ name: String, in library: ProfileLibrary
  ) throws -> ProfileError {
    try #require(throws: ProfileError.self) { try library.profile(named: name) }
  }

  @Test(
    "An unknown name fails with the nearest spelling and the way to the list",
    arguments: [
      ("EC60N", #"no profile is called "EC60N"; did you mean "EC600N"? "#),
      ("EC600N-CNLX", #"no profile is called "EC600N-CNLX"; did you mean "EC600N-CNLA"? "#),
      ("ESP32", #"no profile is called "ESP32" "#),
      ("", #"no profile is called "" "#),
    ])
  func unknown(name: String, message: String) throws {
    let error = try failure(name, in: ProfileLibrary())
    #expect(error.kind == .unknownName)
    #expect(error.description == message + #"("qpyemu profiles list" shows all)"#)
  }

  @Test(
    "A module without a profile is never taken for another one, and its sentence holds a profile that runs",
    arguments: [
      ("EC200A", "QuecPython"), ("EC600K", "QuecPython"), ("EG912Y", "QuecPython"),
      ("EC20", "QuecPython"), ("BG95-M3", "QuecPython"), ("EC800G", "QuecPython"),
      ("EG810M", "ASR1606"), ("BG600N", "ASR1603"), ("FC41U", "Unisoc8910"),
    ])
  func unlisted(name: String, base: String) throws {
    let sentence = try failure(name, in: ProfileLibrary()).description
    #expect(!sentence.contains("did you mean"), "\(sentence)")
    #expect(sentence.contains("a file \(name).json in a folder that QPYEMU_PROFILE_PATH names"))
    let text = try #require(sentence.firstMatch(of: /{.*}/)).output
    #expect(text.contains("\"extends\": \"\(base)\""))
    try folder.write("\(name).json", String(text))
    let profile = try ProfileLibrary(folders: [folder.path]).profile(named: name.lowercased())
    #expect(profile.name == name)
  }

  @Test(
    "A slip is taken for a model of the same platform only",
    arguments: [
      ("EC2O0U", "EC200U"), ("EC6000N", "EC600N"), ("EC60U", "EC600U"), ("EC80K", nil),
      ("EC20", nil),
      ("EC200", "EC200U"), ("EG91N", "EG912N"), ("EC201U", "EC200U"),
      ("EC600N-CNLX", "EC600N-CNLA"),
    ])
  func slip(name: String, meant: String?) throws {
    let sentence = try failure(name, in: ProfileLibrary()).description
    let found = sentence.firstMatch(of: /did you mean "([^"]*)"/).map { String($0.1) }
    #expect(found == meant)
  }

  @Test(
    "A name that could be no file's adds nothing to its sentence",
    arguments: ["EC200A/../x", "EC200A\"\n"])
  func unsafeName(name: String) throws {
    #expect(!(try failure(name, in: ProfileLibrary()).description.contains("extends")))
  }

  @Test(
    "A model's name has the article with which it is spoken",
    arguments: [
      ("EC200U", "an EC200U"), ("BG95", "a BG95"), ("MyBoard", "a MyBoard"), ("Atlas", "an Atlas"),
    ])
  func article(name: String, spoken: String) throws {
    var profile = try ProfileLibrary().profile(named: "EC200U")
    profile.name = name
    #expect(profile.nameWithArticle == spoken)
  }

  @Test("A base cannot be selected", arguments: ["ASR1603", "asr1606", "Unisoc8910", "QuecPython"])
  func base(name: String) throws {
    let error = try failure(name, in: ProfileLibrary())
    #expect(error.kind == .unknownName)
    #expect(
      error.description.contains("is a base for profiles, not a model; the models are EC200U,"))
  }

  @Test("A user's profile extends a bundled one and overrides single facts")
  func userProfile() throws {
    try folder.write(
      "MyBoard.json",
      """
      {
        "name": "MyBoard", "extends": "EC600N", "aliases": ["Desk-7"],
        "limits": {"timers": 2},
        "methods": {"Record.gain": {"answers": -1}, "TTS.init": "missing"},
        "sources": {"limits": {"provenance": "ruled", "source": "to test exhaustion"}}
      }
      """)
    try folder.write("notes.txt", "not a profile")
    let library = try ProfileLibrary.fromEnvironment {
      $0 == "QPYEMU_PROFILE_PATH" ? ":\(folder.path):" : nil
    }
    let profile = try library.profile(named: "desk7")
    let bundled = try library.profile(named: "EC600N")
    #expect(profile.name == "MyBoard")
    #expect(profile.aliases == ["Desk-7"])
    #expect(profile.series == bundled.series)
    #expect(profile.limits.timers == 2)
    #expect(profile.limits.threads == bundled.limits.threads)
    #expect(profile.availability(of: "Record.gain") == .answers(-1))
    #expect(profile.availability(of: "TTS.init") == .missing)
    #expect(profile.availability(of: "Record.start") == .works)
    #expect(profile.source(of: "limits.timers")?.source == "to test exhaustion")
    #expect(profile.source(of: "methods.Record.gain")?.provenance == .unknown)
    #expect(profile.source(of: "methods.Record.gain")?.text == "answers -1")
    #expect(try library.modelNames().contains("MyBoard"))
    #expect(try ProfileSelection.named("MyBoard").resolve { _ in folder.path } == profile)
  }

  @Test("A user's profile with the name of a bundled one is refused, naming both")
  func shadowing() throws {
    let path = try folder.write("ec600n.json", #"{"name": "ec600n", "extends": "ASR1603"}"#)
    let error = try failure("EC600N", in: ProfileLibrary(folders: [folder.path]))
    #expect(error.kind == .ambiguousName)
    #expect(
      error.description
        == #""EC600N" could be Profiles/models/EC600N.json or \#(path): rename one of them"#)
  }

  @Test("An alias that two profiles claim is refused, naming both, and an alias never hides a name")
  func ambiguousAlias() throws {
    let path = try folder.write(
      "A.json", #"{"name": "A", "extends": "EC600N", "aliases": ["EC600NCNLC", "EC200U"]}"#)
    let library = try ProfileLibrary(folders: [folder.path])
    let error = try failure("EC600N-CNLC", in: library)
    #expect(error.kind == .ambiguousName)
    #expect(error.description.contains("Profiles/models/EC600N.json or \(path)"))
    #expect(try library.profile(named: "EC200U").name == "EC200U")
    let problems = try library.lint().map(\.description)
    #expect(
      problems.contains(
        #"\#(path):1:48: "EC600NCNLC" already means Profiles/models/EC600N.json"#))
    #expect(
      problems.contains(#"\#(path):1:62: "EC200U" already means Profiles/models/EC200U.json"#))
  }

  @Test("Profiles that extend each other in a circle are refused with the circle's place")
  func circle() throws {
    try folder.write("A.json", #"{"name": "A", "extends": "B"}"#)
    let path = try folder.write("B.json", #"{"name": "B", "extends": "A"}"#)
    let library = try ProfileLibrary(folders: [folder.path])
    #expect(
      try failure("A", in: library).description == "\(path):1:26: a circle: A extends B extends A")
    let own = try folder.write("C.json", #"{"name": "C", "extends": "C"}"#)
    let other = try ProfileLibrary(folders: [folder.path])
    #expect(try failure("C", in: other).description == "\(own):1:26: a circle: C extends C")
  }

  @Test("A base that does not exist is refused with its place and the nearest name")
  func missingBase() throws {
    let path = try folder.write("A.json", "{\n  \"name\": \"A\",\n  \"extends\": \"ASR1630\"\n}")
    let error = try failure("A", in: ProfileLibrary(folders: [folder.path]))
    #expect(error.kind == .invalidFile)
    #expect(
      error.description
        == #"\#(path):3:14: there is no profile "ASR1630" to extend; did you mean "ASR1603"?"#)
  }

  @Test("All problems of a file are reported when it is selected")
  func invalid() throws {
    let path = try folder.write(
      "A.json", #"{"name": "A", "extends": "EC600N", "limits": {"timers": 0, "threads": "x"}}"#)
    let error = try failure("A", in: ProfileLibrary(folders: [folder.path]))
    #expect(error.kind == .invalidFile)
    #expect(
      error.description == """
        \(path):1:57: "limits.timers" must be an integer from 1 to 1024, not 0
        \(path):1:71: "limits.threads" must be an integer from 1 to 256, not "x"
        """)
  }

  @Test("A model that extends nothing must state every fact")
  func incomplete() throws {
    let path = try folder.write("A.json", #"{"name": "A"}"#)
    let error = try failure("A", in: ProfileLibrary(folders: [folder.path]))
    #expect(
      error.problems.first?.description
        == #"\#(path):1:1: the file does not state "series"; it extends nothing"#)
    #expect(error.problems.count == 36)
  }

  @Test(
    "A language that no interpreter speaks is refused, naming it and the one that would be right",
    arguments: [(#""1.28""#, #""1.28""#), ("1.13", "1.13"), ("null", "null")])
  func dialect(written: String, shown: String) throws {
    let path = try folder.write(
      "A.json", #"{"name": "A", "extends": "EC600N", "dialect": \#(written)}"#)
    let error = try failure("A", in: ProfileLibrary(folders: [folder.path]))
    #expect(error.kind == .invalidFile)
    #expect(error.description == #"\#(path):1:47: "dialect" must be "1.13", not \#(shown)"#)
  }

  @Test(
    "A boot that leaves nothing of the heap is refused where the file says so",
    arguments: [
      (#"{"scriptHeapBytes": 16384}"#, 16_384, 18_576),
      (#"{"bootHeapBytes": 512336}"#, 512_336, 512_336),
    ])
  func boot(limits: String, heap: Int, boot: Int) throws {
    let path = try folder.write(
      "A.json", #"{"name": "A", "extends": "EC600N", "limits": \#(limits)}"#)
    let error = try failure("A", in: ProfileLibrary(folders: [folder.path]))
    #expect(
      error.description
        == #"\#(path):1:47: "limits.bootHeapBytes" must be less than "limits.scriptHeapBytes", "#
        + "\(heap), not \(boot)")
  }

  @Test("A folder or file that cannot be read is named")
  func unreadable() throws {
    let error = try #require(throws: ProfileError.self) {
      try ProfileLibrary(folders: [folder.path + "/nowhere"])
    }
    #expect(error.kind == .unreadable)
    #expect(
      error.description
        == "cannot read the profile folder \(folder.path)/nowhere: No such file or directory")
    #expect(mkfifo(folder.path + "/Pipe.json", 0o600) == 0)
    let library = try ProfileLibrary(folders: [folder.path])
    #expect(
      try failure("Pipe", in: library).description
        == "the profile \(folder.path)/Pipe.json is not a file")
    try folder.write("Huge.json", String(repeating: " ", count: (64 << 10) + 1))
    let other = try ProfileLibrary(folders: [folder.path])
    #expect(
      try failure("Huge", in: other).description.hasSuffix(
        "Huge.json has 65537 bytes, more than the 65536 it may have"))
  }

  @Test(
    "The selection comes from QPYEMU_PROFILE, and its absence names the variable and the models")
  func selection() throws {
    let selection = try ProfileSelection.fromEnvironment { $0 == "QPYEMU_PROFILE" ? "ec200u" : nil }
    #expect(selection == .named("ec200u"))
    let profile = try selection.resolve { _ in nil }
    #expect(profile.name == "EC200U")
    #expect(try ProfileSelection.profile(profile).resolve { _ in nil } == profile)
    let error = try #require(throws: ProfileError.self) {
      try ProfileSelection.fromEnvironment { _ in nil }
    }
    #expect(error.kind == .notSelected)
    #expect(
      error.description == """
        QPYEMU_PROFILE is not set: set it to a model, one of EC200U, EC600M, EC600N, EC600U, \
        EC800M, EC800N, EG912N, EG912U, EG915N, EG915U
        """)
  }

  @Test("The difference of two profiles lists the facts that differ, and nothing for the same one")
  func diff() throws {
    let library = try ProfileLibrary()
    let (a, b) = (try library.profile(named: "EC600U"), try library.profile(named: "EG915U"))
    #expect(ModuleProfile.diff(a, a).isEmpty)
    let differences = ModuleProfile.diff(a, b).filter { !$0.path.hasPrefix("identity.") }
    #expect(
      differences.map { "\($0.path): \($0.left ?? "-") | \($0.right ?? "-")" } == [
        "limits.scriptHeapBytes: 832448 | 624320",
        "methods.LCD.mipi_init: works | missing (only EC200U and EC600U have MIPI lines)",
        "methods.TTS.init: - | missing (the EU firmware of EG915U has none)",
        "methods.voiceCall.init: missing (by the vendor's page EC600U needs a firmware of its own for calls) | -",
        "notes:  | Stands for the EG915U-EU, whose firmware has no TTS.",
        "pins.count: 47 | 41",
        "record.channels: earpiece, headphone, speaker | earpiece, headphone",
        "record.stream.read: true | false",
        "record.stream.start: true | false",
        "series: EC600U Series | EG915U",
      ])
  }
}
