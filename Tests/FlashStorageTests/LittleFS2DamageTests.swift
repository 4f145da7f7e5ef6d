import Testing

@testable import FlashStorage

/// What a look at a damaged littlefs 2 says, and that no image stops it.
@Suite("Damaged littlefs 2")
struct LittleFS2DamageTests {
  static let geometry = try! FlashGeometry(
    readSize: 16, programSize: 16, blockSize: 512, blockCount: 32)

  /// A directory /d in the pair {2, 3} with a file, and a file of blocks; a way to damage that, and what
  /// is said about it. An empty sentence is for damage that mounting without a look does not mind.
  struct Damage: CustomTestStringConvertible, Sendable {
    let sentence: String
    let change: @Sendable (inout Image) throws -> Void

    var testDescription: String { sentence }

    init(_ sentence: String, _ change: @escaping @Sendable (inout Image) throws -> Void) {
      self.sentence = sentence
      self.change = change
    }

    static let all: [Damage] = [
      Damage("pair {0, 1} points to pair {3, 2}, and neither block holds a whole commit") {
        $0.fill(2, 0)
        $0.fill(3, 0)
      },
      Damage("directory /d is in pair {2, 99}, which is not two of the 32 blocks") {
        try $0.commit([(LogTag(.directoryStructure, id: 1, length: 8), [2, 0, 0, 0, 99, 0, 0, 0])])
      },
      Damage("directory /d is in pair {0, 1}, which is part of another") {
        try $0.commit([(LogTag(.directoryStructure, id: 1, length: 8), [0, 0, 0, 0, 1, 0, 0, 0])])
      },
      Damage("in block 0 of pair {0, 1}, directory \"d\" is in no pair") {
        try $0.commit([
          (LogTag(.directoryStructure, id: 1, length: 8), [255, 255, 255, 255, 255, 255, 255, 255])
        ])
      },
      Damage("the list of pairs leads back to pair {0, 1}") {
        try $0.commit([(LogTag(.tail(continues: false), length: 8), [0, 0, 0, 0, 1, 0, 0, 0])])
      },
      Damage("file \"f\" has 9 bytes up to block 77, on 32 blocks for files of 2147483647 bytes") {
        try $0.commit([(LogTag(.blocksStructure, id: 2, length: 8), [77, 0, 0, 0, 9, 0, 0, 0])])
      },
      Damage("entry 2, \"f\", is of type 1 and has 8 bytes of content of kind 0x200") {
        try $0.commit([(LogTag(.directoryStructure, id: 2, length: 8), [2, 0, 0, 0, 3, 0, 0, 0])])
      },
      Damage("entry 2, \"f\", has no content") {
        try $0.commit([(LogTag(.inlineStructure, id: 2, length: nil), [])])
      },
      Damage("entry 3 has no name") {
        try $0.commit([(LogTag(.create, id: 3, length: 0), [])])
      },
      Damage("an entry is created at 9 where 3 exist") {
        try $0.commit([(LogTag(.create, id: 9, length: 0), [])])
      },
      Damage("entry 9 is deleted where 3 exist") {
        try $0.commit([(LogTag(.delete, id: 9, length: 0), [])])
      },
      Damage("data belongs to entry 9 where 3 exist") {
        try $0.commit([(LogTag(.attribute(1), id: 9, length: 1), [1])])
      },
      Damage("the pointer to the next pair has 4 bytes, not 8") {
        try $0.commit([(LogTag(.tail(continues: false), length: 4), [2, 0, 0, 0])])
      },
      Damage("the shared state has 8 bytes, not 12") {
        try $0.commit([(LogTag(.sharedState, length: 8), [0, 0, 0, 0, 0, 0, 0, 0])])
      },
      Damage("the shared state has the tag 0x10100000") {
        try $0.commit([
          (LogTag(.sharedState, length: 12), [0, 0, 0x10, 0x10, 0, 0, 0, 0, 0, 0, 0, 0])
        ])
      },
      Damage("entry 7 of pair {2, 3} is marked as moved, and there is none") {
        try $0.commit([
          (LogTag(.sharedState, length: 12), [0, 0x1c, 0xf0, 0x4f, 2, 0, 0, 0, 3, 0, 0, 0])
        ])
      },
      Damage("/f stands in pair {0, 1} once more") {
        try $0.commit([
          (LogTag(.create, id: 3, length: 0), []), (LogTag(.name(.file), id: 3, length: 1), [0x66]),
          (LogTag(.inlineStructure, id: 3, length: 0), []),
        ])
      },
      Damage("/a stands after f, where littlefs does not find it") {
        try $0.commit([
          (LogTag(.create, id: 3, length: 0), []), (LogTag(.name(.file), id: 3, length: 1), [0x61]),
          (LogTag(.inlineStructure, id: 3, length: 0), []),
        ])
      },
      Damage("entry 0 is a superblock that makes no sense") {
        try $0.commit([(LogTag(.inlineStructure, id: 0, length: 3), [1, 2, 3])])
      },
      Damage("the superblock is of littlefs 2.9, not 2.0 or 2.1") {
        try $0.superblock(0, 0x0002_0009)
      },
      Damage("the superblock says 1024 bytes a block, not 512") { try $0.superblock(1, 1024) },
      Damage("the superblock says 33 blocks; the device has 32") { try $0.superblock(2, 33) },
      Damage("a commit begins at byte") { $0.bytes[$0.end] = 0x2f },
      Damage("has the checksum") {
        try $0.commit([(LogTag(.attribute(1), id: 1, length: 1), [1])])
        $0.bytes[$0.end + 4] ^= 1
      },
    ]
  }

  /// The bytes of a volume whose newest first block is 0.
  struct Image {
    var bytes: [UInt8]
    /// Where the log of block 0 ends, and the tag there.
    var end = 0
    var tag: UInt32 = 0

    init() throws {
      var options = LittleFSOptions()
      options.version = .v21
      let flash = RAMFlash(LittleFS2DamageTests.geometry)
      try LittleFSVolume.format(flash, options)
      options.firstAllocation = 2
      let volume = try LittleFSVolume(mounting: flash, options, openFileLimit: 4)
      try volume.makeDirectory("/d")
      try volume.put([1], at: "/d/inner")
      try volume.put([2, 3], at: "/f")
      let start = try LittleFS(mounting: volume.flash, options)
      bytes = volume.flash.bytes
      // Block 1 counts after formatting: 0 becomes a copy of it that is newer.
      let log = try #require(start.store.root.directory?.pairs[0].log)
      try #require(start.store.root.directory?.pairs[0].blocks == BlockPair(first: 1, second: 0))
      bytes.replaceSubrange(0..<512, with: bytes[512..<1024])
      (end, tag) = (log.offset, log.tag)
      fill(1, 0xff)
    }

    mutating func fill(_ block: Int, _ byte: UInt8) {
      bytes.replaceSubrange(block * 512..<(block + 1) * 512, with: repeatElement(byte, count: 512))
    }

    /// Adds a commit that counts.
    mutating func commit(_ tags: [(LogTag, [UInt8])]) throws {
      var writer = CommitWriter(
        after: LogEnd(offset: end, tag: tag), LittleFS2DamageTests.geometry, .v21)
      for (tag, data) in tags { writer.append(tag, data) }
      writer.finish(erased: [UInt8](repeating: 0xff, count: 16).span)
      bytes.replaceSubrange(end..<end + writer.bytes.count, with: writer.bytes)
    }

    mutating func superblock(_ word: Int, _ value: UInt32) throws {
      var words = [0x0002_0001, 512, 32, 255, 2_147_483_647, 1022] as [UInt32]
      words[word] = value
      var data: [UInt8] = []
      for word in words { data.append(littleEndian: word) }
      try commit([(LogTag(.inlineStructure, id: 0, length: 24), data)])
    }
  }

  @Test("A finding says what is wrong and where", arguments: Damage.all)
  func finding(damage: Damage) throws {
    var image = try Image()
    try damage.change(&image)
    let flash = try RAMFlash(image.bytes, Self.geometry)
    var said: [String] = []
    do {
      said = try LittleFSInspection(flash).findings.map(\.description)
    } catch {
      said = [error.description]
    }
    #expect(said.contains { $0.contains(damage.sentence) }, "\(said)")
  }

  @Test(
    "Mounting refuses what it cannot make sense of, and takes what was interrupted",
    arguments: Damage.all)
  func mounting(damage: Damage) throws {
    var image = try Image()
    try damage.change(&image)
    let flash = try RAMFlash(image.bytes, Self.geometry)
    let isHarmless = ["littlefs does not find it", "a commit begins", "has the checksum"].contains {
      damage.sentence.contains($0)
    }
    do {
      let volume = try LittleFSVolume(mounting: flash, openFileLimit: 4)
      #expect(isHarmless)
      try volume.put([4], at: "/g")
      #expect(try volume.content(of: "/d/inner") == [1])
    } catch FlashError.corrupt {
      #expect(!isHarmless)
    }
  }

  @Test("No image of damaged bytes traps, loops or breaks what reads it", arguments: 1...20)
  func noise(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let image = try Image()
    for _ in 0..<100 {
      var bytes = image.bytes
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let block = [0, 2, 3].randomElement(using: &random)!
        let place = block * 512 + Int.random(in: 0..<200, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        var whole = Array(bytes[block * 512..<(block + 1) * 512])
        LittleFS2FormatTests.sealCommits(&whole)
        bytes.replaceSubrange(block * 512..<(block + 1) * 512, with: whole)
      }
      if let inspection = try? LittleFSInspection(RAMFlash(bytes, Self.geometry)) {
        _ = try? inspection.volume.entries(of: "/d")
      }
      let flash = try RAMFlash(bytes, Self.geometry)
      if let volume = try? LittleFSVolume(mounting: flash, openFileLimit: 4) {
        try? volume.put(pattern(900, seed: seed), at: "/d/x")
        try? volume.rename("/d", to: "/e")
        try? volume.remove("/f")
      }
    }
  }
}
