import Foundation
import Testing

@testable import FlashStorage

/// Where an export writes, and where not.
struct ExportTests {
  /// Holds the folder that is exported to, and what must not be touched.
  let scratch: TemporaryFolder
  var out: String { scratch.path + "/out" }

  init() throws {
    scratch = try TemporaryFolder()
    try scratch.write([7], to: "victim")
    try scratch.write([7], to: "beside/victim")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
  }

  private func link(_ place: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(out)/\(place)", withDestinationPath: target)
  }

  /// What is in the scratch folder but outside of `out`.
  private func outside() throws -> [String] {
    #expect(try scratch.read("victim") == [7])
    #expect(try scratch.read("beside/victim") == [7])
    return try scratch.names().filter { $0 != "out" && !$0.hasPrefix("out/") }.sorted()
  }

  @Test("An exporter does not trust the names of a volume", arguments: Backing.inMemory)
  func hostileNames(backing: Backing) throws {
    let flash = RAMFlash(try Bench(backing).geometry)
    try LittleFSVolume.format(flash, backing.options)
    let fileSystem = try LittleFS(mounting: flash, backing.options)
    let root = try #require(fileSystem.store.root.directory)
    // In memory they stand; mounted they would be refused.
    for name in ["../victim", "good", "..", "beside/../../x", "z\0"] {
      _ = try fileSystem.store.makeFile(Name(string: name), in: root)
      fileSystem.disk.checkpoint()
    }
    let volume = LittleFSVolume(fileSystem, openFileLimit: 2, access: .readOnly)
    let summary = try volume.exportFolder(to: out, at: "/usr")
    #expect(summary.fileCount == 1)
    #expect(
      summary.omissions.map(\.description).sorted() == [
        "'/usr/..' has a name that leads to another directory",
        "'/usr/..\\x2fvictim' has a name with a slash in it",
        "'/usr/beside\\x2f..\\x2f..\\x2fx' has a name with a slash in it",
        "'/usr/z\\x00' has a name with a NUL in it",
      ])
    #expect(summary.omissions.allSatisfy { $0.reason == .volumeFailure })
    #expect(
      try scratch.names().filter { $0.hasPrefix("out/") }.sorted() == ["out/usr", "out/usr/good"])
    #expect(try outside() == ["beside", "beside/victim", "victim"])
  }

  @Test("A link in the folder leads nowhere, is told, and keeps nothing else from being copied")
  func links() throws {
    let volume = try Bench().volume
    for directory in ["/a", "/b", "/b/c"] { try volume.makeDirectory(directory) }
    for file in ["/a/victim", "/b/c/victim", "/b/x", "/victim", "/z"] {
      try volume.put([1], at: file)
    }
    try link("a", to: "../beside")
    try FileManager.default.createDirectory(atPath: out + "/b", withIntermediateDirectories: false)
    try link("b/c", to: scratch.path + "/beside")
    try link("victim", to: "../victim")
    let summary = try volume.exportFolder(to: out)
    #expect(summary.fileCount == 2)
    #expect(
      summary.omissions.map(\.description).sorted() == [
        "cannot make '\(out)/a': Not a directory", "cannot make '\(out)/b/c': Not a directory",
        "cannot write '\(out)/victim': Too many levels of symbolic links",
      ])
    #expect(summary.omissions.allSatisfy { $0.reason == .hostFailure })
    #expect(try scratch.read("out/z") == [1])
    #expect(try scratch.read("out/b/x") == [1])
    #expect(try outside() == ["beside", "beside/victim", "victim"])
  }

  @Test("A link in the place of a mount point is not followed, one on the way to the folder is")
  func mountPoint() throws {
    let volume = try Bench().volume
    try volume.put([1], at: "/victim")
    try link("usr", to: "../beside")
    let error = try #require(throws: VolumeError.self) {
      try volume.exportFolder(to: out, at: "/usr")
    }
    #expect(error.description == "cannot make '\(out)/usr': Not a directory")
    #expect(error.reason == .hostFailure)
    try link("way", to: ".")
    try volume.exportFolder(to: out + "/way", at: "/bak")
    #expect(try scratch.read("out/bak/victim") == [1])
    #expect(try outside() == ["beside", "beside/victim", "victim"])
  }

  @Test("One file goes into a folder under its own name, and over no link")
  func oneFile() throws {
    let volume = try Bench().volume
    try volume.makeDirectory("/d")
    try volume.put([1], at: "/d/victim")
    try volume.exportFile("/d/victim", to: out)
    #expect(try scratch.read("out/victim") == [1])
    try FileManager.default.removeItem(atPath: out + "/victim")
    try link("victim", to: "../victim")
    #expect(throws: VolumeError.self) { try volume.exportFile("/d/victim", to: out) }
    #expect(throws: VolumeError.self) { try volume.exportFile("/d", to: out) }
    #expect(throws: VolumeError.self) { try volume.exportFile("/", to: out) }
    #expect(try outside() == ["beside", "beside/victim", "victim"])
  }

  @Test("What cannot be read leaves no half file, and everything else is copied")
  func unreadable() throws {
    let bench = try Bench(.littleFS2)
    for name in ["a", "b", "c"] { try bench.volume.put(pattern(9000), at: "/" + name) }
    let fileSystem = try LittleFS(mounting: bench.volume.flash, bench.backing.options)
    guard case .blocks(let list) = try fileSystem.find(VolumePath("/b")).content else {
      Issue.record("/b is inline")
      return
    }
    var bytes = bench.volume.flash.bytes
    let start = list.head * bench.geometry.blockSize
    bytes.replaceSubrange(start..<start + 4, with: [0xFF, 0xFF, 0, 0])
    let inspection = try LittleFSInspection(RAMFlash(bytes, bench.geometry))
    let summary = try inspection.volume.exportFolder(to: out)
    #expect(summary.fileCount == 2)
    #expect(
      summary.omissions.map(\.description)
        == ["the file '/b': block 65535 is not one of the file system's 94"])
    #expect(inspection.findings.map(\.description) == summary.omissions.map(\.description))
    #expect(try scratch.read("out/a") == pattern(9000))
    #expect(try scratch.read("out/c") == pattern(9000))
    #expect(try scratch.names().filter { $0.hasPrefix("out/") }.sorted() == ["out/a", "out/c"])
  }
}
