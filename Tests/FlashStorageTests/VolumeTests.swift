import FlashStorage
import Testing

struct VolumeTests {
  // MARK: Open modes

  /// Python's modes, on a file that holds "old": what is read at the start, and what is there after
  /// writing "NEW!" and closing; nil for what the mode cannot do.
  static let modes: [(name: String, mode: OpenMode, read: String?, left: String)] = [
    ("r", .read, "old", "old"),
    ("r+", [.read, .write], "old", "NEW!"),
    ("w", [.write, .create, .truncate], nil, "NEW!"),
    ("w+", [.read, .write, .create, .truncate], "", "NEW!"),
    ("a", [.write, .create, .append], nil, "oldNEW!"),
    ("a+", [.read, .write, .create, .append], "old", "oldNEW!"),
  ]

  @Test(
    "Each of Python's open modes does on an existing file what it says",
    arguments: modes, Backing.inMemory)
  func existing(
    mode: (name: String, mode: OpenMode, read: String?, left: String), backing: Backing
  ) throws {
    let (_, mode, read, left) = mode
    let volume = try Bench(backing).volume
    try volume.put(Array("old".utf8), at: "/f")
    let handle = try volume.open("/f", mode)
    #expect(try volume.position(of: handle) == 0)
    if let read {
      #expect(try volume.read(handle, count: 9) == Array(read.utf8))
      try volume.seek(handle, to: 0, from: .start)
    }
    if mode.contains(.write) { try volume.write(handle, Array("NEW!".utf8)) }
    try volume.close(handle)
    #expect(try volume.content(of: "/f") == Array(left.utf8))
  }

  @Test("A created file is there at once, empty", arguments: Backing.allCases)
  func created(backing: Backing) throws {
    let volume = try Bench(backing).volume
    _ = try volume.open("/f", [.write, .create, .exclusive])
    #expect(try volume.status(of: "/f") == FileStatus(kind: .file, size: 0))
  }

  // MARK: Positions

  @Test("Reading stops at the end, and reading on gives nothing", arguments: Backing.inMemory)
  func end(backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.put(pattern(9000), at: "/f")
    let handle = try volume.open("/f", .read)
    #expect(try volume.seek(handle, to: 8990, from: .start) == 8990)
    #expect(try volume.read(handle, count: 100) == Array(pattern(9000)[8990...]))
    #expect(try volume.read(handle, count: 100) == [])
    #expect(try volume.seek(handle, to: 50, from: .end) == 9050)
    #expect(try volume.read(handle, count: 100) == [])
    #expect(try volume.seek(handle, to: -60, from: .position) == 8990)
    #expect(try volume.seek(handle, to: -9000, from: .end) == 0)
  }

  @Test(
    "Writing past the end fills the gap with zeros; seeking alone does not",
    arguments: Backing.inMemory)
  func gap(backing: Backing) throws {
    let volume = try Bench(backing).volume
    let handle = try volume.open("/f", [.read, .write, .create])
    try volume.write(handle, [1, 2])
    try volume.seek(handle, to: 10_000, from: .start)
    #expect(try volume.size(of: handle) == 2)
    try volume.write(handle, [3])
    try volume.close(handle)
    #expect(try volume.content(of: "/f") == [1, 2] + Array(repeating: 0, count: 9998) + [3])
  }

  @Test(
    "Truncating cuts or extends with zeros and leaves the position",
    arguments: [0, 1, 4095, 4096, 4097, 9000, 12_288, 20_000], Backing.inMemory)
  func truncate(size: Int, backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.put(pattern(9000), at: "/f")
    let handle = try volume.open("/f", [.read, .write])
    try volume.seek(handle, to: 7, from: .start)
    try volume.truncate(handle, to: size)
    #expect(try volume.position(of: handle) == 7)
    #expect(try volume.size(of: handle) == size)
    try volume.close(handle)
    let kept = pattern(9000).prefix(size)
    #expect(
      try volume.content(of: "/f")
        == Array(kept) + Array(repeating: 0, count: max(0, size - 9000)))
  }

  @Test(
    "A file of more than a megabyte is cut and grown anywhere",
    arguments: [1, 1_048_575, 1_048_576, 1_048_577, 1_052_672, 1_400_000], Backing.inMemory)
  func large(size: Int, backing: Backing) throws {
    let volume = try Bench(backing, blockCount: 1279).volume
    let bytes = pattern(1_400_000)
    try volume.put(bytes, at: "/f")
    let handle = try volume.open("/f", [.read, .write])
    try volume.truncate(handle, to: size)
    try volume.truncate(handle, to: 1_400_000)
    try volume.seek(handle, to: size, from: .start)
    try volume.write(handle, Array(bytes[size...]))
    try volume.close(handle)
    #expect(try volume.content(of: "/f") == bytes)
  }

  @Test("Appending goes to the end wherever the position is", arguments: Backing.inMemory)
  func append(backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.put([1, 2, 3], at: "/f")
    let handle = try volume.open("/f", [.read, .write, .append])
    try volume.write(handle, [4])
    try volume.seek(handle, to: 0, from: .start)
    try volume.write(handle, [5])
    #expect(try volume.position(of: handle) == 5)
    try volume.close(handle)
    #expect(try volume.content(of: "/f") == [1, 2, 3, 4, 5])
  }

  // MARK: What others see

  @Test("Others see what was written from sync on, and not before", arguments: Backing.allCases)
  func visibility(backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.put([1, 2, 3], at: "/f")
    let writer = try volume.open("/f", [.read, .write, .truncate])
    try volume.write(writer, [9])
    #expect(try volume.content(of: "/f") == [1, 2, 3])
    #expect(try volume.status(of: "/f").size == 3)
    #expect(try volume.size(of: writer) == 1)
    let early = try volume.open("/f", .read)
    try volume.sync(writer)
    #expect(try volume.content(of: "/f") == [9])
    #expect(try volume.read(early, count: 9) == [1, 2, 3], "as it was when opened")
    try volume.write(writer, [8])
    #expect(try volume.content(of: "/f") == [9])
    try volume.close(writer)
    #expect(try volume.content(of: "/f") == [9, 8])
  }

  @Test("Of two writers the last to sync decides the whole content", arguments: Backing.allCases)
  func twoWriters(backing: Backing) throws {
    let bench = try Bench(backing)
    try bench.volume.put(pattern(9000), at: "/f")
    let first = try bench.volume.open("/f", .write)
    let second = try bench.volume.open("/f", [.write, .append])
    try bench.volume.write(first, [1, 1, 1])
    try bench.volume.write(second, [2])
    try bench.volume.close(first)
    try bench.volume.close(second)
    try bench.restart()
    #expect(try bench.volume.content(of: "/f") == pattern(9000) + [2])
  }

  @Test("Several handles may read one file, each at its own place")
  func readers() throws {
    let volume = try Bench().volume
    try volume.put([1, 2, 3], at: "/f")
    let handles = try (0..<4).map { _ in try volume.open("/f", .read) }
    for (skip, handle) in handles.enumerated() {
      try volume.seek(handle, to: skip, from: .start)
      #expect(try volume.read(handle, count: 9) == Array([1, 2, 3].dropFirst(skip)))
    }
  }

  @Test("The open-file table gives the lowest free place again")
  func places() throws {
    let volume = try Bench(openFileLimit: 3).volume
    try volume.put([], at: "/f")
    let handles = try (0..<3).map { _ in try volume.open("/f", .read) }
    #expect(handles.map(\.number) == [0, 1, 2])
    #expect(throws: FlashError.tooManyOpenFiles) { try volume.put([], at: "/new") }
    #expect(throws: FlashError.notFound) { try volume.status(of: "/new") }
    try volume.close(handles[1])
    #expect(try volume.open("/f", .read).number == 1)
  }

  // MARK: Names

  @Test(
    "A path is worked out by its names and never leaves the root",
    arguments: [
      "/d/f", "d/f", "//d///f", "/./d/./f", "/d/f/", "/d/f/.", "/d/../d/f", "/none/../d/f",
      "/../../d/f", "/d/x/y/../../f", "/d/f/x/..",
    ])
  func path(path: String) throws {
    let volume = try Bench().volume
    try volume.makeDirectory("/d")
    try volume.put([7], at: "/d/f")
    #expect(try volume.content(of: path) == [7])
  }

  @Test("Names differ when their bytes do", arguments: Backing.allCases)
  func bytes(backing: Backing) throws {
    let bench = try Bench(backing)
    let names = ["e\u{301}", "\u{e9}", "E", "e", " ", "a\\b", "日本", "...", "-"]
    for (index, name) in names.enumerated() { try bench.volume.put([UInt8(index)], at: name) }
    let found = try bench.volume.names().map { Array($0.utf8) }
    #expect(Set(found) == Set(names.map { Array($0.utf8) }))
    try bench.restart()
    for (index, name) in names.enumerated() {
      #expect(try bench.volume.content(of: name) == [UInt8(index)])
    }
  }

  @Test(
    """
    Entries of littlefs 1 come in the order of creation; a rename puts its entry last or in its \
    target's place
    """)
  func order() throws {
    let volume = try Bench(.littleFS1).volume
    for name in ["c", "a", "b", "d"] { try volume.put([], at: name) }
    #expect(try volume.names() == ["c", "a", "b", "d"])
    try volume.rename("c", to: "e")
    #expect(try volume.names() == ["a", "b", "d", "e"])
    try volume.rename("e", to: "b")
    #expect(try volume.names() == ["a", "b", "d"])
    try volume.put([1], at: "a")
    #expect(try volume.names() == ["a", "b", "d"])
  }

  @Test(
    "Renaming works across directories and over what may be replaced", arguments: Backing.allCases)
  func rename(backing: Backing) throws {
    let bench = try Bench(backing)
    for name in ["/d", "/d/sub", "/e", "/e/empty"] { try bench.volume.makeDirectory(name) }
    try bench.volume.put([1], at: "/d/sub/f")
    try bench.volume.put([2], at: "/g")
    try bench.volume.rename("/d/sub", to: "/e/empty")
    try bench.volume.rename("/g", to: "/e/empty/f")
    try bench.volume.rename("/e", to: "/e")
    try bench.volume.rename("/e/empty/f", to: "/e/./empty//f")
    #expect(try bench.volume.entries(of: "/d").isEmpty)
    try bench.volume.remove("/d")
    try bench.restart()
    #expect(try bench.volume.names() == ["e"])
    #expect(try bench.volume.content(of: "/e/empty/f") == [2])
  }

  @Test(
    "A handle stays with its file when a directory above is renamed", arguments: Backing.allCases)
  func renameAbove(backing: Backing) throws {
    let bench = try Bench(backing)
    try bench.volume.makeDirectory("/old")
    let handle = try bench.volume.open("/old/f", [.write, .create])
    try bench.volume.rename("/old", to: "/new")
    try bench.volume.write(handle, [5])
    try bench.volume.close(handle)
    try bench.restart()
    #expect(try bench.volume.content(of: "/new/f") == [5])
  }

  @Test("Calls from many threads take turns", arguments: Backing.allCases)
  func threads(backing: Backing) async throws {
    let volume = try Bench(backing, blockCount: 1279, openFileLimit: 64).volume
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<50 {
            try volume.put(pattern(5000, seed: task), at: "/f\(task)")
            guard try volume.content(of: "/f\(task)") == pattern(5000, seed: task) else {
              throw FlashError.fault("round \(round) of task \(task)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try volume.freeBlockCount == 1279 - backing.emptyBlockCount - 16)
  }
}
