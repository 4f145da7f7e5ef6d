/// The checksum of both littlefs: polynomial 0x04C11DB7, bits reflected, starting from all ones, not
/// inverted at the end.
struct CRC32 {
  private(set) var value: UInt32 = .max

  mutating func update(_ byte: UInt8) {
    value = value >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
  }

  mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices { update(bytes[index]) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1) * 0xEDB8_8320 }
  }
}
