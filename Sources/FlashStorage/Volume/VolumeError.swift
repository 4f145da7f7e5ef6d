/// Why a volume could not be made, loaded or copied, as a sentence for the user.
public struct VolumeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is, for an exit code.
  public enum Reason: Sendable {
    /// A size or limit makes no volume.
    case badGeometry
    /// The host has no such file or folder.
    case notFound
    /// Another process uses the folder.
    case inUse
    /// The volume is too small.
    case doesNotFit
    /// The host's folder holds what a volume cannot: a link, a device, a bad name.
    case unsuitable
    /// The host refused to read or write.
    case hostFailure
    /// The volume refused; the sentence has its words.
    case volumeFailure
  }

  /// The kind of trouble.
  public let reason: Reason
  /// What is wrong, where, and what would be right.
  public let description: String

  /// Makes a sentence of one kind.
  public init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}
