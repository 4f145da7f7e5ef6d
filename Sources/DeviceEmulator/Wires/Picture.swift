import FlashStorage

/// A picture of colours of eight bits each.
public struct Picture: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// Row by row from the top left; three bytes a pixel: red, green, blue.
  public private(set) var bytes: [UInt8]

  /// Makes a black one.
  public init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    bytes = [UInt8](repeating: 0, count: 3 * width * height)
  }

  /// Makes one of its bytes.
  ///
  /// - Precondition: There are three for each pixel.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(bytes.count == 3 * width * height)
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  /// The colour of a pixel as 0xRRGGBB.
  public internal(set) subscript(x: Int, y: Int) -> UInt32 {
    get {
      let place = 3 * (y * width + x)
      return UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
    }
    set {
      let place = 3 * (y * width + x)
      bytes[place] = UInt8(truncatingIfNeeded: newValue >> 16)
      bytes[place + 1] = UInt8(truncatingIfNeeded: newValue >> 8)
      bytes[place + 2] = UInt8(truncatingIfNeeded: newValue)
    }
  }
}

extension Picture {
  /// The picture as a PNG file. Nothing in it is compressed, so its bytes are the same on every host.
  ///
  /// Source: PNG specification, third edition; RFC 1950 and 1951.
  public var png: [UInt8] {
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = Self.big(width) + Self.big(height) + [8, 2, 0, 0, 0]
    return start + Self.chunk("IHDR", header) + Self.chunk("IDAT", zlibStream)
      + Self.chunk("IEND", [])
  }

  /// The rows, each after the number of its filter, which is none.
  private var zlibStream: [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(bytes.count + height)
    for row in 0..<height {
      rows.append(0)
      rows += bytes[3 * row * width..<3 * (row + 1) * width]
    }
    var stream: [UInt8] = [0x78, 0x01]
    var done = 0
    repeat {
      let count = min(rows.count - done, 0xFFFF)
      let isLast: UInt8 = done + count == rows.count ? 1 : 0
      let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
      stream += [isLast, low, high, ~low, ~high]
      stream += rows[done..<done + count]
      done += count
    } while done < rows.count
    return stream + Self.big(Int(Self.adler32(rows)))
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    return big(content.count) + named + big(Int(~CRC32(of: named.span).value))
  }

  private static func big(_ value: Int) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (sum, sums): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      sum = (sum + UInt32(byte)) % 65521
      sums = (sums + sum) % 65521
    }
    return sums << 16 | sum
  }
}
