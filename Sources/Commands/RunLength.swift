import GuestRuntime

/// The options on how long a script may go on in its module's time.
struct RunLength: Sendable {
  private static let units: [Character: Duration] = [
    "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
  ]

  /// The options as they were given.
  let words: [String]
  private let isEndless: Bool
  private let limit: Duration?

  init(_ arguments: inout Arguments) throws {
    let text = try arguments.option("--limit")
    limit = try text.map(Self.time)
    isEndless = arguments.flag("--endless")
    words = (text.map { ["--limit", $0] } ?? []) + (isEndless ? ["--endless"] : [])
  }

  private static func time(_ text: String) throws(UsageError) -> Duration {
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()),
      number > 0, number * (unit / .seconds(1)) <= 1e9
    else {
      throw UsageError("--limit is a time above 0 such as 60s, 10m or 2h, not \"\(text)\"")
    }
    return unit * number
  }

  /// Has a run keep to them.
  func put(into options: inout GuestOptions) {
    (options.isEndless, options.limit) = (isEndless, limit)
  }
}
