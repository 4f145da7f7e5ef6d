/// The checksum of both littlefs: polynomial 0x04C11DB7, bits reflected, starting from all ones, not
/// inverted at the end; inverted it is the one of PNG.
package struct CRC32: Equatable {
  package private(set) var value: UInt32 = .max

  init() {}

  /// The checksum of a piece of bytes.
  package init(of bytes: Span<UInt8>) { update(bytes) }

  mutating func update(_ byte: UInt8) {
    value = value >> 8 ^ Self.tables[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
  }

  /// Eight bytes a step, by a table for each of their places ("slicing by 8").
  mutating func update(_ bytes: Span<UInt8>) {
    let tables = Self.tables.span
    var crc = value
    var index = 0
    while index &+ 8 <= bytes.count {
      let low =
        crc
        ^ (UInt32(bytes[index]) | UInt32(bytes[index &+ 1]) << 8
          | UInt32(bytes[index &+ 2]) << 16 | UInt32(bytes[index &+ 3]) << 24)
      crc = tables[1792 &+ Int(low & 0xff)] ^ tables[1536 &+ Int(low >> 8 & 0xff)]
      crc ^= tables[1280 &+ Int(low >> 16 & 0xff)] ^ tables[1024 &+ Int(low >> 24)]
      crc ^= tables[768 &+ Int(bytes[index &+ 4])] ^ tables[512 &+ Int(bytes[index &+ 5])]
      crc ^= tables[256 &+ Int(bytes[index &+ 6])] ^ tables[Int(bytes[index &+ 7])]
      index &+= 8
    }
    while index < bytes.count {
      crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[index])) & 0xff)]
      index &+= 1
    }
    value = crc
  }

  /// Eight tables of 256: what a byte does to the checksum with 0 to 7 bytes after it.
  private static let tables: [UInt32] = {
    var tables = (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1) * 0xEDB8_8320 }
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xff)])
    }
    return tables
  }()
}
