import Glibc
import TestSupport
import Testing

@testable import ALSABackend

struct CaptureTimelineTests {
  @Test(
    "A gap is what the clock says less what was delivered and what waits",
    arguments: [
      // Looked at 1 s with 160 frames waiting, 8000 delivered; then restarted, read again at …
      (2_000_000_000, 0, 8160),
      (2_000_000_000, 100, 8060),
      (1_000_000_000, 160, 0),
      (500_000_000, 0, 0),
      (Int.max, 0, 86400 * 8000),
      (Int.min, 0, 86400 * 8000),
    ])
  func gap(time: Int, available: Int, lost: Int) {
    var timeline = CaptureTimeline(frameRate: 8000, startedAt: 0)
    timeline.deliver(8000)
    timeline.look(available: 160, at: 1_000_000_000)
    let found = timeline.bridge(available: available, at: time)
    if time == .min {
      #expect((0...86400 * 8000).contains(found))
    } else {
      #expect(found == lost)
      #expect(timeline.delivered == 8000 + lost)
    }
  }

  @Test("Two interruptions in a row lose no more than the time that passed")
  func twice() {
    var timeline = CaptureTimeline(frameRate: 8000, startedAt: 0)
    let first = timeline.bridge(available: 0, at: 100_000_000)
    let second = timeline.bridge(available: 80, at: 250_000_000)
    #expect(first == 800)
    #expect(second == 1120)
  }
}

struct CaptureRingTests {
  private func read(_ count: Int, from ring: CaptureRing) -> [Int16] {
    var frames = [Int16](repeating: -1, count: count)
    var span = frames.mutableSpan
    let arrived = ring.read(into: &span)
    return Array(frames.prefix(arrived))
  }

  @Test("Frames come out in order, around the end of the ring")
  func order() {
    let ring = CaptureRing(capacity: 5)
    var expected: Int16 = 0
    for turn in 0..<20 {
      ring.append(3) { Int16(turn * 3 + $0) }
      #expect(ring.room == 2)
      #expect(read(2, from: ring) == [expected, expected + 1])
      #expect(read(9, from: ring) == [expected + 2])
      expected += 3
    }
    #expect(read(9, from: ring) == [])
    #expect(ring.room == 5)
  }

  @Test("One thread may append while another reads", .timeLimit(.minutes(1)))
  func twoThreads() throws {
    let ring = CaptureRing(capacity: 64)
    let total = 100_000
    let writer = try CaptureThread {
      var next = 0
      while next < total {
        let count = min(ring.room, 17, total - next)
        ring.append(count) { Int16(truncatingIfNeeded: next + $0) }
        next += count
        if count == 0 { sched_yield() }
      }
    }
    var frames: [Int16] = []
    while frames.count < total {
      let block = read(23, from: ring)
      frames += block
      if block.isEmpty { sched_yield() }
    }
    writer.join()
    #expect(frames == (0..<total).map { Int16(truncatingIfNeeded: $0) })
  }
}

struct SampleFormatTests {
  @Test(
    "A float sample saturates",
    arguments: [
      (0, 0), (0.5, 16384), (-1, -32768), (1, 32767), (7, 32767), (-7, -32768), (.nan, 0),
      (.infinity, 32767), (-.infinity, -32768),
    ] as [(Float, Int16)])
  func saturation(value: Float, sample: Int16) {
    let found = withUnsafeBytes(of: value) { SampleFormat.float.sample(0, of: $0) }
    #expect(found == sample)
  }

  @Test("Channels are averaged without overflow")
  func average() {
    let frames: [Int16] = [32767, 32767, -32768, -32768, 100, -300]
    let mono = frames.withUnsafeBytes { block in
      (0..<3).map { SampleFormat.signed16.monoFrame($0, of: block, channels: 2) }
    }
    #expect(mono == [32767, -32768, -100])
  }

}
