import FlashStorage
import Foundation
import Testing

struct HostFolderTests {
  private func volume(
    in folder: TemporaryFolder, blockCount: Int = 94, access: VolumeAccess = .readWrite
  ) throws -> LittleFSVolume {
    try LittleFSVolume(
      folder: folder.path, FlashGeometry(blockCount: blockCount), openFileLimit: 8, access: access)
  }

  private func refusal(_ folder: TemporaryFolder, blockCount: Int = 94) throws -> VolumeError {
    try #require(throws: VolumeError.self) { try volume(in: folder, blockCount: blockCount) }
  }

  // MARK: What is on the host

  @Test("Files are ordinary host files, with what was synced")
  func files() throws {
    let folder = try TemporaryFolder()
    let volume = try volume(in: folder)
    try volume.makeDirectory("/d")
    let handle = try volume.open("/d/f", [.write, .create])
    #expect(try folder.read("d/f") == [])
    try volume.write(handle, pattern(5000))
    #expect(try folder.read("d/f") == [])
    try volume.sync(handle)
    #expect(try folder.read("d/f") == pattern(5000))
    #expect(try folder.names().sorted() == ["d", "d/f"])
  }

  @Test("What a folder holds is there at the start, in the order of the names")
  func load() throws {
    let folder = try TemporaryFolder()
    try folder.write(pattern(9000), to: "b")
    try folder.write([], to: "d/e/f")
    try folder.write([1], to: "a")
    let volume = try volume(in: folder)
    #expect(try volume.names() == ["a", "b", "d"])
    #expect(try volume.content(of: "/b") == pattern(9000))
    #expect(try volume.status(of: "/d/e/f") == FileStatus(kind: .file, size: 0))
    #expect(try volume.freeBlockCount == 90 - 1 - 3 - 2 - 2)
  }

  @Test("A missing folder is made, but not for reading only and not its parents")
  func missing() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.removeItem(atPath: folder.path)
    let readOnly = try #require(throws: VolumeError.self) {
      try volume(in: folder, access: .readOnly)
    }
    #expect(readOnly.reason == .notFound)
    #expect(
      "\(readOnly)" == "cannot open the flash folder '\(folder.path)': No such file or directory")
    #expect(throws: VolumeError.self) {
      try LittleFSVolume(
        folder: folder.path + "/below", FlashGeometry(blockCount: 94), openFileLimit: 8)
    }
    #expect(try volume(in: folder).names().isEmpty)
  }

  // MARK: A killed process

  /// What a recorder, a text editor and a database do to a file of 9000 bytes between two syncs.
  static let changes: [@Sendable (LittleFSVolume, FlashHandle) throws -> Void] = [
    { volume, handle in  // The next half second, then the header.
      try volume.seek(handle, to: 0, from: .end)
      try volume.write(handle, pattern(8000, seed: 1))
      try volume.seek(handle, to: 0, from: .start)
      try volume.write(handle, pattern(44, seed: 2))
    },
    { volume, handle in try volume.truncate(handle, to: 100) },
    { volume, handle in
      try volume.truncate(handle, to: 0)
      try volume.write(handle, pattern(20_000, seed: 3))
    },
    { volume, handle in
      for block in [0, 2, 1] {
        try volume.seek(handle, to: block * 4096 + 1, from: .start)
        try volume.write(handle, [7])
      }
    },
    { volume, handle in
      try volume.seek(handle, to: 4090, from: .start)
      try volume.write(handle, pattern(10, seed: 4))
    },
    { volume, handle in try volume.truncate(handle, to: 30_000) },
    { _, _ in },
  ]

  @Test(
    "A killed process leaves each file as last synced",
    arguments: changes.indices, Backing.inFolder)
  func killed(change: Int, backing: Backing) throws {
    let bench = try Bench(backing)
    try bench.volume.put(pattern(9000), at: "/f")
    let handle = try bench.volume.open("/f", [.read, .write])
    try Self.changes[change](bench.volume, handle)
    try bench.volume.sync(handle)
    try bench.volume.seek(handle, to: 0, from: .start)
    let synced = try bench.volume.read(handle, count: 40_000)
    try bench.volume.seek(handle, to: 3, from: .start)
    try bench.volume.write(handle, pattern(50_000, seed: 9))
    try bench.restart()
    #expect(try bench.volume.content(of: "/f") == synced)
  }

  @Test("What an unfinished sync left behind is removed, its name never used")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: ".flash-sync~")
    try folder.write([2], to: "d/.flash-sync~")
    let volume = try volume(in: folder)
    #expect(try volume.names() == ["d"])
    #expect(try volume.names(in: "/d") == [".flash-sync~"])
    #expect(try folder.names().sorted() == ["d", "d/.flash-sync~"])
    #expect(throws: FlashError.invalid) { try volume.put([], at: "/.flash-sync~") }
    #expect(throws: FlashError.invalid) { try volume.rename("/d", to: ".flash-sync~") }
  }

  // MARK: What cannot be used

  @Test("A folder serves one volume at a time")
  func locked() throws {
    let folder = try TemporaryFolder()
    let first = try volume(in: folder)
    let error = try refusal(folder)
    #expect(error.reason == .inUse)
    #expect(
      "\(error)"
        == "the flash folder '\(folder.path)' is in use by another emulator; stop that one first")
    _ = try first.statistics()
  }

  @Test("A folder that holds too much is refused, the file and the room named")
  func tooMuch() throws {
    let folder = try TemporaryFolder()
    try folder.write(pattern(5000), to: "a")
    try folder.write(pattern(368_640), to: "b.wav")
    let error = try refusal(folder)
    #expect(error.reason == .doesNotFit)
    #expect(
      "\(error)"
        == """
        '\(folder.path)/b.wav' (368640 bytes) does not fit into the volume: \
        88 of 94 blocks of 4096 bytes are left
        """)
    try FileManager.default.removeItem(atPath: folder.path + "/b.wav")
    try folder.write([], to: "d/e/f")
    #expect("\(try refusal(folder, blockCount: 7))".contains("/d' does not fit"))
  }

  @Test("Links, pipes and sockets are refused by name and never followed")
  func unsuitable() throws {
    for (make, kind) in [
      (
        {
          try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/etc/passwd")
        },
        "a symbolic link"
      ),
      ({ mkfifo($0, 0o600) }, "a named pipe"),
      ({ try bindSocket(at: $0) }, "a socket"),
    ] as [((String) throws -> Void, String)] {
      let folder = try TemporaryFolder()
      try folder.write([1], to: "d/file")
      try make(folder.path + "/d/odd")
      let error = try refusal(folder)
      #expect(error.reason == .unsuitable)
      #expect(
        "\(error)"
          == "'\(folder.path)/d/odd' is \(kind); a flash folder holds only files and folders")
    }
  }

  @Test("A name that is not UTF-8 is refused")
  func notText() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "a")
    let bad: [CChar] = Array(folder.path.utf8CString.dropLast()) + [0x2F, -1, 0]
    #expect(rename(folder.path + "/a", bad) == 0)
    let error = try refusal(folder)
    #expect("\(error)" == "'\(folder.path)' holds a name that is not UTF-8; rename or remove it")
    #expect(unlink(bad) == 0)
  }

  @Test("A file or a link in the way of the folder is refused or followed as the user said")
  func way() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "file")
    try folder.write([1], to: "real/f")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: "real")
    #expect(throws: VolumeError.self) {
      try LittleFSVolume(
        folder: folder.path + "/file", FlashGeometry(blockCount: 94), openFileLimit: 8)
    }
    let linked = try LittleFSVolume(
      folder: folder.path + "/link", FlashGeometry(blockCount: 94), openFileLimit: 8)
    #expect(try linked.content(of: "/f") == [1])
  }

  static let uses: [@Sendable (LittleFSVolume) throws -> Void] = [
    { try $0.put([3], at: "/d/victim") }, { try $0.remove("/d/victim") },
    { try $0.put([3], at: "/d/new") }, { try $0.makeDirectory("/d/new") },
    { try $0.rename("/d/victim", to: "/moved") }, { try $0.rename("/d/victim", to: "/other") },
  ]

  @Test(
    "A link put in the way later leads nowhere, and the volume stays as it was",
    arguments: uses.indices)
  func linkLater(use: Int) throws {
    let bench = try Bench(.folder1)
    let folder = try #require(bench.folder)
    let outside = try TemporaryFolder()
    try outside.write([1], to: "victim")
    try bench.volume.makeDirectory("/d")
    try bench.volume.put(pattern(9000), at: "/d/victim")
    try bench.volume.put([7], at: "/other")
    try FileManager.default.moveItem(atPath: folder.path + "/d", toPath: folder.path + "/away")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/d", withDestinationPath: outside.path)
    let free = try bench.volume.freeBlockCount
    #expect(throws: FlashError.self) { try Self.uses[use](bench.volume) }
    #expect(try bench.volume.content(of: "/d/victim") == pattern(9000))
    #expect(try bench.volume.content(of: "/other") == [7])
    #expect(try bench.volume.names().sorted() == ["d", "other"])
    #expect(try bench.volume.names(in: "/d") == ["victim"])
    #expect(try bench.volume.freeBlockCount == free)
    #expect(try outside.read("victim") == [1])
    #expect(try outside.names() == ["victim"])
    // When the way is free again, so is the volume.
    try FileManager.default.removeItem(atPath: folder.path + "/d")
    try FileManager.default.moveItem(atPath: folder.path + "/away", toPath: folder.path + "/d")
    try Self.uses[use](bench.volume)
  }

  @Test("A folder for reading only is left untouched")
  func readOnly() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: ".flash-sync~")
    try folder.write([2], to: "f")
    let volume = try volume(in: folder, access: .readOnly)
    #expect(try volume.names() == ["f"])
    #expect(try volume.content(of: "/f") == [2])
    #expect(try folder.names().sorted() == [".flash-sync~", "f"])
  }
}

private func bindSocket(at path: String) throws {
  let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  try #require(result == 0)
  close(number)
}
