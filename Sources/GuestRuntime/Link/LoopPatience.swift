/// Tells when a script waits for what never comes: nothing goes on on the device, nothing will, and the script sleeps
/// and calls, or computes, all the same.
struct LoopPatience {
  /// Device time in which it sleeps or calls.
  private static let time = Duration.seconds(3600)
  /// Steps that it takes without a call.
  private static let steps: UInt64 = 20_000_000

  private let isEndless: Bool
  /// Since when nothing goes on.
  private var since = Duration.zero
  /// Steps taken since then without a call.
  private var taken: UInt64 = 0
  private var goesOn = true

  /// - Parameter isEndless: Whether the script may wait for ever.
  init(isEndless: Bool) { self.isEndless = isEndless }

  /// Whether it is over, now that a request has come in.
  ///
  /// - Parameters:
  ///   - goesOn: Whether anything goes on, or will, that may mean something to the script.
  ///   - isWatched: Whether something is due that ends a script which computes on.
  mutating func isOver(
    after request: WireRequest, _ name: String, at now: Duration, goesOn: Bool, isWatched: Bool
  ) -> Bool {
    guard !isEndless else { return false }
    self.goesOn = goesOn
    if goesOn {
      (since, taken) = (now, 0)
    } else {
      taken = name == "turn.tick" && !isWatched ? taken + request.steps : 0
    }
    return taken >= Self.steps || now - since >= Self.time
  }

  /// How many steps a script may still compute; nil if that is no matter.
  var stepsLeft: Int? { isEndless || goesOn ? nil : Int(Self.steps - taken) }
}
