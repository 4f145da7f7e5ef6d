import FlashFuzzing
import Foundation
import GuestRuntime
import Testing

@testable import Commands

/// Images that name files where no file of theirs may be. All happens in a scratch folder, `out` in it.
@Suite("Images with hostile names")
struct FlashNameTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func flash(_ words: String...) async throws -> Ending {
    try await bench.run(
      ["flash", words[0]]
        + words.dropFirst().map { $0.hasPrefix("@") ? bench.path(String($0.dropFirst())) : $0 })
  }

  /// An image `usr.img` with good files and bad names, as no file system makes it.
  private func makeImage(_ format: String) async throws {
    for name in ["escape-one", "escape-two", "good.txt", "d/nul-here", "d/QQ/in", "d/good2.txt"] {
      try bench.write("content of \(name)", to: "in/" + name)
    }
    try bench.write("untouched", to: "victim1")
    #expect(try await flash("new", "@usr.img", "--profile", "EC600N", "--fs", format).code == 0)
    #expect(try await flash("import", "@usr.img", "@in").code == 0)
    var bytes = try #require(HostFile.start(of: bench.path("usr.img"), count: 1 << 21))
    let names = [
      ("escape-one", "../victim1"), ("escape-two", "a/victim/b"), ("QQ", ".."),
      ("nul-here", "nul\0\u{1B}ere"),
    ]
    bytes = forging(
      names.map { (Array($0.utf8), Array($1.utf8)) }, in: bytes, blockSize: 4096)
    try bench.write(bytes, to: "usr.img")
  }

  /// The paths of the names as they are shown, and why they are none.
  private static let damage = [
    ("/..\\x2fvictim1", "has a name with a slash in it"),
    ("/a\\x2fvictim\\x2fb", "has a name with a slash in it"),
    ("/d/..", "has a name that leads to another directory"),
    ("/d/nul\\x00\\x1bere", "has a name with a NUL in it"),
  ]

  /// Everything in the scratch folder but the image, what it was made from, and what commands printed.
  private func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: bench.folder).filter { path in
      !["in", "usr.img", "output-", "errors-", "script.py"].contains { path.hasPrefix($0) }
    }.sorted()
  }

  @Test(
    "fsck names each by its path, with nothing a terminal obeys",
    arguments: ["littlefs1", "littlefs2"])
  func check(format: String) async throws {
    try await makeImage(format)
    let ending = try await flash("fsck", "@usr.img")
    #expect(ending.code == 1)
    for (path, fault) in Self.damage {
      #expect(
        ending.lines.contains {
          $0.hasPrefix("damage: '\(path)' in pair {") && $0.hasSuffix("} \(fault)")
        },
        "\(path) in \(ending.output)")
    }
    #expect(!ending.output.contains("\u{1B}") && !ending.output.contains("\0"))
  }

  @Test(
    "ls --recursive ends, lists what is good and says that it is not all",
    arguments: ["littlefs1", "littlefs2"])
  func list(format: String) async throws {
    try await makeImage(format)
    let ending = try await flash("ls", "@usr.img", "--recursive")
    #expect(ending.code == 0)
    #expect(
      Set(ending.lines.map { $0.drop { $0 != "/" } }) == ["/d/", "/d/good2.txt", "/good.txt"])
    #expect(ending.errors.contains("usr.img is damaged"))
  }

  @Test(
    "export rescues every good file, names each bad one, ends with 65, and leaves its folder alone",
    arguments: ["littlefs1", "littlefs2"])
  func export(format: String) async throws {
    try await makeImage(format)
    let ending = try await flash("export", "@usr.img", "@out")
    #expect(ending.code == 65)
    for (path, fault) in Self.damage {
      #expect(ending.errors.contains("qpyemu: damage: '\(path)' in pair {"), "\(ending.errors)")
      #expect(ending.errors.contains(fault))
    }
    #expect(ending.errors.contains("\nqpyemu: copied 2 files, 41 bytes\n"))
    #expect(!ending.errors.contains("\u{1B}"))
    #expect(try files() == ["out", "out/d", "out/d/good2.txt", "out/good.txt", "victim1"])
    #expect(try bench.text("out/good.txt") == "content of good.txt")
    #expect(try bench.text("victim1") == "untouched")
  }

  @Test(
    "A run does not mount it, and an observed one formats it and says so", arguments: ["littlefs1"])
  func run(format: String) async throws {
    try await makeImage(format)
    let words = ["--flash", bench.path("usr.img"), "--export", bench.path("out")]
    let documented = try await bench.run(script: "print(1)", words)
    #expect(documented.code == 65)
    #expect(documented.errors.contains("usr.img cannot be mounted as /usr: '/"))
    #expect(documented.errors.contains("Nothing was changed"))
    let observed = try await bench.run(script: "print(1)", words + ["--policy", "observed"])
    #expect(observed.code == 0)
    #expect(observed.errors.contains("could not be mounted and was formatted, as modules do: '/"))
    let booted = ["script.py", "system_config.json"].map { "out/usr/" + $0 }
    #expect(try files() == ["out", "out/bak", "out/usr"] + booted + ["victim1"])
  }

  @Test("--export follows no link in its folder, copies the rest and ends with 74")
  func runLinks() async throws {
    try bench.write("untouched", to: "victim")
    try bench.write("", to: "out/usr/keep")
    try FileManager.default.createSymbolicLink(
      atPath: bench.path("out/usr/a.txt"), withDestinationPath: "../../victim")
    let script = "for name in ('a', 'b'):\n    open('/usr/%s.txt' % name, 'w').write(name)\n"
    let ending = try await bench.run(script: script, ["--export", bench.path("out")])
    #expect(ending.code == 74)
    #expect(ending.errors.contains("left out: cannot write '\(bench.path("out/usr/a.txt"))'"))
    #expect(try bench.text("out/usr/b.txt") == "b")
    #expect(try bench.text("victim") == "untouched")
  }

  @Test("Names of a script that a terminal would obey are shown by their codes")
  func listEscaped() async throws {
    let script = "open('/usr/\\x1b[2J\\nx', 'w').close()"
    let ending = try await bench.run(script: script, ["--flash", bench.path("usr.img")])
    #expect(ending.code == 0)
    let list = try await flash("ls", "@usr.img")
    #expect(list.lines.contains { $0.hasSuffix("  /\\x1b[2J\\x0ax") }, "\(list.output)")
    #expect(!list.output.contains("\u{1B}"))
    #expect(try await flash("fsck", "@usr.img").code == 0)
    #expect(try await flash("cat", "@usr.img", "/script.py").output == script)
  }
}
