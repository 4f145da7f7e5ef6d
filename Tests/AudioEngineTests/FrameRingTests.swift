import AudioEngine
import Testing

struct FrameRingTests {
  @Test("What is read is what was appended, in any portions")
  func order() {
    var ring = FrameRing(capacity: 100)
    append([1, 2, 3], to: &ring)
    append([4, 5], to: &ring)
    #expect(read(1, from: &ring) == [1])
    #expect(read(3, from: &ring) == [2, 3, 4])
    #expect(ring.byteCount == 1)
    #expect(read(10, from: &ring) == [5])
    #expect(read(10, from: &ring) == [])
    #expect(ring.droppedFrameCount == 0)
  }

  @Test("A full ring drops the oldest whole frames and counts them")
  func dropping() {
    var ring = FrameRing(capacity: 8)
    for frame in [[1, 1, 1], [2, 2], [3, 3, 3], [4, 4, 4, 4]] as [[UInt8]] {
      append(frame, to: &ring)
    }
    #expect(ring.droppedFrameCount == 2)
    #expect(ring.droppedByteCount == 5)
    #expect(read(8, from: &ring) == [3, 3, 3, 4, 4, 4, 4])
  }

  @Test("The rest of a frame that was begun survives what is dropped behind it")
  func remainder() {
    var ring = FrameRing(capacity: 8)
    append([1, 2, 3, 4], to: &ring)
    append([5, 6, 7], to: &ring)
    #expect(read(2, from: &ring) == [1, 2])
    append([8, 9, 10, 11], to: &ring)
    #expect(ring.droppedFrameCount == 1)
    #expect(read(8, from: &ring) == [3, 4, 8, 9, 10, 11])
  }

  @Test("A frame that cannot fit is itself the lost one")
  func oversized() {
    var ring = FrameRing(capacity: 4)
    append([1, 2], to: &ring)
    append([1, 2, 3, 4, 5], to: &ring)
    #expect(ring.droppedFrameCount == 2)
    #expect(ring.droppedByteCount == 7)
    #expect(ring.byteCount == 0)
  }

  @Test(
    "It behaves as a list of frames does, whatever happens",
    arguments: [1, 5, 33, 64, 10_240], [1, 2, 3] as [UInt64])
  func model(capacity: Int, seed: UInt64) {
    var generator = SmallGenerator(state: seed)
    var ring = FrameRing(capacity: capacity)
    var begun: [UInt8] = []
    var frames: [[UInt8]] = []
    var (droppedFrames, droppedBytes) = (0, 0)
    for step in 0..<4000 {
      if Int.random(in: 0..<5, using: &generator) > 0 {
        let size = [1, 6, 32][Int.random(in: 0..<3, using: &generator)]
        let frame = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: size)
        frames.append(frame)
        while begun.count + frames.map(\.count).reduce(0, +) > capacity {
          droppedFrames += 1
          droppedBytes += frames.removeFirst().count
        }
        append(frame, to: &ring)
      } else {
        let wanted = Int.random(in: 0...100, using: &generator)
        var expected: [UInt8] = []
        while expected.count < wanted, !(begun.isEmpty && frames.isEmpty) {
          if begun.isEmpty { begun = frames.removeFirst() }
          let part = begun.prefix(wanted - expected.count)
          expected += part
          begun.removeFirst(part.count)
        }
        #expect(read(wanted, from: &ring) == expected)
      }
      #expect(ring.byteCount == begun.count + frames.map(\.count).reduce(0, +))
    }
    #expect(ring.droppedFrameCount == droppedFrames)
    #expect(ring.droppedByteCount == droppedBytes)
  }

  private func append(_ frame: [UInt8], to ring: inout FrameRing) { ring.append(frame.span) }

  private func read(_ count: Int, from ring: inout FrameRing) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let stored = ring.read(into: &span)
    return Array(bytes[..<stored])
  }
}
