import EmulatedTime

/// A part of a module's flash for what is to outlast everything: sixteen places of their own sizes, beside the file
/// systems.
public final class SecureArea: Sendable {
  /// Keeps the whole area somewhere.
  public typealias Keep = @Sendable (_ bytes: [UInt8]) throws(HostFailure) -> Void

  package static let indices = 1...16
  /// The bytes of an area as a whole: of each place its length in two bytes, 0 while nothing is there, then all its room.
  public static let byteCount = indices.reduce(0) { $0 + 2 + capacity(of: $1) }

  private let content: Monitor<[UInt8]>
  private let keep: Keep

  /// Makes an area.
  ///
  /// - Parameters:
  ///   - content: What it holds; nothing if that is not ``byteCount`` bytes.
  ///   - keep: Is handed the area whenever something was stored.
  public init(_ content: [UInt8] = [], keep: @escaping Keep = { _ in }) {
    self.content = Monitor(
      content.count == Self.byteCount ? content : [UInt8](repeating: 0, count: Self.byteCount))
    self.keep = keep
  }

  /// The bytes that a place has room for.
  ///
  /// Source: vendor page of SecureData.
  package static func capacity(of index: Int) -> Int {
    switch index {
    case ...8: 52
    case 9...12: 100
    case 13...14: 500
    default: 1000
    }
  }

  /// Where a place begins.
  private static func start(of index: Int) -> Int {
    (1..<index).reduce(0) { $0 + 2 + capacity(of: $1) }
  }

  /// What was stored at a place; nil if nothing was.
  package subscript(index: Int) -> [UInt8]? {
    let start = Self.start(of: index)
    return content.withLock { content in
      let count = Int(content[start]) | Int(content[start + 1]) << 8
      guard (1...Self.capacity(of: index)).contains(count) else { return nil }
      return Array(content[start + 2..<start + 2 + count])
    }
  }

  /// Stores bytes at a place, which has room for them.
  package func store(_ bytes: [UInt8], at index: Int) throws(HostFailure) {
    let start = Self.start(of: index)
    let whole = content.withLock { content in
      content[start] = UInt8(bytes.count & 0xFF)
      content[start + 1] = UInt8(bytes.count >> 8)
      for (offset, byte) in bytes.enumerated() { content[start + 2 + offset] = byte }
      return content
    }
    try keep(whole)
  }
}
