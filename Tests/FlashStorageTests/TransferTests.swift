import FlashStorage
import Foundation
import Testing

struct TransferTests {
  @Test("A folder goes into a volume and out again byte for byte", arguments: Backing.allCases)
  func roundTrip(backing: Backing) throws {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    let files: [String: [UInt8]] = [
      "main.py": Array("print('ä')\r\n".utf8), "empty": [], "lib/a/b/c.bin": pattern(70_000),
      "exact": pattern(65_536), "lib/é": Array(0...255), ".hidden": [0, 0],
    ]
    for (name, bytes) in files { try source.write(bytes, to: name) }
    try FileManager.default.createDirectory(
      atPath: source.path + "/empty folder", withIntermediateDirectories: false)
    let volume = try Bench(backing).volume
    let total = files.values.reduce(0) { $0 + $1.count }
    for _ in 0..<2 {  // The second time over what is there.
      let summary = try volume.importFolder(source.path)
      #expect(summary.fileCount == files.count)
      #expect(summary.byteCount == total)
      #expect(try volume.exportFolder(to: target.path + "/new") == summary)
    }
    for (name, bytes) in files { #expect(try target.read("new/" + name) == bytes) }
    #expect(try target.names().count == 1 + files.count + 4)
  }

  @Test("Import and export work below a directory of the volume")
  func below() throws {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    try source.write([1], to: "a")
    let volume = try Bench().volume
    try volume.makeDirectory("/d")
    try volume.put([2], at: "/other")
    try volume.importFolder(source.path, to: "/d")
    try volume.importFile(source.path + "/a", to: "/d/b")
    #expect(try volume.names(in: "/d") == ["a", "b"])
    try volume.exportFolder(to: target.path, from: "/d")
    #expect(try target.names().sorted() == ["a", "b"])
  }

  @Test("The file that does not fit is named, with the room there was, and leaves nothing")
  func doesNotFit() throws {
    let source = try TemporaryFolder()
    try source.write(pattern(10_000), to: "a")
    try source.write(pattern(400_000), to: "b.wav")
    let volume = try Bench().volume
    let error = #expect(throws: VolumeError.self) { try volume.importFolder(source.path) }
    #expect(error?.reason == .doesNotFit)
    #expect(
      error?.description
        == """
        '\(source.path)/b.wav' (400000 bytes) does not fit into the volume: \
        87 of 94 blocks of 4096 bytes were free
        """)
    #expect(try volume.names() == ["a"])
    #expect(try volume.freeBlockCount == 87)
  }

  @Test("What cannot be copied is refused in a sentence that names it")
  func refused() throws {
    let source = try TemporaryFolder()
    try source.write([1], to: "file")
    try FileManager.default.createSymbolicLink(
      atPath: source.path + "/link", withDestinationPath: "file")
    let volume = try Bench().volume
    func message(_ body: () throws -> Void) throws -> String {
      try #require(throws: VolumeError.self) { try body() }.description
    }
    let path = source.path
    #expect(
      try message { try volume.importFolder(path) }
        == "'\(path)/link' is a symbolic link; a volume holds only files and directories")
    #expect(
      try message { try volume.importFolder(path + "/none") }
        == "cannot open '\(path)/none': No such file or directory")
    #expect(
      try message { try volume.importFile(path + "/none", to: "/a") }
        == "cannot read '\(path)/none': No such file or directory")
    #expect(
      try message { try volume.importFile("/dev/zero", to: "/a") } == "'/dev/zero' is not a file")
    #expect(
      try message { try volume.importFile(path + "/file", to: "/none/a") }
        == "'\(path)/file': no such file or directory")
    #expect(
      try message { try volume.exportFolder(to: path + "/file") }
        == "cannot make '\(path)/file': Not a directory")
    #expect(try source.read("file") == [1])
  }
}
