/// A metadata block of littlefs 1 as flash holds it (`SPEC.md` of release 1.7.2, "Directories / Metadata
/// pairs" and "Entries"): a header, records one after the other, a checksum. All numbers are little-endian.
///
/// The highest bit of the size says that the directory continues in the pair that the tail points to.
struct DirectoryBlock {
  static let headerSize = 16
  /// Header and checksum: what an empty directory takes.
  static let overhead = headerSize + 4
  private static let continuationBit: UInt32 = 1 << 31
  /// What a pointer to nothing looks like.
  static let noBlock = UInt32.max

  let revision: UInt32
  let tail: BlockPair?
  let continues: Bool
  /// The records, one after the other.
  private let body: ArraySlice<UInt8>

  /// Reads a block, as far as its checksum covers it.
  ///
  /// - Throws: ``Defect`` for a block that was never finished, or is none.
  init(_ bytes: [UInt8]) throws(Defect) {
    guard bytes.count >= Self.overhead else { throw Defect("it has no room for a header") }
    let word = bytes.littleEndian(at: 4)
    let size = Int(word & ~Self.continuationBit)
    guard (Self.overhead...bytes.count).contains(size) else {
      throw Defect("it claims \(size) bytes, \(Self.overhead) to \(bytes.count) are possible")
    }
    let end = size - 4
    var checksum = CRC32()
    checksum.update(bytes.span.extracting(0..<end))
    let stored = bytes.littleEndian(at: end)
    guard stored == checksum.value else {
      throw Defect("its checksum is \(hex(stored)), its content needs \(hex(checksum.value))")
    }
    revision = bytes.littleEndian(at: 0)
    continues = word & Self.continuationBit != 0
    tail = Self.pair(bytes.littleEndian(at: 8), bytes.littleEndian(at: 12))
    body = bytes[Self.headerSize..<end]
  }

  /// The records in their order.
  ///
  /// - Throws: ``Defect`` if a record is longer than the rest of the block.
  func records() throws(Defect) -> [Record] {
    var records: [Record] = []
    var rest = body
    // The reference stops where less than a record with its eight bytes of data is left.
    while rest.count >= Record.minimumSize {
      let record = try Record(rest)
      records.append(record)
      rest = rest.dropFirst(record.size)
    }
    return records
  }

  /// The pair that two pointers name; nil if one of them points to nothing.
  static func pair(_ first: UInt32, _ second: UInt32) -> BlockPair? {
    guard first != noBlock, second != noBlock else { return nil }
    return BlockPair(first: Int(first), second: Int(second))
  }

  /// What makes a block useless, as the end of a sentence about it.
  struct Defect: Error {
    let description: String
    init(_ description: String) { self.description = description }
  }
}

extension DirectoryBlock {
  /// An entry of a metadata block: a type, data of that type, attributes and a name.
  struct Record {
    static let headerSize = 4
    static let minimumSize = headerSize + 8

    static let file: UInt8 = 0x11
    static let directory: UInt8 = 0x22
    static let superblock: UInt8 = 0x2E
    /// Set while a rename is under way: the entry may already exist elsewhere, and is then not here.
    static let movedBit: UInt8 = 0x80

    /// Without the bit for moved.
    let type: UInt8
    let isMoved: Bool
    let data: [UInt8]
    /// Kept for whoever wrote them.
    let attributes: [UInt8]
    let name: Name

    /// Reads the record that `bytes` starts with; there are at least ``minimumSize``.
    fileprivate init(_ bytes: ArraySlice<UInt8>) throws(Defect) {
      let start = bytes.startIndex
      let dataEnd = start + Self.headerSize + Int(bytes[start + 1])
      let attributesEnd = dataEnd + Int(bytes[start + 2])
      let end = attributesEnd + Int(bytes[start + 3])
      guard end <= bytes.endIndex else {
        throw Defect(
          "the record at offset \(start) claims \(end - start) bytes, \(bytes.count) are left")
      }
      type = bytes[start] & ~Self.movedBit
      isMoved = bytes[start] & Self.movedBit != 0
      data = Array(bytes[start + Self.headerSize..<dataEnd])
      attributes = Array(bytes[dataEnd..<attributesEnd])
      name = Name(bytes: Array(bytes[attributesEnd..<end]))
    }

    var size: Int { Self.headerSize + data.count + attributes.count + name.byteCount }

    /// A number in the data, by its place among the numbers.
    func word(_ index: Int) -> UInt32 { data.littleEndian(at: 4 * index) }

    /// Two of them as pointers.
    func pair(_ index: Int) -> BlockPair? { DirectoryBlock.pair(word(index), word(index + 1)) }
  }
}

extension DirectoryBlock {
  /// Builds the bytes of a block.
  struct Encoder {
    private var bytes: [UInt8] = []

    init(revision: UInt32, tail: BlockPair?, capacity: Int) {
      bytes.reserveCapacity(capacity)
      append(revision)
      append(0)  // The size, when it is known.
      append(tail)
    }

    /// Adds a record whose data `data` appends.
    mutating func append(
      _ type: UInt8, dataSize: Int, attributes: [UInt8], name: Name,
      data: (inout Encoder) -> Void
    ) {
      bytes.append(type)
      bytes.append(UInt8(dataSize))
      bytes.append(UInt8(attributes.count))
      bytes.append(UInt8(name.byteCount))
      data(&self)
      bytes.append(contentsOf: attributes)
      bytes.append(contentsOf: name.bytes)
    }

    mutating func append(_ number: UInt32) {
      bytes.append(UInt8(truncatingIfNeeded: number))
      bytes.append(UInt8(truncatingIfNeeded: number >> 8))
      bytes.append(UInt8(truncatingIfNeeded: number >> 16))
      bytes.append(UInt8(truncatingIfNeeded: number >> 24))
    }

    mutating func append(_ pair: BlockPair?) {
      append(pair.map { UInt32($0.first) } ?? DirectoryBlock.noBlock)
      append(pair.map { UInt32($0.second) } ?? DirectoryBlock.noBlock)
    }

    /// The block with its size and checksum, filled up to whole program units.
    consuming func finish(continues: Bool, programSize: Int) -> [UInt8] {
      let size = UInt32(bytes.count + 4) | (continues ? DirectoryBlock.continuationBit : 0)
      for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
      var checksum = CRC32()
      checksum.update(bytes.span)
      append(checksum.value)
      let unitCount = (bytes.count + programSize - 1) / programSize
      bytes += [UInt8](repeating: 0xFF, count: unitCount * programSize - bytes.count)
      return bytes
    }
  }
}

extension [UInt8] {
  fileprivate func littleEndian(at offset: Int) -> UInt32 {
    UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
      | UInt32(self[offset + 3]) << 24
  }
}

private func hex(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }
