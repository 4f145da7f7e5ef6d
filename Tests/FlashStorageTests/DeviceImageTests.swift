import FlashStorage
import Foundation
import Testing

struct DeviceImageTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/flash"
  }

  private func image(
    _ geometry: FlashGeometry = smallGeometry, create: Bool = true,
    access: VolumeAccess = .readWrite
  ) throws -> FlashImage {
    try FlashImage(path, geometry, create: create, access: access)
  }

  private func refusal(
    _ body: () throws -> FlashImage, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> VolumeError {
    try #require(throws: VolumeError.self, sourceLocation: sourceLocation) { try body() }
  }

  // MARK: What is kept

  @Test("A new image is all ones on the host's disk, without holes")
  func new() throws {
    _ = try image()
    #expect(try folder.read("flash") == Array(repeating: 0xFF, count: 2048))
  }

  @Test("The file holds the bytes of the flash, and gives them back")
  func content() throws {
    do {
      let image = try image()
      try image.program(1, at: 16, pattern(32))
      try image.sync()
    }
    let bytes = try folder.read("flash")
    #expect(Array(bytes[272..<304]) == pattern(32))
    #expect(bytes.count { $0 != 0xFF } <= 32)
    #expect(try image(create: false).read(1, at: 16, count: 32) == pattern(32))
  }

  @Test("Counters go on where they were")
  func wear() throws {
    for round in 1...3 {
      let image = try image()
      try image.erase(7)
      try image.program(7, pattern(16))
      _ = try image.read(0, count: 16)
      #expect(image.wear?.blocks[7].erases == round)
      #expect(image.wear?.blocks[7].programs == round)
      #expect(image.wear?.blocks[0].reads == round)
    }
    try FileManager.default.removeItem(atPath: path + ".wear")
    #expect(try image().wear == WearCounters(blockCount: 8))
  }

  @Test("A new image does not go on with the counters of one that was deleted")
  func startOver() throws {
    try image().erase(7)
    try FileManager.default.removeItem(atPath: path)
    #expect(try image().wear == WearCounters(blockCount: 8))
  }

  @Test("A process that is killed leaves what it had programmed and counted")
  func killed() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let image = try FlashImage(path, smallGeometry, create: true)
      try image.program(2, pattern(256))
      try image.sync()
      try image.erase(3)
      try image.program(3, pattern(256, seed: 1))
      kill(getpid(), SIGKILL)
    }
    let image = try image(create: false)
    #expect(image.wear?.blocks[3].erases == 1)
    #expect(image.wear?.blocks[2].programs == 1)
    #expect(try image.read(2, count: 256) == pattern(256))
    #expect(try image.read(3, count: 256) == pattern(256, seed: 1))
  }

  // MARK: Who may use it

  @Test("A second user is told that it is in use, until the first one goes")
  func inUse() throws {
    var first: FlashImage? = try image()
    for access in [VolumeAccess.readWrite, .readOnly] {
      let error = try refusal { try image(access: access) }
      #expect(error.reason == .inUse)
      #expect(
        "\(error)"
          == "the flash image '\(path)' is in use by another program; stop that one first")
    }
    withExtendedLifetime(first) {}
    first = nil
    _ = try image()
  }

  @Test("Several may read it, but then none may write")
  func readers() throws {
    try image().program(0, pattern(16))
    let readers = try [image(access: .readOnly), image(access: .readOnly)]
    for reader in readers { #expect(try reader.read(0, count: 16) == pattern(16)) }
    #expect(try refusal { try image() }.reason == .inUse)
    withExtendedLifetime(readers) {}
  }

  @Test("Opened for reading, nothing changes, not even the counters")
  func readOnly() throws {
    try image().program(0, pattern(16))
    let (bytes, counts) = (try folder.read("flash"), try folder.read("flash.wear"))
    let reader = try image(access: .readOnly)
    let fault = FlashFault.host("the flash image '\(path)' is open for reading only")
    #expect(throws: fault) { try reader.program(0, pattern(16)) }
    #expect(throws: fault) { try reader.erase(0) }
    _ = try reader.read(0, count: 16)
    try reader.sync()
    #expect(reader.wear?.blocks[0].programs == 1)
    #expect(try folder.read("flash") == bytes)
    #expect(try folder.read("flash.wear") == counts)
    try FileManager.default.removeItem(atPath: path + ".wear")
    #expect(try image(access: .readOnly).wear == WearCounters(blockCount: 8))
    #expect(try folder.names() == ["flash"])
  }

  // MARK: What cannot be used

  @Test("A missing image is made only where that was asked for", arguments: [false, true])
  func missing(create: Bool) throws {
    let error = try refusal {
      try image(create: create, access: create ? .readOnly : .readWrite)
    }
    #expect(error.reason == .notFound)
    #expect("\(error)" == "cannot open the flash image '\(path)': No such file or directory")
    #expect(try folder.names().isEmpty)
  }

  @Test("A folder, and a file of another size, are refused with what they are")
  func unsuitable() throws {
    try folder.write(pattern(2000), to: "flash")
    let error = try refusal { try image() }
    #expect(error.reason == .unsuitable)
    #expect(
      "\(error)" == """
        the flash image '\(path)' has 2000 bytes, not the 2048 of 8 blocks of 256 bytes; name another \
        file or other sizes
        """)
    #expect(try folder.read("flash") == pattern(2000))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(
      "\(try refusal { try image() })" == "cannot open the flash image '\(path)': Is a directory")
    #expect(
      "\(try refusal { try image(access: .readOnly) })"
        == "the flash image '\(path)' is not an ordinary file; name one, or a new name")
  }

  @Test("A named pipe does not hang and a device is not filled", arguments: ["pipe", "device"])
  func special(kind: String) throws {
    if kind == "pipe" { mkfifo(path, 0o666) } else { symlink("/dev/null", path) }
    #expect(try refusal { try image() }.reason == .unsuitable)
  }

  @Test("An image that this user may not change is refused", .enabled(if: geteuid() != 0))
  func permission() throws {
    _ = try image()
    chmod(path, 0o444)
    #expect(
      "\(try refusal { try image() })" == "cannot open the flash image '\(path)': Permission denied"
    )
    _ = try image(access: .readOnly)
  }

  @Test("Counters that are damaged, or of another flash, are refused with what to do")
  func damagedWear() throws {
    try image().erase(0)
    let good = try folder.read("flash.wear")
    try #require(good.count == 8 * (3 + 8 * 3))
    var foreign = good
    foreign[8] = 9
    var huge = good
    huge[24 + 23] = 0x7F
    let contents = [pattern(good.count), foreign, huge, Array(good.dropLast()), [1]]
    for bytes in contents {
      try folder.write(bytes, to: "flash.wear")
      for access in [VolumeAccess.readWrite, .readOnly] {
        let error = try refusal { try image(access: access) }
        #expect(error.reason == .unsuitable)
        #expect(error.description.hasPrefix("the wear counters '\(path).wear' "))
        #expect(error.description.hasSuffix("; remove it to count from 0"))
        #expect(try folder.read("flash.wear") == bytes)
      }
    }
    // What a process leaves that is killed while it makes them.
    for bytes in [[], [UInt8](repeating: 0, count: good.count)] {
      try folder.write(bytes, to: "flash.wear")
      #expect(try image().wear == WearCounters(blockCount: 8))
    }
  }
}
