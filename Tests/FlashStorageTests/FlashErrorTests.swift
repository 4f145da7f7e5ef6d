import FlashStorage
import Testing

/// What makes a volume answer with an error.
struct Cause: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let error: FlashError
  let act: @Sendable (LittleFSVolume) throws -> Void

  init(
    _ text: String, _ error: FlashError,
    _ act: @escaping @Sendable (LittleFSVolume) throws -> Void
  ) {
    testDescription = text
    self.error = error
    self.act = act
  }

  static let all: [Cause] = [
    Cause("opening what is missing", .notFound) { _ = try $0.open("/none", .read) },
    Cause("creating below a missing directory", .notFound) { try $0.put([], at: "/none/a") },
    Cause("creating with a slash behind the name", .notFound) { try $0.put([], at: "/new/") },
    Cause("making a directory with a slash behind", .notFound) { try $0.makeDirectory("/new/") },
    Cause("the status of what is missing", .notFound) { _ = try $0.status(of: "/none") },
    Cause("removing what is missing", .notFound) { try $0.remove("/none") },
    Cause("renaming what is missing", .notFound) { try $0.rename("/none", to: "/a") },
    Cause("opening a long name that cannot exist", .notFound) { _ = try $0.open(long, .read) },
    Cause("creating exclusively what exists", .exists) {
      _ = try $0.open("/file", [.write, .create, .exclusive])
    },
    Cause("making a directory where a file is", .exists) { try $0.makeDirectory("/file") },
    Cause("making the root", .exists) { try $0.makeDirectory("/") },
    Cause("opening a directory", .isDirectory) { _ = try $0.open("/full", .read) },
    Cause("opening the root", .isDirectory) { _ = try $0.open("", .read) },
    Cause("renaming a file over a directory", .isDirectory) { try $0.rename("/file", to: "/full") },
    Cause("renaming a directory over a file", .isDirectory) { try $0.rename("/full", to: "/file") },
    Cause("going through a file", .notDirectory) { _ = try $0.open("/file/a", .read) },
    Cause("listing a file", .notDirectory) { _ = try $0.entries(of: "/file") },
    Cause("removing a directory with entries", .notEmpty) { try $0.remove("/full") },
    Cause("renaming over a directory with entries", .notEmpty) {
      try $0.makeDirectory("/empty")
      try $0.rename("/empty", to: "/full")
    },
    Cause("a new name of 256 bytes", .nameTooLong) { try $0.put([], at: long) },
    Cause("a new name of 128 two-byte letters", .nameTooLong) {
      try $0.makeDirectory("/" + String(repeating: "é", count: 128))
    },
    Cause("renaming to a name of 256 bytes", .nameTooLong) { try $0.rename("/file", to: long) },
    Cause("one open file too many", .tooManyOpenFiles) { volume in
      for _ in 0..<9 { _ = try volume.open("/file", .read) }
    },
    Cause("a handle that was never given", .badHandle) { try $0.sync(FlashHandle(number: 99)) },
    Cause("a negative handle", .badHandle) { try $0.close(FlashHandle(number: -1)) },
    Cause("a closed handle", .badHandle) { volume in
      let handle = try volume.open("/file", .read)
      try volume.close(handle)
      _ = try volume.read(handle, count: 1)
    },
    Cause("writing to a handle for reading", .badHandle) { volume in
      try volume.write(try volume.open("/file", .read), [1])
    },
    Cause("truncating through a handle for reading", .badHandle) { volume in
      try volume.truncate(try volume.open("/file", .read), to: 0)
    },
    Cause("reading from a handle for writing", .badHandle) { volume in
      _ = try volume.read(try volume.open("/file", .write), count: 1)
    },
    Cause("removing an open file", .busy) { volume in
      _ = try volume.open("/file", .read)
      try volume.remove("/file")
    },
    Cause("renaming an open file", .busy) { volume in
      _ = try volume.open("/file", .read)
      try volume.rename("/file", to: "/other")
    },
    Cause("renaming over an open file", .busy) { volume in
      try volume.put([], at: "/other")
      _ = try volume.open("/file", .read)
      try volume.rename("/other", to: "/file")
    },
    Cause("removing the root", .invalid) { try $0.remove("/full/..") },
    Cause("renaming the root", .invalid) { try $0.rename("/", to: "/a") },
    Cause("renaming to the root", .invalid) { try $0.rename("/file", to: "/") },
    Cause("renaming a directory into itself", .invalid) { try $0.rename("/full", to: "/full/sub") },
    Cause("a position before the start", .invalid) { volume in
      try volume.seek(try volume.open("/file", .read), to: -1, from: .start)
    },
    Cause("a position past what littlefs counts", .invalid) { volume in
      try volume.seek(try volume.open("/file", .read), to: .max, from: .end)
    },
    Cause("truncating to a negative size", .invalid) { volume in
      try volume.truncate(try volume.open("/file", .write), to: -1)
    },
    Cause("opening neither to read nor to write", .invalid) { _ = try $0.open("/file", .create) },
    Cause("creating without writing", .invalid) { _ = try $0.open("/file", [.read, .create]) },
    Cause("a path with a zero byte", .invalid) { _ = try $0.status(of: "/fi\0le") },
    Cause("writing more than fits", .noSpace) { try $0.put(pattern(400_000), at: "/big") },
    Cause("writing far past the end", .fileTooLarge) { volume in
      let handle = try volume.open("/file", .write)
      try volume.seek(handle, to: 2_147_483_647, from: .start)
      try volume.write(handle, [1])
    },
    Cause("extending past the volume", .noSpace) { volume in
      try volume.truncate(try volume.open("/file", .write), to: 2_147_483_647)
    },
  ]
}

private let long = "/" + String(repeating: "n", count: 256)

struct FlashErrorTests {
  @Test("Each error has its cause, on both backings", arguments: Cause.all, Backing.allCases)
  func cause(_ cause: Cause, backing: Backing) throws {
    let volume = try Bench(backing).volume
    try volume.put(pattern(10), at: "/file")
    try volume.makeDirectory("/full")
    try volume.put([], at: "/full/entry")
    #expect(throws: cause.error) { try cause.act(volume) }
  }

  static let changes: [@Sendable (LittleFSVolume) throws -> Void] = [
    { _ = try $0.open("/file", [.write]) },
    { _ = try $0.open("/new", [.write, .create]) },
    { try $0.makeDirectory("/new") },
    { try $0.remove("/file") },
    { try $0.rename("/file", to: "/new") },
  ]

  @Test("A read-only volume refuses every change", arguments: changes.indices, Backing.allCases)
  func readOnly(change: Int, backing: Backing) throws {
    let volume = try Bench(backing, access: .readOnly).volume
    #expect(throws: FlashError.readOnly) { try Self.changes[change](volume) }
  }

  @Test("A host that refuses is a fault in words, and the volume stays as it was")
  func fault() throws {
    let bench = try Bench(.folder1)
    let folder = try #require(bench.folder)
    try folder.write([], to: "in the way")
    let error = try #require(throws: FlashError.self) {
      try bench.volume.makeDirectory("/in the way")
    }
    #expect(error == .host("the host failed at '\(folder.path)/in the way': File exists"))
    #expect(try bench.volume.names().isEmpty)
  }

  @Test(
    "Each error has the number that Python shows",
    arguments: [
      (.noSpace, 28), (.notFound, 2), (.exists, 17), (.isDirectory, 21), (.notDirectory, 20),
      (.notEmpty, 39), (.nameTooLong, 36), (.tooManyOpenFiles, 24), (.badHandle, 9), (.busy, 16),
      (.invalid, 22), (.readOnly, 30), (.fault("it broke"), 5), (.host("it broke"), 5),
    ] as [(FlashError, Int32)])
  func number(error: FlashError, number: Int32) {
    #expect(error.errno == number)
    #expect(!error.description.isEmpty)
  }
}
