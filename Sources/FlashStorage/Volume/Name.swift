/// A file or directory name: bytes, UTF-8 as far as this program makes them.
struct Name: Hashable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The name that has this text, the reverse of ``string``.
  init(string: String) {
    guard string.utf8.contains(firstByteOfForeign) else {
      bytes = Array(string.utf8)
      return
    }
    bytes = string.unicodeScalars.flatMap { scalar in
      foreignByte(scalar).map { [$0] } ?? Array(String(scalar).utf8)
    }
  }

  /// The name as text. A byte that is not part of UTF-8 is a character of its own, the last 128 of Unicode,
  /// which mean nothing else: no two names have the same text.
  var string: String {
    if !bytes.contains(firstByteOfForeign), let text = String(validating: bytes, as: UTF8.self) {
      return text
    }
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes[...]
    while true {
      var source = rest.makeIterator()
      switch parser.parseScalar(from: &source) {
      case .emptyInput: return String(text)
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        text.append(contentsOf: foreignByte(scalar) == nil ? [scalar] : encoded.map(foreign))
        rest = rest.dropFirst(encoded.count)
      case .error(let count):
        text.append(contentsOf: rest.prefix(count).map(foreign))
        rest = rest.dropFirst(count)
      }
      parser = Unicode.UTF8.ForwardParser()
    }
  }

  var byteCount: Int { bytes.count }

  /// Whether it is UTF-8.
  var isText: Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// Why nothing on a volume or on the host can have this name, as the end of a sentence; nil if it can.
  ///
  /// - Parameter limit: The longest that a name may be, in bytes.
  func fault(limit: Int = .max) -> String? {
    if bytes.isEmpty { return "has an empty name" }
    if bytes == [dot] || bytes == [dot, dot] {
      return "has a name that leads to another directory"
    }
    if bytes.contains(slash) { return "has a name with a slash in it" }
    if bytes.contains(0) { return "has a name with a NUL in it" }
    if byteCount > limit { return "has a name of \(byteCount) bytes, of \(limit) possible" }
    return nil
  }

  /// The name in a message: as ``Swift/String/printable``, and a slash, which parts no names here, as `\x2f`.
  var printable: String { string.spellingOut { $0.isUnseen || $0 == "/" } }
}

/// The character that stands for a byte from 0x80 on which is not part of UTF-8.
private func foreign(_ byte: UInt8) -> Unicode.Scalar {
  Unicode.Scalar(firstForeign + UInt32(byte))!
}

/// The byte that a character stands for, if it stands for one.
func foreignByte(_ scalar: Unicode.Scalar) -> UInt8? {
  scalar.value >= firstForeign + 0x80 ? UInt8(scalar.value - firstForeign) : nil
}

private let firstForeign: UInt32 = 0x10FF00
/// What such a character, and few others, begins with in UTF-8.
private let firstByteOfForeign: UInt8 = 0xF4
private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")
