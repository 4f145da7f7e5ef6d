import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// `conform` and `merge`.
struct ConformTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private let few = ["--profile", "EC200U", "--method", "Record.start"]

  @Test("A run prints the matrix and how many cases came out how")
  func matrix() async throws {
    let ending = try await bench.run(["conform"] + few)
    #expect(ending.code == 0, "\(ending.output)")
    #expect(ending.lines.first == "policy documented")
    #expect(ending.lines.contains { $0.hasPrefix("  start ") && $0.contains("◆") })
    #expect(ending.lines.last?.contains(" cases: ") == true)
    #expect(!ending.output.contains("\u{1B}"))
  }

  @Test("All reports are written, and the JUnit one is well-formed")
  func reports() async throws {
    let names = ["json", "jsonl", "junit", "html", "markdown"]
    let options = names.flatMap { ["--\($0)", bench.path("report.\($0)")] }
    let ending = try await bench.run(["conform"] + few + options)
    #expect(ending.code == 0)
    let ids = try await bench.run(["conform", "--list"] + few).lines
    #expect(try bench.text("report.jsonl").split(separator: "\n").count == ids.count)
    let script = """
      import sys, xml.etree.ElementTree as tree
      suites = tree.parse(sys.argv[1]).getroot()
      print(*[case.get("name") for suite in suites for case in suite.iter("testcase")], sep="\\n")
      print(*sorted({p.get("name") for p in suites.iter("property")}))
      """
    let path = try bench.write(script, to: "read.py")
    let lines = try output(of: "python3 \(path) \(bench.path("report.junit"))")
    #expect(Array(lines.dropLast()) == ids)
    #expect(lines.last == "policy profile profileHash provenance seed source via")
  }

  @Test("One case is shown with its calls, its source and the script that reproduces it")
  func oneCase() async throws {
    let id = "Record.start.timer/taken@EC200U+documented"
    let ending = try await bench.run(["conform", "--case", id])
    #expect(ending.code == 0)
    #expect(ending.lines.first == id)
    #expect(ending.lines.contains { $0.hasSuffix("Record.start('a.wav', 10) -> -5") })
    #expect(ending.lines.contains("source    vendor page of audio.Record"))
    #expect(ending.lines.contains("record = audio.Record(2)"))
  }

  @Test("The script that a case shows does what the case says")
  func reproduction() async throws {
    let id = "Record.start.timer/taken@EC200U+documented"
    let ending = try await bench.run(["conform", "--case", id])
    let start = try #require(ending.lines.firstIndex { $0 == "# \(id)" })
    let script = ending.lines[start...].joined(separator: "\n")
    let run = try await bench.run(script: script, ["--profile", "EC200U"])
    #expect(run.output == "{\"value\": -5}\n")
  }

  @Test("The contradictions of the page are listed with both readings")
  func contradictions() async throws {
    let ending = try await bench.run(["conform", "--contradictions"])
    #expect(ending.code == 0)
    #expect(ending.lines.count { $0.hasPrefix("   the page: ") } == 8)
    #expect(ending.lines.count { $0.hasPrefix("   observed: ") } == 8)
  }

  @Test(
    "Command lines that make no sense are refused with a hint",
    arguments: [
      (["--policy", "documentd"], 64, "did you mean documented?"),
      (["--method", "Record.strat"], 64, "did you mean Record.start?"),
      (["--case", "Record.start.timer/take@EC200U+documented"], 64, "did you mean Record.start"),
      (["--shard", "5/4"], 64, "--shard is a part such as 1/4"),
      (["--profile", "EC201U"], 65, "EC200U"),
      (["--plan", "nowhere"], 66, "nowhere"),
      (["--profile", "EG915U", "--method", "TTS.play"], 5, "no case is selected"),
    ])
  func refused(words: [String], code: Int32, hint: String) async throws {
    let ending = try await bench.run(["conform"] + words)
    #expect(ending.code == code)
    #expect(ending.errors.contains(hint), "\(ending.errors)")
  }

  @Test("A plan says what is checked, and in which order")
  func plan() async throws {
    let ids = Array(try await bench.run(["conform", "--list"] + few).lines.reversed().prefix(5))
    let path = try bench.write(ids.joined(separator: "\n"), to: "plan.txt")
    let ending = try await bench.run(["conform", "--plan", path, "--list"])
    #expect(ending.lines == ids)
  }

  @Test("GNU parallel runs the shards of a plan, and merge joins them to the whole")
  func parallel() async throws {
    let list = try await bench.run(["conform", "--list"] + few)
    let plan = try bench.write(list.output, to: "plan.txt")
    let whole = bench.path("whole.json")
    #expect(try await bench.run(["conform", "--plan", plan, "--json", whole]).code == 0)
    let program = VirtualMicrophoneConfig.buildFolder + "/qpyemu"
    _ = try output(
      of: "cd \(bench.folder) && parallel -j 2 \(program) conform --plan plan.txt "
        + "--shard {}/3 --json shard-{}.json ::: 1 2 3")
    let shards = (1...3).map { bench.path("shard-\($0).json") }
    let joined = bench.path("joined.json")
    let ending = try await bench.run(["merge"] + shards + ["--json", joined])
    #expect(ending.code == 0, "\(ending.errors)")
    #expect(try bench.text("joined.json") == bench.text("whole.json"))
    let missing = try await bench.run(["merge"] + shards.dropLast())
    #expect(missing.code == 65 && missing.errors.contains("no report has "))
  }

  @Test("The page of compatibility in Docs is what a run writes")
  func page() async throws {
    let ending = try await bench.run(["conform", "--markdown", bench.path("page.md")])
    #expect(ending.code == 0)
    let page = try #require(HostFile.contents(of: "\(repository)/Docs/compatibility.md"))
    #expect(
      try bench.text("page.md") == String(decoding: page, as: UTF8.self),
      "stale: ./Scripts/qpyemu conform --markdown Docs/compatibility.md")
  }

  @Test("The schema of cases accepts ours and refuses a verb or a place that there is not")
  func schema() throws {
    let script = """
      import json, sys, jsonschema
      schema, *files = [json.load(open(path)) for path in sys.argv[1:]]
      validator = jsonschema.Draft202012Validator(schema)
      print(*[validator.is_valid(file) for file in files])
      """
    let bad = try [
      #"{"cause": "x", "steps": [["waits", 1]]}"#,
      #"{"cause": "x", "steps": [["wait", 1]], "gives": {"paths": "U:/a.wav"}}"#,
    ].enumerated().map {
      try bench.write(
        #"{"class": "Record", "rows": {"end_callback.ended": [\#($0.element)]}}"#,
        to: "bad-\($0.offset).json")
    }
    let ours = ["Record", "Audio", "TTS"].map {
      "\(repository)/Sources/QuecPython/audio/\($0)Cases.json"
    }
    let files = ["\(repository)/Profiles/case.schema.json"] + ours + bad
    let path = try bench.write(script, to: "validate.py")
    #expect(
      try output(of: "python3 \(path) \(files.joined(separator: " "))")
        == ["True True True False False"])
  }
}
