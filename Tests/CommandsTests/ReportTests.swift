import DeviceEmulator
import ModuleProfiles
import QuecPython
import TestSupport
import Testing

@testable import Commands

/// `profiles`, `doctor` and help.
struct ReportTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  // MARK: profiles

  @Test("The list tells what each model can record")
  func list() async throws {
    let ending = try await bench.run(["profiles", "list"])
    #expect(ending.code == 0)
    #expect(
      ending.lines.first == "model   platform     channels                    gain  DTX  stream  "
        + "flash  also called")
    #expect(ending.lines.count == 11)
    let rows = ending.lines.filter { $0.hasPrefix("EC600") }.map { $0.prefix(64) }
    #expect(
      rows == [
        "EC600M  ASR1606      earpiece                    -     -    -   ",
        "EC600N  ASR1603      earpiece                    yes   yes  yes ",
        "EC600U  Unisoc 8910  earpiece headphone speaker  -     -    yes ",
      ])
  }

  @Test("Facts are shown with how they are known and where they were read")
  func show() async throws {
    let ending = try await bench.run(["profiles", "show", "ec200u-cn"])
    #expect(ending.code == 0)
    #expect(ending.lines.first == "EC200U (EC200U Series)")
    let fact = try #require(ending.lines.first { $0.hasPrefix("record.channels ") })
    let parts = fact.split(separator: " ").map(String.init)
    #expect(parts.prefix(3) == ["record.channels", "speaker", "documented"])
    let source = try #require(parts.last)
    #expect(
      ending.lines.contains {
        $0.hasPrefix("  \(source) ")
          && $0.hasSuffix(
            "vendor page audio.Record: table of channels and list of supported models")
      })
  }

  @Test(
    "The page's contradictions are shown with the ruling of each policy, where they concern the model",
    arguments: channelTable)
  func contradictions(row: (model: String, channels: Set<Int>, countsHeader: Bool)) async throws {
    let ending = try await bench.run(["profiles", "show", row.model])
    let streams = ["EC600N", "EC800N", "EC200U", "EC600U"].contains(row.model)
    #expect(ending.output.contains("\nstream_start, stream_read: ") == streams)
    #expect(ending.output.contains("\nsupported models: ") == (row.model == "EG912N"))
    #expect(ending.output.contains("\nthe sample's channel: ") == (row.model == "EC200U"))
    for subject in ["getSize", "the sample's call-back", "call-back states", "amrEncDtx_enable"] {
      #expect(ending.output.contains("\n\(subject): "))
    }
    #expect(
      ending.output.contains("  documented: where it is missing it raises NotImplementedError"))
    #expect(ending.output.contains("  ruling: they are the start and end of the recording"))
  }

  @Test("The page contradicts itself eight times, and each concerns some model")
  func eightContradictions() throws {
    #expect(PageContradiction.all.count == 8)
    let models = try ProfileLibrary.fromEnvironment { _ in nil }
    for contradiction in PageContradiction.all {
      let concerned = try models.modelNames().filter {
        contradiction.concerns(try models.profile(named: $0))
      }
      #expect(!concerned.isEmpty, "\(contradiction.subject)")
    }
  }

  @Test("Two models are compared fact by fact, with 1 if they differ")
  func diff() async throws {
    let ending = try await bench.run(["profiles", "diff", "EC600N", "EC200U"])
    #expect(ending.code == 1)
    #expect(
      ending.lines.first
        == "fact                           EC600N                                            EC200U"
    )
    #expect(
      ending.lines.contains(
        "record.channels                earpiece                                          speaker"))
    let same = try await bench.run(["profiles", "diff", "EC600N", "ec600ncnlc"])
    #expect(same.code == 0)
    #expect(same.output == "EC600N and EC600N do not differ\n")
  }

  @Test("A profile file is checked, with file, line and nearest spelling")
  func lint() async throws {
    let good = "\(repository)/Profiles/models/EC600N.json"
    let clean = try await bench.run(["profiles", "lint", good, good])
    #expect(clean.code == 0)
    #expect(clean.output == "no problems in 2 files\n")
    let bad = try bench.write("{\n  \"nmae\": \"X\"\n}", to: "bad.json")
    let ending = try await bench.run(["profiles", "lint", bad])
    #expect(ending.code == 1)
    #expect(ending.lines.contains { $0.hasPrefix("\(bad):2:3: ") && $0.contains("name") })
  }

  @Test("Models of the user's own are found in QPYEMU_PROFILE_PATH")
  func ownProfile() async throws {
    try bench.write("{\"name\": \"MINE\", \"extends\": \"EC600N\"}", to: "mine/MINE.json")
    let variables = ["QPYEMU_PROFILE_PATH": bench.path("mine")]
    let list = try await bench.run(["profiles", "list"], variables: variables)
    #expect(list.lines.contains { $0.hasPrefix("MINE ") }, "\(list)")
    let show = try await bench.run(["profiles", "show", "mine"], variables: variables)
    #expect(show.lines.first == "MINE (EC600N Series)")
  }

  @Test(
    "What cannot be shown is named with the nearest spelling",
    arguments: [
      (["profiles"], 64, "<list | show | lint | diff> is missing"),
      (
        ["profiles", "lst"], 64, "profiles can list, show, lint, diff, not lst; did you mean list?"
      ),
      (["profiles", "show"], 64, "<name> is missing"),
      (
        ["profiles", "show", "EC200"], 65,
        "no profile is called \"EC200\"; did you mean \"EC200U\"?"
      ),
      (["profiles", "diff", "EC200U"], 64, "<name> is missing"),
      (["profiles", "lint"], 64, "<file.json> is missing"),
      (["profiles", "lint", "/none.json"], 66, "cannot read the profile /none.json"),
      (["profiles", "list", "x"], 64, "unexpected \"x\""),
    ] as [([String], Int32, String)])
  func wrong(words: [String], code: Int32, sentence: String) async throws {
    let ending = try await bench.run(words)
    #expect(ending.code == code)
    #expect(ending.errors.hasPrefix("qpyemu: \(sentence)"), "\(ending.errors)")
  }

  // MARK: doctor

  @Test("The doctor looks at all that runs need, a line each")
  func doctor() async throws {
    VirtualMicrophoneConfig.install()
    let ending = try await bench.run(
      ["doctor"], variables: ["QPYEMU_PROFILE": "EC600N", "QPYEMU_AUDIO_IN": "alsa:mic_hash"])
    #expect(ending.code == 0)
    #expect(
      ending.lines.contains {
        $0.wholeMatch(of: /ok    interpreter   \S+, of 32 bits as on the modules/) != nil
          || $0.wholeMatch(
            of: /note  interpreter   \S+, of 64 bits: heap figures are not a module's/) != nil
      })
    #expect(ending.lines.contains("ok    profiles      10 models, no problems"))
    #expect(
      ending.lines.contains(
        "ok    settings      profile EC600N (QPYEMU_PROFILE), audio-in alsa:mic_hash (QPYEMU_AUDIO_IN)"
      ))
    #expect(
      ending.lines.contains("ok    microphone    alsa:mic_hash, 8000 Hz, 1 channel, S16_LE"))
    #expect(ending.lines.contains { $0.contains("ALSA devices") && $0.contains("alsa:mic_hash") })
  }

  @Test("What every run needs and is missing makes the doctor exit with 1 and name the remedy")
  func sickDoctor() async throws {
    let ending = try await bench.run(
      ["doctor"],
      variables: [
        "QPYEMU_INTERPRETER": "/nonexistent", "PATH": "/nonexistent", "QPYEMU_PROFILE": "EC600",
        "QPYEMU_AUDIO_IN": "alsa:nosuch",
      ])
    #expect(ending.code == 1)
    func line(_ subject: String) -> String {
      ending.lines.first { $0.split(separator: "  ").dropFirst().first == subject[...] }
        ?? ending.lines.first { $0.contains(subject) } ?? ""
    }
    #expect(line("interpreter").hasPrefix("MISSING"))
    #expect(line("interpreter").contains("is to name an interpreter, or to be unset"))
    #expect(line("settings").contains("no profile is called \"EC600\"; did you mean \"EC600M\"?"))
    #expect(line("microphone").contains("list devices with arecord -L"))
    #expect(line("speech").contains("sudo apt-get install espeak-ng"))
    #expect(line("toolchain").hasPrefix("note"))
  }

  @Test("An interpreter that is none is found out by running a script")
  func wrongInterpreter() async throws {
    let ending = try await bench.run(["doctor"], variables: ["QPYEMU_INTERPRETER": "/bin/true"])
    #expect(ending.code == 1)
    #expect(
      ending.lines.contains {
        $0.hasPrefix(
          "MISSING  interpreter   /bin/true is no interpreter that can run scripts here; unset "
            + "QPYEMU_INTERPRETER, then run ./Scripts/qpyemu, which builds one")
      })
  }

  @Test("An interpreter whose heap figures are not the module's is a note, since scripts run")
  func wideInterpreter() async throws {
    let wide = repository + "/.build/port64/interpreter"
    let ending = try await bench.run(["doctor"], variables: ["QPYEMU_INTERPRETER": wide])
    #expect(ending.code == 0)
    #expect(
      ending.lines.contains(
        "note  interpreter   \(wide), of 64 bits: heap figures are not a module's"))
  }

  // MARK: Help

  @Test(
    "Every command has help with an example, in three spellings",
    arguments: ["run", "profiles", "doctor"])
  func help(command: String) async throws {
    let long = try await bench.run([command, "--help"])
    #expect(long.code == 0)
    #expect(long.output.hasPrefix("usage: qpyemu \(command)"))
    #expect(long.output.contains("\nexample: qpyemu \(command)"))
    #expect(long.lines.allSatisfy { $0.count <= 100 })
    #expect(try await bench.run([command, "-h"]).output == long.output)
    #expect(try await bench.run(["help", command]).output == long.output)
  }

  @Test("Every setting stands in the help of run, by its option")
  func helpIsComplete() async throws {
    let help = try await bench.run(["run", "--help"])
    for name in Settings.Name.allCases { #expect(help.output.contains("  \(name.option) ")) }
  }

  @Test("Asked for help the program lists its commands; called with nothing it does so as an error")
  func overview() async throws {
    let help = try await bench.run(["--help"])
    #expect(help.code == 0)
    #expect(help.lines.contains("  run       run a script on an emulated module"))
    let nothing = try await bench.run([])
    #expect(nothing.code == 64)
    #expect(nothing.output.isEmpty && nothing.errors == help.output)
  }

  @Test("An unknown command is refused with the nearest, and with where to look")
  func unknownCommand() async throws {
    let ending = try await bench.run(["rnu", "x.py"])
    #expect(ending.code == 64)
    #expect(
      ending.errors == """
        qpyemu: there is no command rnu; did you mean run?
        try: qpyemu --help

        """)
    #expect(try await bench.run(["-v"]).errors.hasPrefix("qpyemu: the command comes first, not -v"))
  }
}
