import Foundation
import Testing

@testable import Commands

/// Where settings come from, and what is said of wrong ones.
@Suite(.serialized)
struct SettingsTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func seed(_ words: [String], _ variables: [String: String], from place: String) throws
    -> String?
  {
    var arguments = Arguments(words)
    return try Settings(
      &arguments, host: Host(variables: variables, folder: bench.path(place)))[.seed]?.text
  }

  @Test("An option goes before the environment, that before the nearest qpyemu.json")
  func precedence() throws {
    try bench.write("{\"seed\": \"4\"}", to: "qpyemu.json")
    try bench.write("{\"seed\": 3}", to: "near/qpyemu.json")
    try bench.write("", to: "near/deep/er/file")
    let variables = ["QPYEMU_SEED": "2"]
    #expect(try seed(["--seed", "1"], variables, from: "near/deep/er") == "1")
    #expect(try seed([], variables, from: "near/deep/er") == "2")
    #expect(try seed([], ["QPYEMU_SEED": ""], from: "near/deep/er") == "3")
    #expect(try seed([], [:], from: "near") == "3")
    #expect(try seed([], [:], from: "") == "4")
  }

  @Test("qpyemu.json can hold every setting, and its paths start from its folder")
  func file() async throws {
    try bench.write(
      """
      {"profile": "EC200U", "audio-in": "file:voice.raw,loop", "audio-out": "file:heard.wav",
       "time": "virtual", "policy": "observed", "flash": "dir:flash", "seed": 12}
      """, to: "qpyemu.json")
    try bench.write([1, 2, 3, 4], to: "voice.raw")
    let script = try bench.write("", to: "below/a.py")
    let ending = try await bench.run(["run", script], from: bench.path("below"))
    #expect(ending.code == 0)
    #expect(
      ending.errors == """
        qpyemu: EC200U, policy observed, microphone file:\(bench.path("voice.raw")),loop, \
        loudspeaker file:heard.wav, time virtual, flash dir:\(bench.path("flash")), seed 12

        """)
    #expect(bench.exists("heard.wav") && bench.exists("flash/usr/a.py"))
  }

  @Test(
    "A right word without what belongs to it is not suggested again",
    arguments: [
      ("--audio-in", "tone"), ("--audio-in", "file"), ("--audio-in", "noise:3"),
      ("--audio-out", "alsa:"),
    ])
  func rightWord(option: String, value: String) async throws {
    let ending = try await bench.run(script: "print(1)", [option, value])
    #expect(ending.code == 64)
    #expect(ending.errors.hasPrefix("qpyemu: \(option) is "))
    #expect(ending.errors.contains(", not \"\(value)\"\n"), "\(ending.errors)")
  }

  @Test(
    "A wrong value is refused with what would be right",
    arguments: [
      (["--profile", "EC600"], 65, "no profile is called \"EC600\"; did you mean \"EC600M\"?"),
      (["--audio-in", "tnoe:440"], 64, "not \"tnoe:440\"; did you mean tone?"),
      (["--audio-in", "tone:9000"], 64, "--audio-in: a tone has 1 to 3999 Hz, not \"9000\""),
      (["--audio-in", "alsa:"], 64, "--audio-in is alsa:NAME, file:PATH[,loop]"),
      (["--audio-out", "fiel:x"], 64, "did you mean file?"),
      (
        ["--time", "vitual"], 64, "--time is virtual or real, not \"vitual\"; did you mean virtual?"
      ),
      (["--policy", "observe"], 64, "did you mean observed?"),
      (["--flash", "dir:"], 64, "--flash is memory, FILE, usr=FILE,bak=FILE or dir:FOLDER, not"),
      (["--flash", "usr=a,usr=b"], 64, "--flash names usr twice"),
      (["--flash", "usr=a,bak=a"], 64, "--flash gives two volumes the same file a"),
      (
        ["--flash", "usr=a,tmp=b"], 64,
        "--flash: there is no volume tmp; the volumes are usr and bak"
      ),
      (["--flash", "bak="], 64, "--flash is memory, FILE, usr=FILE,bak=FILE or dir:FOLDER"),
      (["--flash", "/tmp"], 64, "--flash: /tmp is a folder; dir:/tmp keeps files in it"),
      (["--seed", "-1"], 64, "--seed is a whole number from 0 on, not \"-1\""),
      (["--heap", "12"], 64, "--heap is 64k to 1024m, not \"12\""),
      (["--heap", "9000000000000000000m"], 64, "--heap is 64k to 1024m"),
      (["--timeout", "soon"], 64, "--timeout is a number of seconds above 0, not \"soon\""),
      (["--limit", "60"], 64, "--limit is a time above 0 such as 60s, 10m or 2h, not \"60\""),
      (["--limit", "0s"], 64, "--limit is a time above 0 such as 60s, 10m or 2h, not \"0s\""),
      (["--limit", "9e9h"], 64, "--limit is a time above 0 such as 60s, 10m or 2h, not \"9e9h\""),
      (["--polcy", "observed"], 64, "there is no option --polcy; did you mean --policy?"),
      (["--seed", "1", "--seed=2"], 64, "--seed is given twice"),
      (["other.py"], 64, "unexpected \"other.py\""),
    ] as [([String], Int32, String)])
  func wrongValue(words: [String], code: Int32, sentence: String) async throws {
    let ending = try await bench.run(script: "print('ran')", words)
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.errors.contains(sentence), "\(ending.errors)")
  }

  @Test("A wrong value of the environment is named by its variable")
  func wrongVariableValue() async throws {
    let script = try bench.write("", to: "a.py")
    let ending = try await bench.run(["run", script], variables: ["QPYEMU_POLICY": "x"])
    #expect(ending.code == 64)
    let bad = try await bench.run(
      ["run", script, "--profile", "EC600N", "--audio-in", "silence"],
      variables: ["QPYEMU_TIME": "x"])
    #expect(bad.errors.hasPrefix("qpyemu: QPYEMU_TIME is virtual or real, not \"x\""))
  }

  @Test("A variable of ours that does not exist is refused with the nearest")
  func unknownVariable() async throws {
    let script = try bench.write("", to: "a.py")
    let ending = try await bench.run(["run", script], variables: ["QPYEMU_PROFLE": "EC600N"])
    #expect(ending.code == 64)
    #expect(
      ending.errors.hasPrefix(
        "qpyemu: there is no variable QPYEMU_PROFLE; did you mean QPYEMU_PROFILE?\n"))
  }

  @Test(
    "What is wrong in qpyemu.json is told with its line and column, with 65",
    arguments: [
      (
        "{\n  \"profil\": \"EC600N\"}",
        ":2:3: there is no setting \"profil\"; did you mean profile?"
      ),
      ("{\"seed\": []}", ":1:10: a string belongs here"),
      ("[]", ":1:1: an object of settings belongs here"),
      ("{\"seed\": 1", ":1:"),
      ("", ":1:1: "),
    ])
  func wrongFile(content: String, sentence: String) async throws {
    let file = try bench.write(content, to: "qpyemu.json")
    let script = try bench.write("", to: "a.py")
    let ending = try await bench.run(["run", script])
    #expect(ending.code == 65)
    #expect(ending.errors.hasPrefix("qpyemu: \(file)\(sentence)"), "\(ending.errors)")
  }

  @Test("A qpyemu.json that cannot be read is named, with 66")
  func unreadableFile() async throws {
    try bench.write("", to: "qpyemu.json/inside")
    let ending = try await bench.run(["run", "a.py"])
    #expect(ending.code == 66)
    #expect(
      ending.errors
        == "qpyemu: cannot read the settings \(bench.path("qpyemu.json")): it is not a file\n")
  }

  @Test("Without a profile the models are named")
  func noProfile() async throws {
    let script = try bench.write("", to: "a.py")
    let ending = try await bench.run(["run", script])
    #expect(ending.code == 64)
    #expect(ending.errors.contains("give --profile or set QPYEMU_PROFILE to one of EC200U, EC600M"))
  }
}
