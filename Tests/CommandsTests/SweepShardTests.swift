import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// `sweep power-cut` in shards, and `merge`.
@Suite(.serialized)
struct SweepShardTests {
  let bench: Workbench
  /// A sweep of a script that writes three files, with a check that some cuts fail.
  private let words: [String]
  private let plan: String

  init() async throws {
    bench = try Workbench()
    try bench.write(
      """
      for name in ('one', 'two', 'three'):
          with open('/usr/' + name, 'w') as file:
              file.write(name)
      """, to: "writes.py")
    try bench.write(
      """
      import uos
      names = uos.listdir('/usr')
      if 'one' in names and 'three' not in names:
          raise SystemExit(3)
      """, to: "check.py")
    words = [
      "sweep", "power-cut", bench.path("writes.py"), "--check", bench.path("check.py"), "--profile",
      "EC600N", "--audio-in", "silence",
    ]
    plan = bench.path("plan.txt")
    try bench.write(try await bench.run(words + ["--list"]).output, to: "plan.txt")
  }

  private func shard(_ part: String, _ options: [String] = []) async throws -> String {
    let path = bench.path("shard-\(part.prefix(1))-\(options.count).json")
    let ending = try await bench.run(
      words + ["--plan", plan, "--shard", part, "--json", path] + options)
    #expect([0, 1].contains(ending.code), "\(ending.errors)")
    return path
  }

  /// What is found, without how long it took.
  private func findings(_ path: String) throws -> [String] {
    let text = String(decoding: try #require(HostFile.contents(of: path)), as: UTF8.self)
    return text.split(separator: "{\"id\"").map { cell in
      String(cell).replacing(/"seconds":[0-9.e-]+/, with: "")
    }
  }

  @Test("The list names each cut as a plan does, and a plan is followed")
  func list() async throws {
    let ids = try bench.text("plan.txt").split(separator: "\n").map(String.init)
    #expect(ids.prefix(3) == ["0/whole", "0/half-erased", "1/whole"])
    try bench.write(ids.reversed().prefix(4).joined(separator: "\n"), to: "few.txt")
    let listed = try await bench.run(words + ["--list", "--plan", bench.path("few.txt")])
    #expect(listed.lines == Array(ids.reversed().prefix(4)))
    #expect(listed.code == 0)
  }

  @Test("GNU parallel runs the shards of a plan, and merge joins them to the whole")
  func parallel() async throws {
    let whole = bench.path("whole.json")
    let single = try await bench.run(words + ["--plan", plan, "--json", whole])
    #expect(single.code == 1)
    let program = VirtualMicrophoneConfig.buildFolder + "/qpyemu"
    let command = ([program] + words).joined(separator: " ")
    _ = try output(
      of: "cd \(bench.folder) && parallel -j 2 '\(command) --plan plan.txt --shard {}/3 "
        + "--json shard-{}.json || [ $? = 1 ]' ::: 1 2 3")
    let shards = (1...3).map { bench.path("shard-\($0).json") }
    let joined = try await bench.run(
      ["merge"] + shards + [
        "--json", bench.path("joined.json"), "--junit", bench.path("joined.xml"),
      ])
    #expect(joined.code == 1)
    #expect(joined.output == single.output)
    #expect(try findings(bench.path("joined.json")) == findings(whole))
    let count = try bench.text("plan.txt").split(separator: "\n").count
    #expect(try bench.text("joined.xml").contains("tests=\"\(count)\""))
  }

  @Test("Shards that miss a cut, or have one twice, are not joined")
  func incomplete() async throws {
    let shards = [try await shard("1/2"), try await shard("2/2")]
    let missing = try await bench.run(["merge", shards[1]])
    #expect(missing.code == 65)
    #expect(missing.errors.contains("no report has 0/whole and "))
    let twice = try await bench.run(["merge"] + shards + [shards[0]])
    #expect(twice.code == 65)
    #expect(twice.errors.contains("0/whole is in \(shards[0]) and again in \(shards[0])"))
    let page = try await bench.run(["merge"] + shards + ["--html", bench.path("x.html")])
    #expect(page.code == 64)
    #expect(page.errors.contains("a report of qpyemu sweep power-cut has no form for --html"))
    #expect(!bench.exists("x.html"))
  }

  @Test("Shards of another seed, policy, script, check or kind are not joined")
  func disagreeing() async throws {
    let first = try await shard("1/2")
    func refused(_ path: String, _ what: String) async throws {
      let ending = try await bench.run(["merge", first, path])
      #expect(ending.code == 65)
      #expect(ending.errors.contains(what), "\(ending.errors)")
    }
    try await refused(shard("2/2", ["--seed", "2"]), "disagree on seed: 1, 2")
    try await refused(shard("2/2", ["--policy", "observed"]), "disagree on policy: ")
    let conform = bench.path("conform.json")
    _ = try await bench.run(["conform", "--method", "TTS.close", "--json", conform])
    try await refused(conform, "is of qpyemu sweep power-cut, ")
    // As long as it was, so that the plan fits.
    let script = try bench.text("writes.py")
    try bench.write(script.replacing("two", with: "six"), to: "writes.py")
    try await refused(shard("2/2"), "disagree on flash recording: ")
    try bench.write(script, to: "writes.py")
    try bench.write("import uos", to: "check.py")
    try await refused(shard("2/2"), "disagree on check bytes: ")
  }

  @Test("A plan with a cut that the run does not have is refused, with the nearest")
  func unknownCut() async throws {
    let path = try bench.write("0/wole\n", to: "wrong.txt")
    let ending = try await bench.run(words + ["--plan", path])
    #expect(ending.code == 65)
    #expect(ending.errors.contains("there is no cut 0/wole; did you mean 0/whole?"))
  }
}
