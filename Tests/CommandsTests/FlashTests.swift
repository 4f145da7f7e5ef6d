import Foundation
import GuestRuntime
import JSONText
import Testing

@testable import Commands

@Suite("qpyemu flash")
struct FlashTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func flash(_ words: String..., variables: [String: String] = [:]) async throws -> Ending {
    try await bench.run(
      ["flash", words[0]]
        + words.dropFirst().map { $0.hasPrefix("@") ? bench.path(String($0.dropFirst())) : $0 },
      variables: variables)
  }

  /// An image `usr.img` of a model.
  private func makeImage(_ model: String = "EC600N", _ words: String...) async throws {
    let ending = try await bench.run(
      ["flash", "new", bench.path("usr.img"), "--profile", model] + words)
    try #require(ending.code == 0, "\(ending.errors)")
  }

  private static let binary = (0..<9000).map { UInt8(truncatingIfNeeded: $0 * 7 / 3) }

  @Test(
    "A new image has the size and format of the model's volume, or those that are asked for",
    arguments: [
      ("EC600N", [], "littlefs 1 (format 1.1), 255 blocks of 4096 bytes"),
      ("EC200U", [], "littlefs 1 (format 1.1), 93 blocks of 4096 bytes"),
      ("EC200U", ["--volume", "bak"], "littlefs 1 (format 1.1), 24 blocks of 4096 bytes"),
      ("EC600N", ["--fs", "littlefs2"], "littlefs 2 (format 2.1), 255 blocks of 4096 bytes"),
      ("EC600N", ["--size", "1m"], "littlefs 1 (format 1.1), 256 blocks of 4096 bytes"),
    ] as [(String, [String], String)])
  func new(model: String, words: [String], sentence: String) async throws {
    let image = bench.path("usr.img")
    let ending = try await bench.run(["flash", "new", image, "--profile", model] + words)
    #expect(ending.code == 0)
    #expect(ending.errors.hasPrefix("qpyemu: made \(image): \(sentence)"))
    let blocks = try #require(Int(sentence.split(separator: " ")[4]))
    #expect(HostFile.size(of: image) == blocks * 4096)
    let check = try await flash("fsck", "@usr.img")
    #expect(check.lines == ["\(image): \(sentence)", "no damage"])
    let again = try await bench.run(["flash", "new", image, "--profile", model])
    #expect(again.code == 74)
    #expect(again.errors == "qpyemu: \(image) is there already, and new does not overwrite\n")
  }

  @Test("Files go in and come out as they are", arguments: ["littlefs1", "littlefs2"])
  func files(format: String) async throws {
    try await makeImage("EC600N", "--fs", format)
    let file = try bench.write(Self.binary, to: "some.bin")
    #expect(try await flash("put", "@usr.img", file, "/a/b/c.bin").code == 0)
    #expect(try await flash("put", "@usr.img", file, "/a/").code == 0)
    #expect(try await flash("put", "@usr.img", file, "/a/b").code == 0)
    #expect(
      try await flash("ls", "@usr.img", "--recursive").lines == [
        "   -  /a/", "   -  /a/b/", "9000  /a/b/c.bin", "9000  /a/b/some.bin", "9000  /a/some.bin",
      ])
    #expect(try await flash("ls", "@usr.img", "/a").lines == ["   -  /a/b/", "9000  /a/some.bin"])
    #expect(try await flash("get", "@usr.img", "/a/b/c.bin", "@out.bin").code == 0)
    #expect(try bench.bytes("out.bin") == Self.binary)

    let small = try bench.write([0, 10, 255, 13, 0], to: "small.bin")
    #expect(try await flash("put", "@usr.img", small, "/a/b/c.bin").code == 0)
    let output = bench.path("cat.bin")
    let descriptor = HostFile.create(output)
    let console = Console(output: descriptor, errors: 2)
    let host = Host(variables: Workbench.variables, folder: bench.folder)
    let code = QPYEmu.run(
      ["flash", "cat", bench.path("usr.img"), "/a/b/c.bin"], console: console, host: host)
    close(descriptor)
    #expect(code == .success)
    #expect(try bench.bytes("cat.bin") == [0, 10, 255, 13, 0])

    #expect(try await flash("rm", "@usr.img", "/a").errors.hasSuffix("is not empty\n"))
    #expect(try await flash("rm", "@usr.img", "/a/some.bin").code == 0)
    #expect(try await flash("rm", "@usr.img", "/a", "--recursive").code == 0)
    #expect(try await flash("ls", "@usr.img").output == "")
    #expect(try await flash("fsck", "@usr.img").code == 0)
  }

  @Test("A folder goes in and comes out again")
  func folders() async throws {
    try await makeImage()
    try bench.write(Self.binary, to: "in/deep/one.bin")
    try bench.write("two", to: "in/two.txt")
    let copied = try await flash("import", "@usr.img", "@in", "/kept/here")
    #expect(copied.errors == "qpyemu: copied 2 files, 9003 bytes\n")
    #expect(try await flash("export", "@usr.img", "@out").code == 0)
    #expect(try bench.bytes("out/kept/here/deep/one.bin") == Self.binary)
    #expect(try await flash("export", "@usr.img", "@part", "/kept/here").code == 0)
    #expect(try bench.text("part/two.txt") == "two")
  }

  @Test("Looking at an image changes nothing of it, and makes no file beside it")
  func readOnly() async throws {
    try await makeImage()
    try FileManager.default.removeItem(atPath: bench.path("usr.img.wear"))
    let before = try #require(HostFile.start(of: bench.path("usr.img"), count: 1 << 21))
    for words in [["ls"], ["fsck"], ["stats"]] {
      #expect(try await bench.run(["flash"] + words + [bench.path("usr.img")]).code == 0)
    }
    #expect(HostFile.start(of: bench.path("usr.img"), count: 1 << 21) == before)
    #expect(!bench.exists("usr.img.wear"))
  }

  @Test(
    "What cannot be done is said in one sentence, with its exit code",
    arguments: [
      (["ls", "nowhere"], 66, "cannot read nowhere: No such file or directory"),
      (["ls", "@text"], 65, "holds no littlefs: it begins with 'no image at "),
      (["ls", "@empty"], 65, "holds no littlefs: it is empty"),
      (["ls", "@usr.img", "/none"], 66, "/none in @usr.img: no such file or directory"),
      (["cat", "@usr.img", "/none"], 66, "/none in @usr.img: no such file or directory"),
      (["cat", "@usr.img", "/"], 65, "/ in @usr.img: is a directory"),
      (["get", "@usr.img", "/none"], 66, "/none in @usr.img: no such file or directory"),
      (["put", "@usr.img", "@none", "/x"], 66, "cannot read the file @none"),
      (["put", "@usr.img", "@big", "/x"], 65, "'@big' (2000000 bytes) does not fit"),
      (["rm", "@usr.img", "/none"], 66, "/none in @usr.img: no such file or directory"),
      (["import", "@usr.img", "@none"], 66, "@none is no folder"),
      (["export", "@usr.img", "/dev/null/x"], 74, "cannot make the folder /dev/null/x"),
      (["stats", "@usr.img", "--svg", "/nowhere/a.svg"], 74, "cannot write /nowhere/a.svg"),
      (["new", "@x", "--profile", "EC600N", "--volume", "sd"], 64, "--volume is usr or bak"),
      (["new", "@x", "--profile", "EC600N", "--fs", "fat"], 64, "--fs is littlefs1 or littlefs2"),
      (["new", "@x", "--profile", "EC600N", "--size", "5000"], 64, "--size is a number of bytes"),
      (["new", "/nowhere/x", "--profile", "EC600N"], 74, "cannot open the flash image"),
      (["new", "@x"], 64, "no profile: give --profile"),
      (["nwe", "@x"], 64, "not nwe; did you mean new?"),
      (["cat", "@usr.img"], 64, "</path> is missing"),
      (["stats", "@usr.img", "--scg", "x"], 64, "there is no option --scg; did you mean --svg?"),
    ] as [([String], Int32, String)])
  func refusals(words: [String], code: Int32, sentence: String) async throws {
    try await makeImage()
    try bench.write("no image at all", to: "text")
    try bench.write("", to: "empty")
    try bench.write([UInt8](repeating: 1, count: 2_000_000), to: "big")
    func full(_ text: String) -> String { text.replacing("@", with: bench.folder + "/") }
    let ending = try await bench.run(["flash"] + words.map(full))
    #expect(ending.code == code)
    #expect(ending.errors.contains(full(sentence)), "\(ending.errors)")
    #expect(ending.output == "")
  }

  @Test("fsck names what is wrong and exits with 1, and the rest can still be read")
  func damage() async throws {
    try await makeImage()
    for name in ["/a.bin", "/d/b.bin"] {
      let file = try bench.write(Self.binary, to: "x")
      #expect(try await flash("put", "@usr.img", file, name).code == 0)
    }
    var bytes = try #require(HostFile.start(of: bench.path("usr.img"), count: 1 << 21))
    let json = try await statistics()
    // Both blocks of the folder /d.
    let blocks = json["blocks"]?.array ?? []
    for (number, block) in blocks.enumerated() where block["path"]?.string == "/d" {
      bytes.replaceSubrange(
        number * 4096..<number * 4096 + 64, with: repeatElement(0x55, count: 64))
    }
    try bench.write(bytes, to: "usr.img")
    let check = try await flash("fsck", "@usr.img")
    #expect(check.code == 1)
    #expect(
      check.lines.contains { $0.hasPrefix("damage: ") && $0.contains("/d") }, "\(check.output)")
    let parsed = try JSONSource(
      name: "", bytes: Array(try await flash("fsck", "@usr.img", "--json").output.utf8)
    ).parse()
    #expect(parsed["clean"]?.bool == false)
    #expect(parsed["damage"]?.array?.isEmpty == false)
    let list = try await flash("ls", "@usr.img")
    #expect(list.output.contains("9000  /a.bin"))
    #expect(list.errors.contains("is damaged"))
    #expect(try await flash("fsck", "@x").code == 1)
  }

  private func statistics() async throws -> JSONNode {
    let text = try await flash("stats", "@usr.img", "--json").output
    return try JSONSource(name: "", bytes: Array(text.utf8)).parse()
  }

  @Test(
    "stats shows each block once, in 80 columns, and draws a document",
    arguments: [("EC200U", "380928"), ("EC600N", "16m")])
  func pictures(model: String, size: String) async throws {
    try await makeImage(model, "--size", size)
    let file = try bench.write(Self.binary, to: "x")
    let long = "/a/" + String(repeating: "long", count: 30)
    #expect(try await flash("put", "@usr.img", file, long).code == 0)
    let ending = try await flash("stats", "@usr.img", "--svg", "@usr.svg")
    #expect(ending.code == 0)
    #expect(ending.lines.dropFirst().allSatisfy { $0.count <= 80 })
    #expect(!ending.output.contains("\u{1B}"), "no colours but at a terminal")
    #expect(ending.lines.contains { $0.contains("S  superblock") && $0.contains("2 blocks") })
    #expect(ending.lines.contains { $0.contains("a  ") && $0.contains("9000 bytes  3 blocks") })
    #expect(ending.lines.count < 80)
    let svg = try bench.text("usr.svg")
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    let parser = XMLShape(svg)
    #expect(parser.isWellFormed)
    let blocks = (try await statistics())["blocks"]?.array ?? []
    #expect(parser.count("rect") >= 2 * blocks.count)
    #expect(blocks.count { $0["use"]?.string == "file" } == 3)
    #expect(blocks.contains { ($0["erases"]?.int ?? 0) > 1 })
  }
}

/// As much of an XML parser as it takes to see that every element is closed.
private struct XMLShape {
  private(set) var isWellFormed = true
  private var counts: [Substring: Int] = [:]

  init(_ text: String) {
    var open: [Substring] = []
    for part in text.split(separator: "<", omittingEmptySubsequences: true) {
      guard let end = part.firstIndex(of: ">") else {
        isWellFormed = false
        return
      }
      let tag = part[..<end]
      if tag.hasPrefix("/") {
        if open.popLast() != tag.dropFirst() { isWellFormed = false }
      } else {
        let name = tag.prefix { $0 != " " && $0 != "/" }
        counts[name, default: 0] += 1
        if !tag.hasSuffix("/") { open.append(name) }
      }
    }
    if !open.isEmpty { isWellFormed = false }
  }

  func count(_ name: Substring) -> Int { counts[name] ?? 0 }
}

extension JSONNode {
  subscript(key: String) -> JSONNode? { object?.first { $0.key == key }?.value }
}
