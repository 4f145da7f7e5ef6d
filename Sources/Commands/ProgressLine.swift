import EmulatedTime

/// A line that shows how far device time has come, once a run takes longer than a moment.
final class ProgressLine {
  private static let delay = Duration.seconds(1)
  private static let interval = Duration.milliseconds(250)

  private let isOver: Monitor<Bool>?
  private let console: Console

  /// Draws nothing where nobody would see it, or where it would run into the script's own output.
  init(_ console: Console, _ clock: any DeviceClock) {
    self.console = console
    guard console.showsProgress else {
      isOver = nil
      return
    }
    let isOver = Monitor(false)
    self.isOver = isOver
    HostThread.start {
      var due = ContinuousClock.now + Self.delay
      while !Self.waits(isOver, until: due) {
        console.progress("\(Int(clock.now / .seconds(1))) s of device time")
        due = ContinuousClock.now + Self.interval
      }
    }
  }

  func end() {
    guard let isOver else { return }
    isOver.withLock(thenNotify: true) { $0 = true }
    console.progress(nil)
  }

  /// Waits; true if it is over.
  private static func waits(
    _ isOver: Monitor<Bool>, until due: ContinuousClock.Instant
  ) -> Bool {
    isOver.wait { over in
      if over { return .done(true) }
      return ContinuousClock.now >= due ? .done(false) : .waiting(until: due)
    }
  }
}
