import AudioEngine
import Glibc
import TestSupport
import Testing

@testable import ALSABackend

/// A capture under way: what the tests read, and how it ended.
final class Capture {
  let source: ALSASource
  private(set) var frames: [Int16] = []

  init(_ microphone: ALSAMicrophone, frameRate: Int = 8000) throws {
    VirtualMicrophoneConfig.install()
    source = try #require(try microphone.open(frameRate: frameRate) as? ALSASource)
  }

  deinit { source.close() }

  convenience init(_ name: String, frameRate: Int = 8000) throws {
    try self.init(ALSAMicrophone(name), frameRate: frameRate)
  }

  /// Reads until there are `count` frames in all.
  ///
  /// The end of patience is for a broken device only; each test's device delivers long before.
  func read(upTo count: Int, patience: Duration = .seconds(30)) throws {
    let deadline = ContinuousClock.now + patience
    while frames.count < count {
      try #require(ContinuousClock.now < deadline, "only \(frames.count) frames came")
      var block = [Int16](repeating: 0, count: min(160, count - frames.count))
      var span = block.mutableSpan
      let arrived = try source.read(into: &span)
      frames += block.prefix(arrived)
      if arrived == 0 { usleep(2_000) }
    }
  }

  /// Reads until the source is lost: its last words.
  func readToEnd() throws -> AudioError? {
    do {
      try read(upTo: .max)
      return nil
    } catch let error as AudioError {
      return error
    }
  }
}

/// Where frames first differ from what they should be, in words; nil if nowhere.
func mismatch(_ frames: some Collection<Int16>, _ content: (Int) -> Int16) -> String? {
  guard let (index, frame) = frames.enumerated().first(where: { $1 != content($0) }) else {
    return nil
  }
  return "frame \(index) is \(frame) and should be \(content(index))"
}
