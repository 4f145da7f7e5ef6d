import DeviceEmulator

/// A kind of sound file that modules play and the emulator cannot decode.
///
/// Which ones modules play: vendor firmware layer of 2021-12, the formats of `Audio.playStream`.
enum UndecodedFormat: String, CaseIterable {
  case amrWB = "AMR-WB"
  case mp3 = "MP3"
  case aac = "AAC"
  case m4a = "M4A"
  case transportStream = "MPEG-TS"

  /// Tells the format by a file's first bytes; nil for any other.
  init?(_ bytes: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.begins(bytes) }) else { return nil }
    self = format
  }

  /// What the emulator lacks, as a clause.
  var lack: String { "\(rawValue) is not emulated, a module plays it" }

  private func begins(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .amrWB: bytes.starts(with: "#!AMR-WB\n".utf8)
    // A tag, or eleven bits of synchronization and a layer.
    case .mp3:
      bytes.starts(with: "ID3".utf8)
        || Self.hasSync(bytes, mask: 0xE0) && bytes[1] & 0x06 != 0
    // Twelve bits of synchronization and layer 0.
    case .aac: Self.hasSync(bytes, mask: 0xF0) && bytes[1] & 0x06 == 0
    case .m4a: bytes.dropFirst(4).starts(with: "ftyp".utf8)
    case .transportStream: bytes.count > 188 && bytes[0] == 0x47 && bytes[188] == 0x47
    }
  }

  private static func hasSync(_ bytes: [UInt8], mask: UInt8) -> Bool {
    bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & mask == mask
  }
}
