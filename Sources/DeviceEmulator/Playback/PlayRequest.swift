/// What `play` of both players is asked for.
struct PlayRequest {
  let priority: Int
  let canBeInterrupted: Bool

  /// From the first two arguments; nil if one is out of range.
  init?(_ call: Call) {
    guard Loudspeaker.priorities.contains(call.int(0)), (0...1).contains(call.int(1)) else {
      return nil
    }
    priority = call.int(0)
    canBeInterrupted = call.int(1) == 1
  }
}
