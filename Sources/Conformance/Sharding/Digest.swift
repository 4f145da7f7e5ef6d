/// A short name for bytes: FNV-1a of 64 bits, against mix-ups and not against malice.
package struct Digest {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// Takes more bytes in; where a part ends makes no difference.
  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// 16 digits.
  package var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The digits for some parts.
  package static func text(of parts: some Sequence<[UInt8]>) -> String {
    var digest = Digest()
    for part in parts { digest.add(part) }
    return digest.text
  }
}
