import Testing

@testable import FlashStorage

@Suite("Damaged littlefs 1")
struct LittleFS1DamageTests {
  /// The volume that is damaged: `/d/inner` and `/file`, the root in block 2 (before that 3), `/d` in
  /// block 5 (before that 4).
  static func volume() throws -> FlashDump {
    let store = try PathStore(formatting: .small)
    try store.makeDirectory("/d")
    try store.write("/d/inner", oraclePattern(3, seed: 0))
    try store.write("/file", oraclePattern(2, seed: 4))
    return store.flash.dump
  }

  /// Where the volume's records are: the root's in block 2, `/d`'s in block 5.
  private enum Offset {
    static let size = 4
    static let tail = 8
    static let directory = 16
    static let directoryPair = 20
    static let file = 29
    static let fileHead = 33
    static let fileSize = 37
    static let fileName = 41
    static let superblockRoot = 20
    static let superblockBlockSize = 28
    static let superblockVersion = 36
    static let superblockName = 40
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    /// What is reported.
    let report: String
    /// What can still be read; nil if there is no volume left.
    let remains: [String]?
    let inflict: @Sendable (inout FlashDump) -> Void

    var testDescription: String { report }

    init(
      _ report: String, remains: [String]?, _ inflict: @escaping @Sendable (inout FlashDump) -> Void
    ) {
      self.report = report
      self.remains = remains
      self.inflict = inflict
    }

    static let all = [
      Damage(
        """
        neither block of pair {0, 1} of the superblock is valid: block 0: it claims \
        2147483647 bytes, 20 to 256 are possible; block 1: it claims 2147483647 bytes, 20 to 256 are \
        possible
        """, remains: nil
      ) { $0.erase(0...63) },
      Damage("blocks 0 and 1 hold no superblock of littlefs 1", remains: nil) {
        $0.patchSuperblock { $0[Offset.superblockName] = UInt8(ascii: "L") }
      },
      Damage("the volume is littlefs 2.0; of 1.x, 1.0 and 1.1 are known", remains: nil) {
        $0.patchSuperblock { $0.replace(at: Offset.superblockVersion, with: 2 << 16) }
      },
      Damage("the volume is littlefs 1.2; of 1.x, 1.0 and 1.1 are known", remains: nil) {
        $0.patchSuperblock { $0.replace(at: Offset.superblockVersion, with: 1 << 16 | 2) }
      },
      Damage("the volume was made for blocks of 512 bytes, this flash has 256", remains: nil) {
        $0.patchSuperblock { $0.replace(at: Offset.superblockBlockSize, with: 512) }
      },
      Damage("directory '/' points to pair {64, 2}, but the volume has 64 blocks", remains: []) {
        $0.patchSuperblock { $0.replace(at: Offset.superblockRoot, with: 64) }
      },
      Damage(
        "directory '/' points to pair {1, 2}, but block 1 belongs to pair {0, 1}", remains: []
      ) {
        $0.patchSuperblock { $0.replace(at: Offset.superblockRoot, with: 1) }
      },
      Damage(
        """
        neither block of pair {5, 4} of directory '/d' is valid: block 5: its checksum is \
        0x0, its content needs 0xc1eaa40d; block 4: it claims 2147483647 bytes, 20 to 256 are possible
        """, remains: ["/d/", "/file 040b"]
      ) {
        $0.erase(4...4)
        $0.bytes.replaceSubrange(5 * 256 + 33..<5 * 256 + 37, with: [0, 0, 0, 0])
      },
      Damage(
        "directory '/d' points to pair {5, 5}, one block twice", remains: ["/d/", "/file 040b"]
      ) {
        $0.patch(2) { $0.replace(at: Offset.directoryPair + 4, with: 5) }
      },
      Damage(
        "directory '/' has in pair {2, 3} a directory 'd' without blocks", remains: ["/file 040b"]
      ) {
        $0.patch(2) { $0.replace(at: Offset.directoryPair, with: .max) }
      },
      Damage(
        "directory '/' has in pair {2, 3} a record 'd' of the unknown type 0x23",
        remains: ["/file 040b"]
      ) {
        $0.patch(2) { $0[Offset.directory] = 0x23 }
      },
      Damage(
        "directory '/' has in pair {2, 3} a file 'file' of 16385 bytes, more than the volume has",
        remains: ["/d/", "/d/inner 00070e"]
      ) {
        $0.patch(2) { $0.replace(at: Offset.fileSize, with: 16385) }
      },
      Damage(
        """
        directory '/' has in pair {2, 3} a file 'file' that ends in block 64, where 2 to 63 exist
        """, remains: ["/d/", "/d/inner 00070e"]
      ) {
        $0.patch(2) { $0.replace(at: Offset.fileHead, with: 64) }
      },
      Damage(
        "'/f\\x2fle' in pair {2, 3} has a name with a slash in it",
        remains: ["/d/", "/d/inner 00070e"]
      ) {
        $0.patch(2) { $0[Offset.fileName + 1] = UInt8(ascii: "/") }
      },
      Damage(
        "directory '/' has in pair {2, 3} an entry 'fe' with 10 bytes of data, where 8 belong",
        remains: ["/d/", "/d/inner 00070e"]
      ) {
        $0.patch(2) {
          $0[Offset.file + 1] = 10
          $0[Offset.file + 3] = 2
          $0.replaceSubrange(Offset.fileName + 2..<Offset.fileName + 4, with: [0x66, 0x65])
        }
      },
      Damage(
        """
        in pair {2, 3} of directory '/', block 2: the record at offset 29 claims 17 bytes, 16 are left
        """, remains: []
      ) {
        $0.patch(2) { $0[Offset.file + 3] = 5 }
      },
      Damage("directory '/d' has two entries 'inner'", remains: ["/d/", "/d/inner 00070e"]) {
        $0.patch(5) {
          $0.replaceSubrange(33..<50, with: $0[16..<33])
          $0.replace(at: Offset.size, with: 54)
        }
        $0.patch(2) { $0.replace(at: Offset.size, with: 33) }
      },
      Damage(
        "directory '/' claims to continue after pair {3, 2}, but the tail is null",
        remains: ["/d/", "/d/inner 00070e", "/file 040b"]
      ) {
        $0.patch(2) {
          $0.replace(at: Offset.size, with: $0.word(at: Offset.size) | 1 << 31)
          $0.replace(at: Offset.tail, with: .max)
        }
      },
      Damage(
        "directory '/' points to pair {2, 3}, but block 2 belongs to pair {2, 3}",
        remains: ["/d/", "/d/inner 00070e", "/file 040b"]
      ) {
        $0.patch(2) {
          $0.replace(at: Offset.size, with: $0.word(at: Offset.size) | 1 << 31)
          $0.replace(at: Offset.tail, with: 2)
          $0.replace(at: Offset.tail + 4, with: 3)
        }
      },
      Damage(
        "the list of all pairs returns from {5, 4} to {0, 1}",
        remains: ["/d/", "/d/inner 00070e", "/file 040b"]
      ) {
        $0.patch(5) {
          $0.replace(at: Offset.tail, with: 0)
          $0.replace(at: Offset.tail + 4, with: 1)
        }
      },
      Damage(
        "the list of all pairs does not lead to pair {5, 4}",
        remains: ["/d/", "/d/inner 00070e", "/file 040b"]
      ) {
        $0.patch(2) { $0.replace(at: Offset.tail, with: .max) }
      },
      Damage(
        """
        neither block of pair {20, 21} of the list of all pairs is valid: block 20: it claims \
        2147483647 bytes, 20 to 256 are possible; block 21: it claims 2147483647 bytes, 20 to 256 are \
        possible
        """, remains: ["/d/", "/d/inner 00070e", "/file 040b"]
      ) {
        $0.patch(5) {
          $0.replace(at: Offset.tail, with: 20)
          $0.replace(at: Offset.tail + 4, with: 21)
        }
      },
    ]
  }

  @Test("Damage is told with its place, and a tolerant look keeps the rest", arguments: Damage.all)
  func damage(_ damage: Damage) throws {
    var dump = try Self.volume()
    damage.inflict(&dump)
    let flash = try FaultyFlash(dump)
    #expect(throws: FlashError.corrupt(damage.report)) { try PathStore(mounting: flash) }
    guard let remains = damage.remains else {
      #expect(throws: FlashError.corrupt(damage.report)) {
        try PathStore(mounting: flash, tolerant: true)
      }
      return
    }
    let store = try PathStore(mounting: flash, tolerant: true)
    let finding = try #require(store.store.findings.first)
    #expect(finding.severity == .damage)
    #expect(finding.description == damage.report)
    #expect(!finding.blocks.isEmpty)
    #expect(try store.tree() == remains)
    #expect(flash.dump.bytes == dump.bytes, "looking changes nothing")
  }

  @Test("Either block of the superblock serves", arguments: [0, 1])
  func superblock(_ lost: Int) throws {
    var dump = try Self.volume()
    dump.erase(lost...lost)
    #expect(try PathStore(mounting: dump).tree().count == 3)
  }

  @Test("A block that was never finished is not missed")
  func older() throws {
    var dump = try Self.volume()
    dump.erase(5...5)
    #expect(try PathStore(mounting: dump).tree() == ["/d/", "/d/inner ", "/file 040b"])
  }

  @Test("Random damage with checksums that fit never traps, loops or changes anything")
  func random() throws {
    let seed: UInt64 = 7
    var random = SeededGenerator(seed: seed)
    let whole = try LittleFS1PowerTests.volume().dump
    let blocks = try PathStore(mounting: whole).store.list.map(\.blocks)
    var readableCount = 0
    for _ in 0..<1000 {
      var dump = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let pair = blocks[Int.random(in: 0..<blocks.count, using: &random)]
        let numbers = [0, 1, 2, 255, UInt8.random(in: 0...255, using: &random)]
        let offset = Int.random(in: 4..<100, using: &random)
        let value = numbers[Int.random(in: 0..<5, using: &random)]
        for block in [pair.first, pair.second] { dump.patch(block) { $0[offset] = value } }
      }
      let flash = try FaultyFlash(dump)
      if (try? PathStore(mounting: flash)) != nil { readableCount += 1 }
      if let store = try? PathStore(mounting: flash, tolerant: true) {
        #expect(store.entries().count < 1000)
      }
      #expect(flash.operationCount == 0)
    }
    #expect((50..<950).contains(readableCount), "\(readableCount) of 1000 seem undamaged")
  }
}

extension FlashDump {
  fileprivate mutating func patchSuperblock(_ change: (inout [UInt8]) -> Void) {
    for block in 0...1 { patch(block, change) }
  }
}
