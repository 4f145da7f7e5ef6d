/// Where encoded bytes go: a flash file, a ring, an array in a test.
public protocol ByteSink: AnyObject {
  /// Appends bytes at the end, all of them or none.
  func append(_ bytes: Span<UInt8>) throws(SinkError)

  /// Replaces bytes that were appended before.
  func overwrite(at offset: Int, with bytes: Span<UInt8>) throws(SinkError)

  /// Makes everything so far survive a loss of power.
  func sync() throws(SinkError)

  /// Syncs and closes. Nothing may be called afterwards.
  func close() throws(SinkError)
}

/// Why a sink took no more.
public enum SinkError: Error, Equatable, Sendable {
  /// No room is left.
  case full
  /// The medium failed, in words.
  case fault(String)
}
