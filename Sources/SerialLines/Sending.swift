import EmulatedTime

/// How bytes are sent to a client that may be slow: it is waited for, but not for ever.
struct Sending {
  private static let patience = Duration.seconds(1)

  /// Whether the client has taken nothing for too long.
  private var isStalled = false

  /// A client has come, or gone.
  mutating func reset() { isStalled = false }

  mutating func send(_ bytes: [UInt8], to descriptor: Descriptor) {
    isStalled = !descriptor.writeAll(bytes, patience: isStalled ? .zero : Self.patience)
  }
}
