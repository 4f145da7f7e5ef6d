/// Where a capture stands, so that an interruption can be measured in frames.
///
/// While the device runs, its frames are the clock. The host's clock only bridges interruptions: from
/// the last look at the running device to the first look after its restart. ALSA's trigger time would
/// bridge less: plugins do not set it at an overrun, and drivers do not count what the buffer held.
struct CaptureTimeline {
  let frameRate: Int
  /// Frames handed on since the start, silence for lost ones included.
  private(set) var delivered = 0
  private var lastLook: (time: Int, position: Int)

  init(frameRate: Int, startedAt time: Int) {
    self.frameRate = frameRate
    lastLook = (time, 0)
  }

  /// A look at the running device.
  ///
  /// - Parameters:
  ///   - available: Frames that wait in the device's buffer.
  ///   - time: Nanoseconds, on the clock that the device stamps with.
  mutating func look(available: Int, at time: Int) {
    lastLook = (time, delivered + available)
  }

  /// Counts frames that were read.
  mutating func deliver(_ count: Int) {
    delivered += count
  }

  /// The first look after a restart: counts the frames that never arrived as delivered and tells
  /// their number.
  ///
  /// A nonsensical stamp loses at most a day.
  mutating func bridge(available: Int, at time: Int) -> Int {
    let elapsed = Double(time &- lastLook.time) / 1e9 * Double(frameRate)
    let missing = Double(lastLook.position - delivered - available) + elapsed.rounded()
    let lost = Int(max(0, min(missing, Double(86400 * frameRate))))
    delivered += lost
    look(available: available, at: time)
    return lost
  }
}
