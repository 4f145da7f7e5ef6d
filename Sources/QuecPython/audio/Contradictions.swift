import DeviceEmulator
public import ModuleProfiles

/// A place where the vendor's page for `audio.Record` contradicts itself or its own sample, and how
/// each policy reads it.
public struct PageContradiction: Sendable, Equatable {
  /// What it is about, such as `stream_start, stream_read`.
  public let subject: String
  /// What the page says, in our words.
  public let page: String
  /// What the emulator does under the policy `documented`.
  public let documented: String
  /// What it does under the policy `observed`.
  public let observed: String
  /// The series it concerns, as the page spells them; nil for all.
  let series: [String]?

  init(
    _ subject: String, series: [String]? = nil, page: String, documented: String, observed: String
  ) {
    self.subject = subject
    self.page = page
    self.documented = documented
    self.observed = observed
    self.series = series
  }

  /// How a policy reads it.
  public func ruling(under policy: Policy) -> String {
    switch policy {
    case .documented: documented
    case .observed: observed
    }
  }

  /// Whether it makes a difference on a model; on one with a profile of the user's own, its series
  /// decides.
  public func concerns(_ profile: ModuleProfile) -> Bool {
    series?.contains(profile.series) ?? true
  }

  /// All of them.
  public static let all = [
    PageContradiction(
      "stream_start, stream_read",
      series: ["EC600N Series", "EC800N Series", "EC200U Series", "EC600U Series"],
      page:
        "starting a stream is for EC200U and EC600U only, reading one for EC600N and EC800N only, "
        + "so that no model could do both",
      documented: "all four series start and read streams",
      observed: "all models start and read streams, as the firmware on both platforms does"),
    PageContradiction(
      "supported models", series: ["EG912N"],
      page: "the table of channels has EG912N, the list of supported models has not",
      documented: "EG912N records", observed: "EG912N records"),
    PageContradiction(
      "the sample's channel", series: ["EC200U Series"],
      page:
        "the sample records on channel 0 whatever the model, the table gives EC200U channel 2 only",
      documented: "the table holds: the sample's start answers -4",
      observed:
        "the table holds for a channel that is named: the sample's Audio(0) raises ValueError, its "
        + "Record() names none and makes an object"),
    PageContradiction(
      "getSize",
      page:
        "the size leaves the file header out on some series, and is larger than the call-back's "
        + "length by the header on all",
      documented:
        "each series counts the header or not as it is listed; the call-back never counts it",
      observed: "getSize counts the header on all models; the call-back never does"),
    PageContradiction(
      "copying a file",
      series: [
        "EC600N Series", "EC800N Series", "EC600M-CN(LA/LE)", "EC800M-CN(LA/LE/GA)", "EG915N",
      ],
      page:
        "a file is read by getData in pieces up to the size that getSize tells, but that size leaves "
        + "the file header out on these series, and getData's offsets count it",
      documented:
        "both hold: who reads so misses the last 44 bytes of a WAV file or 6 of an AMR file, and is "
        + "told so once",
      observed: "getSize counts the header, so nothing is missed"),
    PageContradiction(
      "the sample's call-back",
      page: "the sample calls audio.getFilePath(path), but there is no such function and no such "
        + "variable",
      documented: "the call-back raises AttributeError, and the sample's loop never ends",
      observed: "the call-back raises AttributeError, and the sample's loop never ends"),
    PageContradiction(
      "call-back states",
      page: "0 and 3 are explained as the start and end of playback",
      documented: "they are the start and end of the recording",
      observed: "they are the start and end of the recording"),
    PageContradiction(
      "amrEncDtx_enable",
      page: "only some series have it, and no code is named for the others",
      documented: "where it is missing it raises NotImplementedError",
      observed: "where it is missing there is no such attribute"),
  ]
}
