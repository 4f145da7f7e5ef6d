import Foundation
import GuestRuntime
import JSONText
import Testing

@testable import Commands

@Suite("qpyemu sweep power-cut", .serialized)
struct SweepTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func sweep(_ script: String, on model: String, _ words: [String]) async throws -> Ending {
    try await bench.run(
      ["sweep", "power-cut", script, "--profile", model, "--audio-in", "tone:440"] + words)
  }

  @Test("The documented script survives cuts all over its run, by our checks and by a script's")
  func record() async throws {
    let ending = try await sweep(
      example("record.py"), on: "EC600N",
      ["--check", example("check_recording.py"), "--points", "linear:23"])
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    #expect(ending.lines.last?.hasSuffix("of 172 operations, 0 failed") == true)
  }

  @Test(
    "A recording on another channel and a smaller flash survives every cut", arguments: ["EC200U"])
  func recordSpeaker(model: String) async throws {
    let script = try bench.write(
      """
      import audio, utime
      record = audio.Record(2)
      print(record.start('recordfile.wav', 2))
      while record.isBusy():
          utime.sleep_ms(100)
      """, to: "speaker.py")
    let ending = try await sweep(script, on: model, [])
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    #expect(ending.lines.last?.hasSuffix("of 44 operations, 0 failed") == true)
    #expect(ending.errors.contains("ended with 0"))
  }

  @Test("A cut that fails is told with the command that does just it again, and exits with 1")
  func failure() async throws {
    let script = try bench.write(
      """
      for name in ('one', 'two', 'three'):
          with open('/usr/' + name, 'w') as file:
              file.write(name)
      """, to: "writes.py")
    let check = try bench.write(
      """
      import uos
      names = uos.listdir('/usr')
      print(sorted(names))
      if 'one' in names and 'three' not in names:
          raise SystemExit(3)
      """, to: "it's.py")
    let ending = try await sweep(
      script, on: "EC600N",
      [
        "--check", check, "--limit", "1h", "--endless", "--json", bench.path("a.json"), "--junit",
        bench.path("a.xml"),
      ])
    #expect(ending.code == 1)
    let again = try #require(ending.lines.first { $0.hasPrefix("  again: ") })
    #expect(again.contains(" --limit 1h --endless "))
    #expect(again.contains("'\(bench.folder)/it'\\''s.py'"))

    let json = try JSONSource(name: "", bytes: bench.bytes("a.json")).parse()
    #expect(json["report"]?.string == "qpyemu sweep power-cut")
    let cuts = try #require(json["cells"]?.array)
    let failed = cuts.filter { $0["passed"]?.bool == false }
    #expect(failed.count > 0 && failed.count < cuts.count)
    #expect(
      failed.allSatisfy { $0["problems"]?.array?.first?.string?.contains("ended with 3") == true })
    let xml = try bench.text("a.xml")
    #expect(xml.contains("tests=\"\(cuts.count)\" failures=\"\(failed.count)\""))
    #expect(xml.components(separatedBy: "<testcase ").count - 1 == cuts.count)
    #expect(xml.components(separatedBy: "<failure ").count - 1 == failed.count)

    let first = failed[0]
    let single = try await sweep(
      script, on: "EC600N",
      [
        "--check", check, "--points", "\(first["cut"]?.int ?? -1)", "--modes",
        first["mode"]?.string ?? "", "--json", "-",
      ])
    #expect(single.code == 1)
    let repeated = try JSONSource(name: "", bytes: Array(single.output.utf8)).parse()
    #expect(repeated["cells"]?.array?.count == 1)
    #expect(repeated["cells"]?.array?[0]["problems"] == first["problems"])
  }

  @Test("However many cuts are looked at at a time, they are found alike")
  func jobs() async throws {
    let script = try bench.write("open('/usr/a', 'w').write('a' * 9000)", to: "a.py")
    let reports = [
      try await sweep(script, on: "EC600N", ["--jobs", "1"]),
      try await sweep(script, on: "EC600N", ["--jobs", "3"]),
    ]
    #expect(reports[0].output == reports[1].output)
    #expect(reports[0].lines.count > 10)
  }

  @Test(
    "What makes no sense is refused; nothing to do is 5",
    arguments: [
      (["--points", "9999"], 5, "no cut is selected"),
      (["--points", "0", "--modes", "torn"], 5, "no cut is selected"),
      (["--points", "few"], 64, "--points is all, linear:K or numbers"),
      (["--points", "linear:0"], 64, "--points is all, linear:K or numbers"),
      (["--modes", "tron"], 64, "not \"tron\"; did you mean torn?"),
      (["--jobs", "0"], 64, "--jobs is 1 to 256"),
      (["--shard", "3/2"], 64, "--shard is a part such as 1/4"),
      (["--plan", "x", "--points", "all"], 64, "leave out the options that select"),
      (["--plan", "nowhere"], 66, "cannot read the plan nowhere"),
      (["--flash", "x"], 64, "there is no option --flash"),
      (["--check", "nowhere.py"], 66, "cannot read nowhere.py"),
    ] as [([String], Int32, String)])
  func refusals(words: [String], code: Int32, sentence: String) async throws {
    let ending = try await sweep(try bench.write("", to: "a.py"), on: "EC600N", words)
    #expect(ending.code == code)
    #expect(ending.errors.contains(sentence), "\(ending.errors)")
    #expect(ending.output == "")
  }

  @Test("A live microphone cannot be swept")
  func live() async throws {
    let ending = try await bench.run([
      "sweep", "power-cut", try bench.write("", to: "a.py"), "--profile", "EC600N",
    ])
    #expect(ending.code == 64)
    #expect(ending.errors.contains("a sweep needs a run that can be repeated"))
  }
}
