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

extension VolumeError {
  /// What a volume refused.
  init(_ place: String, _ error: FlashError) {
    self.init(error == .noSpace ? .doesNotFit : .volumeFailure, "'\(place)': \(error)")
  }

  /// What the host refused.
  init(_ sentence: String, _ failure: HostFailure) {
    self.init(failure.isMissing ? .notFound : .hostFailure, "\(sentence): \(failure.text)")
  }
}

/// Does something with a volume; the error names the place.
func onVolume<Result>(
  _ place: String, _ body: () throws(FlashError) -> Result
) throws(VolumeError) -> Result {
  do throws(FlashError) {
    return try body()
  } catch {
    throw VolumeError(place, error)
  }
}

/// Does something with a file or folder of the host; the error says what, and names the place.
func onHost<Result: ~Copyable>(
  _ verb: String, _ place: String, _ body: () throws(HostFailure) -> Result
) throws(VolumeError) -> Result {
  do throws(HostFailure) {
    return try body()
  } catch {
    throw VolumeError("cannot \(verb) '\(place)'", error)
  }
}
