import EmulatedTime
import Glibc

/// How bytes are sent to a client that may be slow: it is waited for, but not for ever.
struct Sending {
  private static let patience = Duration.seconds(1)

  /// Whether the client has taken nothing for too long. Once it takes something, it is waited for again.
  private var isStalled = false

  /// Sends bytes by `write`; gives those that the descriptor had no room for in time.
  @discardableResult
  mutating func send(
    _ bytes: [UInt8], to descriptor: Descriptor,
    by write: (ArraySlice<UInt8>) -> Descriptor.Outcome<Int>
  ) -> ArraySlice<UInt8> {
    var left = bytes[...]
    while !left.isEmpty {
      switch write(left) {
      case .done(let count):
        left = left.dropFirst(count)
        isStalled = false
      case .wouldWait:
        let patience = isStalled ? .zero : Self.patience
        isStalled = !descriptor.awaitReadiness(POLLOUT, for: patience)
        if isStalled { return left }
      case .ended: return left
      }
    }
    return left
  }
}
