import Testing

@testable import FlashStorage

/// The pieces of the format, each on its own.
@Suite("The format of littlefs 2")
struct LittleFS2FormatTests {
  // MARK: Checksum

  @Test(
    "The checksum is that of zip files without its inversion at the end, in pieces of any length",
    arguments: 0...40)
  func checksum(count: Int) {
    let bytes = pattern(count, seed: count)
    var bitwise = UInt32.max
    for byte in bytes {
      bitwise ^= UInt32(byte)
      for _ in 0..<8 { bitwise = bitwise >> 1 ^ (bitwise & 1) * 0xEDB8_8320 }
    }
    for cut in 0...count {
      var checksum = CRC32()
      checksum.update(bytes.span.extracting(first: cut))
      for byte in bytes[cut...] { checksum.update(byte) }
      #expect(checksum.value == bitwise)
    }
    let digits = Array("123456789".utf8)
    let known = CRC32(of: digits.span).value
    #expect(~known == 0xCBF4_3926)
  }

  // MARK: Tags

  static let tagCodes: [(LogTag, UInt32)] = [
    (LogTag(.name(.superblock), id: 0, length: 8), 0x0ff0_0008),
    (LogTag(.name(.file), id: 3, length: 5), 0x0010_0c05),
    (LogTag(.name(.directory), id: 0, length: 0), 0x0020_0000),
    (LogTag(.directoryStructure, id: 1, length: 8), 0x2000_0408),
    (LogTag(.inlineStructure, id: 0, length: 24), 0x2010_0018),
    (LogTag(.blocksStructure, id: 2, length: 8), 0x2020_0808),
    (LogTag(.attribute(0x74), id: 1, length: nil), 0x3740_07ff),
    (LogTag(.create, id: 1, length: 0), 0x4010_0400),
    (LogTag(.delete, id: 1, length: 0), 0x4ff0_0400),
    (LogTag(.checksum(unwrittenReadsZero: false), length: 12), 0x500f_fc0c),
    (LogTag(.checksum(unwrittenReadsZero: true), length: 4), 0x501f_fc04),
    (LogTag(.erasedChecksum, length: 8), 0x5fff_fc08),
    (LogTag(.tail(continues: false), length: 8), 0x600f_fc08),
    (LogTag(.tail(continues: true), length: 8), 0x601f_fc08),
    (LogTag(.sharedState, length: 12), 0x7fff_fc0c),
  ]

  @Test("Tags have the bits of the specification", arguments: tagCodes)
  func tag(tag: LogTag, bits: UInt32) {
    #expect(tag.bits == bits)
    #expect(TagKind(code: tag.kind.code) == tag.kind)
    #expect(tag.isWritten)
  }

  @Test("Every code of a tag is read as a kind that has that code")
  func kinds() {
    for code in 0..<0x800 as Range<UInt32> where !(0x500...0x57f).contains(code) {
      if (0x600...0x6ff).contains(code) {
        #expect(TagKind(code: code) == .tail(continues: code & 1 == 1))
      } else {
        #expect(TagKind(code: code).code == code)
      }
    }
  }

  // MARK: Names

  @Test(
    "A name stands after the longer names that begin with it, and by its bytes else",
    arguments: [
      ["a"], ["ab", "a"], ["abc", "abd", "ab", "a", "b"], ["Zz", "a", "\u{e9}"],
      ["a.wav", "a0", "a"],
    ])
  func order(names: [String]) {
    let sorted = names.map { Name(string: $0) }
    for (first, name) in sorted.enumerated() {
      for (second, other) in sorted.enumerated() {
        #expect(name.precedes(other) == (first < second), "\(name.string) and \(other.string)")
      }
    }
  }

  // MARK: Shared state

  @Test("The shared state has its words on flash as the specification says, and adds up")
  func state() {
    let move = SharedState(isListSuspect: false, move: (BlockPair(first: 7, second: 9), 5))
    #expect(move.tag == 0x4ff0_1400 && move.first == 7 && move.second == 9)
    let both = SharedState(isListSuspect: true, move: (BlockPair(first: 7, second: 9), 5))
    #expect(both.tag == 0xcff0_1400 && both.makesSense)
    #expect(both ^ move == SharedState(isListSuspect: true, move: nil))
    #expect((both ^ move).move == nil && both.move?.id == 5)
    var other = both
    other.tag ^= 0x4010_0000
    #expect(!other.makesSense)
  }

  // MARK: Commits

  /// Sizes of a program and a block.
  static let sizes = [(1, 128), (16, 512), (256, 4096), (4096, 4096), (4096, 16384), (2048, 2048)]

  @Test("A commit of any length ends on a program unit and is read back", arguments: sizes)
  func commits(programSize: Int, blockSize: Int) throws {
    let geometry = try FlashGeometry(
      readSize: 1, programSize: programSize, blockSize: blockSize, blockCount: 8)
    for count in stride(from: 0, to: min(blockSize - 40, 1022), by: 7) {
      var block = [UInt8](repeating: 0xff, count: blockSize)
      var writer = CommitWriter(revision: 77, geometry, .v21)
      writer.append(LogTag(.name(.file), id: 0, length: 1), [UInt8(ascii: "f")])
      writer.append(LogTag(.inlineStructure, id: 0, length: count), pattern(count, seed: count))
      try #require(writer.fits)
      let end = writer.plannedEnd
      let unit = Array(block[end..<min(end + programSize, blockSize)])
      writer.finish(erased: unit.isEmpty ? nil : unit.span)
      #expect(writer.bytes.count == end && end % programSize == 0)
      block.replaceSubrange(0..<end, with: writer.bytes)
      let read = CommitReader.read(block.span, programSize: programSize)
      let log = try #require(read)
      #expect(log.revision == 77 && log.entries.count == 1 && log.contradictions.isEmpty)
      #expect(
        Array(block[try #require(log.entries[0].structure).data]) == pattern(count, seed: count))
      #expect(log.ending == .unwritten)
      #expect(log.end?.offset == writer.end?.offset && log.end?.tag == writer.end?.tag)
    }
  }

  @Test("After what a cut-off commit may have left, nothing is appended")
  func remains() throws {
    let geometry = try FlashGeometry(
      readSize: 1, programSize: 16, blockSize: 512, blockCount: 8)
    var writer = CommitWriter(revision: 1, geometry, .v21)
    writer.finish(erased: [UInt8](repeating: 0xff, count: 16).span)
    var block = writer.bytes + [UInt8](repeating: 0xff, count: 512 - writer.bytes.count)
    for (programSize, isOpen) in [(16, true), (32, true), (128, false)] {
      let log = CommitReader.read(block.span, programSize: programSize)
      #expect((log?.end != nil) == isOpen)
    }
    block[writer.bytes.count + 9] = 0x7f
    let read = CommitReader.read(block.span, programSize: 16)
    let log = try #require(read)
    #expect(log.end == nil && log.ending == .unfinished(offset: writer.bytes.count))
  }

  @Test("A log of any bytes is read or refused, and neither traps nor runs on", arguments: 1...40)
  func noise(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let flash = try Littlefs(.v21, 16, 16, 512, count: 32).volume()
    for number in 0..<5 { try flash.put(pattern(number * 9, seed: number), at: "/\(number)") }
    var block = [UInt8](repeating: 0, count: 512)
    try flash.withDeviceBytes(1, &block)
    for _ in 0..<200 {
      var noisy = block
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        noisy[Int.random(in: 0..<512, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      Self.sealCommits(&noisy)
      if let log = CommitReader.read(noisy.span, programSize: 16) {
        #expect(log.entries.count <= 0x3ff)
      }
    }
  }

  /// Makes the checksums of a log right again, so that its contents are looked at.
  static func sealCommits(_ block: inout [UInt8]) {
    var (begin, offset, last) = (0, 4, LogTag.beforeFirst)
    while offset + 8 <= block.count {
      let tag = LogTag(bits: block.span.bigEndian(at: offset) ^ last.bits)
      guard tag.isWritten, offset + tag.totalByteCount <= block.count else { return }
      offset += 4
      if case .checksum = tag.kind, tag.length >= 4 {
        let sum = CRC32(of: block.span.extracting(begin..<offset)).value
        for byte in 0..<4 { block[offset + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte)) }
        begin = offset + tag.length
      }
      offset += tag.length
      last = tag
    }
  }
}

extension LittleFSVolume {
  /// Copies a block out.
  func withDeviceBytes(_ block: Int, _ bytes: inout [UInt8]) throws {
    let all = flash.bytes
    bytes = Array(all[block * bytes.count..<(block + 1) * bytes.count])
  }
}
