import Foundation
import Testing

@testable import FlashStorage

/// Names that a damaged or hostile image holds, and what becomes of them.
@Suite("Names out of an image")
struct NameTests {
  /// Bytes of a name, and what is said of it.
  static let bad: [(bytes: [UInt8], shown: String, fault: String)] = [
    ([], "", "has an empty name"),
    (Array(".".utf8), ".", "has a name that leads to another directory"),
    (Array("..".utf8), "..", "has a name that leads to another directory"),
    (Array("/".utf8), "\\x2f", "has a name with a slash in it"),
    (Array("../evil".utf8), "..\\x2fevil", "has a name with a slash in it"),
    (Array("a\0b".utf8), "a\\x00b", "has a name with a NUL in it"),
  ]

  /// A volume as its bytes, with a file of the name and a directory of it in `/d`, and a good file in each place.
  private func image(_ name: [UInt8], _ backing: Backing) throws -> RAMFlash {
    let flash = RAMFlash(try Bench(backing).geometry)
    try LittleFSVolume.format(flash, backing.options)
    let fileSystem = try LittleFS(mounting: flash, backing.options)
    let root = try #require(fileSystem.store.root.directory)
    let d = try fileSystem.store.makeDirectory(Name(string: "d"), in: root)
    let inner = try #require(d.directory)
    for directory in [root, inner] {
      _ = try fileSystem.store.makeFile(Name(string: "good"), in: directory)
      fileSystem.disk.checkpoint()
    }
    _ = try fileSystem.store.makeFile(Name(bytes: name), in: root)
    fileSystem.disk.checkpoint()
    let bad = try fileSystem.store.makeDirectory(Name(bytes: name), in: inner)
    fileSystem.disk.checkpoint()
    _ = try fileSystem.store.makeFile(Name(string: "lost"), in: try #require(bad.directory))
    return RAMFlash(flash.content)
  }

  @Test(
    "A name that is none is damage: at mount, and in a look at the image, which leaves it out",
    arguments: bad.indices, Backing.inMemory)
  func damage(index: Int, backing: Backing) throws {
    let (name, shown, fault) = Self.bad[index]
    let flash = try image(name, backing)
    let error = try #require(throws: FlashError.self) {
      try LittleFSVolume(mounting: RAMFlash(flash.content), openFileLimit: 1)
    }
    #expect(error.errno == 84)
    #expect(error.description.hasPrefix("'/\(shown)' in pair {"))
    #expect(error.description.hasSuffix("} \(fault)"))
    let inspection = try LittleFSInspection(RAMFlash(flash.content))
    let damage = inspection.findings.filter { $0.severity == .damage }.map(\.description)
    for place in ["'/\(shown)' in pair ", "'/d/\(shown)' in pair "] {
      #expect(damage.contains { $0.hasPrefix(place) && $0.hasSuffix(fault) }, "\(damage)")
    }
    #expect(try Set(inspection.volume.names()) == ["d", "good"])
    #expect(try inspection.volume.names(in: "/d") == ["good"])
  }

  @Test("A name longer than its image allows is damage, one as long as that is not")
  func tooLong() throws {
    for (count, isDamage) in [(255, false), (256, true)] {
      let flash = RAMFlash(try Bench(.littleFS2).geometry)
      try LittleFSVolume.format(flash, Backing.littleFS2.options)
      let fileSystem = try LittleFS(mounting: flash, Backing.littleFS2.options)
      let store = try #require(fileSystem.store as? LittleFS2Store)
      store.superblock.nameLimit = 300  // In memory only.
      let name = Name(bytes: [UInt8](repeating: 0x6E, count: count))
      _ = try store.makeFile(name, in: try #require(store.root.directory))
      let findings = try LittleFSInspection(RAMFlash(flash.content)).findings
      #expect(findings.isEmpty != isDamage)
      #expect(
        findings.allSatisfy {
          $0.description.hasSuffix(" has a name of 256 bytes, of 255 possible")
        })
    }
  }

  @Test("What stands twice in each of many directories is looked at once", arguments: [1, 2])
  func doubled(version: Int) throws {
    let backing = Backing.inMemory[version - 1]
    let flash = RAMFlash(try Bench(backing, blockCount: 300).geometry)
    try LittleFSVolume.format(flash, backing.options)
    let fileSystem = try LittleFS(mounting: flash, backing.options)
    var directory = try #require(fileSystem.store.root.directory)
    let name = Name(string: "d")
    for _ in 0..<60 {
      _ = try fileSystem.store.makeDirectory(name, in: directory)
      fileSystem.disk.checkpoint()
      directory = try #require(
        fileSystem.store.makeDirectory(name, in: directory).directory)
      fileSystem.disk.checkpoint()
    }
    let volume = try LittleFSInspection(RAMFlash(flash.content)).volume
    var (path, depth) = ("", 0)
    while depth < 61, let entry = try volume.entries(of: path + "/").first {
      #expect(try volume.entries(of: path + "/").count == 1)
      path += "/\(entry.name)"
      depth += 1
    }
    #expect((1...60).contains(depth))
    #expect(throws: FlashError.self) {
      try LittleFSVolume(mounting: RAMFlash(flash.content), openFileLimit: 1)
    }
  }

  @Test(
    "A volume whose files share their blocks is looked at, and copied, no further than it is large")
  func shared() throws {
    let flash = RAMFlash(try Bench(.littleFS2).geometry)
    try LittleFSVolume.format(flash, Backing.littleFS2.options)
    let fileSystem = try LittleFS(mounting: flash, Backing.littleFS2.options)
    let whole = try fileSystem.open(VolumePath("/whole"), [.write, .create])
    try fileSystem.write(whole, pattern(200_000).span)
    try fileSystem.close(whole)
    let content = try fileSystem.find(VolumePath("/whole")).content
    let root = try #require(fileSystem.store.root.directory)
    for index in 0..<50 {
      let entry = try fileSystem.store.makeFile(Name(string: "x\(index)"), in: root)
      try fileSystem.store.update(entry, content: content, attributes: [:])
      fileSystem.disk.checkpoint()
    }
    let target = try TemporaryFolder()
    let inspection = try LittleFSInspection(RAMFlash(flash.content))
    let longest = inspection.findings.map(\.description.utf8.count).max()
    #expect(try #require(longest) < 150)
    let summary = try inspection.volume.exportFolder(to: target.path)
    #expect(summary.fileCount == 1)
    #expect(summary.omissions.count == 50)
    #expect(
      summary.omissions.allSatisfy {
        $0.description.hasSuffix(
          ": with those before it, it holds more bytes than the volume's 385024")
      })
  }

  @Test(
    "Names that are not UTF-8 are text that leads back to them, and no two the same",
    arguments: [
      [0xFF], [0x80], [0x61, 0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x8F, 0xBE, 0x80],
      [0xF4, 0x8F, 0xBF, 0xBF, 0x41], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBF, 0xBD], [0xE4, 0xB8],
      Array("ä é".utf8), [],
    ] as [[UInt8]])
  func foreign(bytes: [UInt8]) {
    let name = Name(bytes: bytes)
    #expect(Name(string: name.string) == name)
    #expect(
      Name(string: String(decoding: bytes, as: UTF8.self)).string != name.string || name.isText)
  }

  @Test("A file with a name that is not UTF-8 can be read, and leaves under its own name")
  func foreignFile() throws {
    let flash = RAMFlash(try Bench(.littleFS1).geometry)
    try LittleFSVolume.format(flash)
    let fileSystem = try LittleFS(mounting: flash, LittleFSOptions())
    let name = Name(bytes: [0xC4, 0xE3])  // Chinese in GBK.
    _ = try fileSystem.store.makeFile(name, in: try #require(fileSystem.store.root.directory))
    fileSystem.disk.checkpoint()
    let volume = try LittleFSVolume(mounting: RAMFlash(flash.content), openFileLimit: 1)
    let text = try #require(try volume.names().first)
    #expect(text.printable == "\\xc4\\xe3")
    try volume.put([1, 2], at: "/" + text)
    #expect(try volume.names().count == 1)
    let target = try TemporaryFolder()
    #expect(try volume.exportFolder(to: target.path).omissions.isEmpty)
    #expect(try HostDescriptor.folder(target.path).names() == [name])
    #expect(unlink(target.path.utf8CString.dropLast() + [0x2F, -0x3C, -0x1D, 0]) == 0)
  }

  @Test(
    "A message shows what cannot be seen by its code",
    arguments: [
      ("a b.wav", "a b.wav"), ("ä日", "ä日"), ("\u{1B}[2J", "\\x1b[2J"), ("a\r\nb", "a\\x0d\\x0ab"),
      ("a\\b", "a\\b"), ("a\\x1b", "a\\x1b"), ("\u{7F}", "\\x7f"), ("\u{9B}31m", "\\u{9b}31m"),
      ("\u{202E}gpj.exe", "\\u{202e}gpj.exe"), ("\u{2028}", "\\u{2028}"), ("/\u{301}", "/\u{301}"),
    ])
  func printable(text: String, shown: String) {
    #expect(text.printable == shown)
    #expect(shown.printable == shown, "a second time changes nothing")
  }

  @Test("Of a text of several lines only the line feeds stay")
  func printableLines() { #expect("a\n\r\u{1B}[2J\n".printableLines == "a\n\\x0d\\x1b[2J\n") }
}
