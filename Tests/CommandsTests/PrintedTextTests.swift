import Testing

@testable import Commands

/// What commands print of others, which may be made to be obeyed by a terminal.
@Suite("Text of others")
struct PrintedTextTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func expectHarmless(_ ending: Ending, _ shown: String) {
    #expect(ending.output.contains(shown), "\(ending.output)")
    for text in [ending.output, ending.errors] { #expect(!text.contains("\u{1B}")) }
  }

  @Test("A report's models, ids and answers are shown by their codes")
  func report() async throws {
    let path = bench.path("report.json")
    let checked = try await bench.run([
      "conform", "--profile", "EC600N", "--policy", "documented", "--method", "Record.isBusy",
      "--json", path,
    ])
    #expect(checked.code == 0)
    let text = try bench.text("report.json")
      .replacing("\"model\":\"EC600N\"", with: #""model":"E\u001b[2J""#)
      .replacing("\"verdict\":\"passed\"", with: "\"verdict\":\"failed\"")
      .replacing("\"actual\":\"", with: #""actual":"\u001b[31m\u202e"#)
    try bench.write(text, to: "report.json")
    let merged = try await bench.run(["merge", path])
    #expect(merged.code == 1)
    expectHarmless(merged, ", got \\x1b[31m\\u{202e}")
    #expect(merged.lines.contains { $0.contains("x1b[2J") }, "the model stands above its column")
  }

  @Test(
    "An image's name is shown by its codes, above a picture of its blocks and in one of its names")
  func image() async throws {
    let path = bench.path("\u{1B}[2J.img")
    #expect(try await bench.run(["flash", "new", path, "--profile", "EC600N"]).code == 0)
    for action in ["stats", "fsck"] {
      expectHarmless(try await bench.run(["flash", action, path]), "\\x1b[2J.img: littlefs 1")
    }
  }

  @Test("What a script raised is shown by its codes, and what it prints goes through as it is")
  func script() async throws {
    let path = try bench.write(
      "import audio\nprint('\\x1b[2J')\naudio.Record().gain(4, 12)\nraise ValueError('\\x1b[2J')",
      to: "app.py")
    let compared = try await bench.run([
      "profiles", "diff", "EC600N", "EC600M", "--policy", "observed", "--audio-in", "silence",
      "--script", path,
    ])
    #expect(!compared.output.contains("\u{1B}"))
    let run = try await bench.run([
      "run", path, "--profile", "EC600N", "--audio-in", "silence",
    ])
    #expect(run.output.hasPrefix("\u{1B}[2J\n"))
  }
}
