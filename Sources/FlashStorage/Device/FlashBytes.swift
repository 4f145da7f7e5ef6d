// What flash does to bytes, a word at a time: everything that is stored passes through here.

extension MutableSpan<UInt8> {
  /// Takes over the bytes of `source`, which are as many.
  mutating func copy(_ source: Span<UInt8>) {
    precondition(count == source.count)
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
    }
  }

  /// Clears the bits that are clear in `source`, which has as many bytes.
  mutating func clearBits(clearIn source: Span<UInt8>) {
    precondition(count == source.count)
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        for index in 0..<target.count / 8 {
          let place = index * 8
          let word =
            unsafe target.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            & source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
          unsafe target.storeBytes(of: word, toByteOffset: place, as: UInt64.self)
        }
        for index in target.count / 8 * 8..<target.count {
          unsafe target[index] &= source[index]
        }
      }
    }
  }
}

extension [UInt8] {
  /// The bytes of a span as a value.
  init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }
}

extension Span<UInt8> {
  /// Whether `other` has the same bytes.
  func isEqual(to other: Span<UInt8>) -> Bool {
    count == other.count && holds(of: other) { $0 ^ $1 == 0 }
  }

  /// Whether no bit is set here that is clear in `other`, which has as many bytes.
  func isSubset(of other: Span<UInt8>) -> Bool {
    precondition(count == other.count)
    return holds(of: other) { $0 & ~$1 == 0 }
  }

  /// Whether all bits are set, as an erase leaves them.
  var isErased: Bool { holds(of: self) { word, _ in word == .max } }

  /// Whether `relation` holds between all words here and there; the last one is filled up with ones.
  @inline(__always)
  private func holds(of other: Span<UInt8>, _ relation: (UInt64, UInt64) -> Bool) -> Bool {
    unsafe withUnsafeBytes { here in
      unsafe other.withUnsafeBytes { there in
        for index in 0..<here.count / 8 {
          let place = index * 8
          guard
            relation(
              unsafe here.loadUnaligned(fromByteOffset: place, as: UInt64.self),
              unsafe there.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          else { return false }
        }
        for index in here.count / 8 * 8..<here.count {
          let padding = ~UInt64(0xFF)
          guard
            relation(
              unsafe padding | UInt64(here[index]), unsafe padding | UInt64(there[index]))
          else { return false }
        }
        return true
      }
    }
  }
}
