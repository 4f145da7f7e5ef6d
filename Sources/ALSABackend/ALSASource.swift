import AudioEngine
import Synchronization

/// An open ALSA microphone: the reader's side of the capture thread.
final class ALSASource: AudioSource {
  let frameRate: Int
  private let native: String
  private let link: CaptureLink
  private var capture: (thread: CaptureThread, waiter: CaptureWaiter, device: CapturePCM)?

  /// Starts a configured device and the thread that captures from it.
  init(
    name: String, device: CapturePCM, stallLimit: Duration, ringLength: Duration
  ) throws(ALSAError) {
    frameRate = device.frameRate
    let channels = "\(device.channels) channel\(device.channels == 1 ? "" : "s")"
    native = "\(device.frameRate) Hz, \(channels), \(device.format.name)"
    let ringFrames = Int(ringLength.milliseconds) * device.frameRate / 1000
    let link = CaptureLink(ring: CaptureRing(capacity: max(ringFrames, 4 * device.periodFrames)))
    self.link = link
    let waiter = try CaptureWaiter(for: device)
    try device.restart()
    let (_, time) = try device.status()
    let thread = try CaptureThread {
      quietly {
        var loop = CaptureLoop(
          name: name, device: device, startedAt: time, waiter: waiter, link: link,
          stallLimit: stallLimit)
        loop.run()
      }
    }
    capture = (thread, waiter, device)
  }

  deinit { close() }

  var health: SourceHealth {
    var health = SourceHealth()
    health.overruns = link.overruns.load(ordering: .relaxed)
    health.lostFrames = link.lostFrames.load(ordering: .relaxed)
    health.suspends = link.suspends.load(ordering: .relaxed)
    health.native = native
    return health
  }

  /// The device, until it is closed.
  var device: CapturePCM? { capture?.device }

  /// How often the capture thread has waited.
  var turns: Int { link.turns.load(ordering: .relaxed) }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    precondition(capture != nil, "read from a source before closing it")
    link.awaitLook()
    return try link.read(into: &frames)
  }

  func close() {
    capture?.waiter.stop()
    capture?.thread.join()
    capture = nil  // Ours is the last reference: the device is closed here.
  }
}
