/// Who reads JPEG files for the module's display.
public protocol PhotoReader: Sendable {
  /// The picture in a JPEG file; nil if it is none, or cannot be read here.
  func picture(in bytes: [UInt8]) -> Picture?
}

/// Reads none.
public struct NoPhotos: PhotoReader {
  /// Makes it; there is nothing to choose.
  public init() {}

  public func picture(in bytes: [UInt8]) -> Picture? { nil }
}
