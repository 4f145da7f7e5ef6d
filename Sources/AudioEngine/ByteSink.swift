/// Where encoded bytes go: a flash file, a ring, an array in a test.
public protocol ByteSink: AnyObject {
  /// Appends bytes at the end, all of them or none.
  func append(_ bytes: Span<UInt8>) throws(SinkError)

  /// Makes everything so far survive a loss of power.
  func sync() throws(SinkError)

  /// Syncs and closes. Nothing may be called afterwards.
  ///
  /// - Parameter start: What is to take the place of as many bytes at the start; nil leaves them. All
  ///   that was appended is safe before that is tried.
  /// - Returns: Whether the start is as wanted; if not, it is as it was.
  /// - Throws: Why what was appended could not be kept.
  func close(replacingStart start: [UInt8]?) throws(SinkError) -> Bool
}

/// Why a sink took no more.
public enum SinkError: Error, Equatable, Sendable {
  /// No room is left.
  case full
  /// The medium failed, in words.
  case fault(String)
}
