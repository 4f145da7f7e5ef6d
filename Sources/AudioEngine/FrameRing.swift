/// A ring of encoded frames that forgets the oldest when it is full.
///
/// A reader takes bytes, not frames: what a read leaves of a frame stays first in line, and is kept
/// even when the frames behind it must go, so the bytes read always form whole frames. There is no
/// lock inside.
public struct FrameRing: Sendable {
  /// The most bytes that wait.
  public let capacity: Int
  /// Bytes that wait.
  public private(set) var byteCount = 0
  /// Frames that were lost because nobody read in time.
  public private(set) var droppedFrameCount = 0
  /// The bytes of the lost frames.
  public private(set) var droppedByteCount = 0

  private var bytes: [UInt8]
  private var first = 0
  /// Bytes at the front that are left of a frame which was partly read.
  private var remainder = 0
  /// The sizes of the whole frames behind them, a ring too: no frame has less than one byte.
  private var sizes: [Int32]
  private var firstSize = 0
  private var frameCount = 0

  /// Makes an empty ring.
  ///
  /// - Parameter capacity: The most bytes that wait; 10240 on the modules.
  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    bytes = [UInt8](repeating: 0, count: capacity)
    sizes = [Int32](repeating: 0, count: capacity)
  }

  /// Appends one frame; the oldest whole frames make room for it.
  ///
  /// A frame that cannot fit at all is itself the lost one.
  public mutating func append(_ frame: Span<UInt8>) {
    guard !frame.isEmpty else { return }
    while byteCount + frame.count > capacity, frameCount > 0 { dropOldest() }
    guard byteCount + frame.count <= capacity else { return countDropped(frame.count) }
    for index in frame.indices { bytes[place(byteCount + index)] = frame[index] }
    byteCount += frame.count
    sizes[(firstSize + frameCount) % capacity] = Int32(frame.count)
    frameCount += 1
  }

  /// Takes as many of the waiting bytes as fit, the oldest first.
  ///
  /// - Returns: How many were stored at the start of the span.
  public mutating func read(into target: inout MutableSpan<UInt8>) -> Int {
    let count = min(target.count, byteCount)
    for index in 0..<count { target[index] = bytes[place(index)] }
    first = place(count)
    byteCount -= count
    var whole = count - remainder
    while whole > 0 { whole -= removeFirstSize() }
    remainder = -whole
    return count
  }

  private mutating func dropOldest() {
    let size = removeFirstSize()
    for index in (0..<remainder).reversed() { bytes[place(index + size)] = bytes[place(index)] }
    first = place(size)
    byteCount -= size
    countDropped(size)
  }

  private mutating func removeFirstSize() -> Int {
    defer { (firstSize, frameCount) = ((firstSize + 1) % capacity, frameCount - 1) }
    return Int(sizes[firstSize])
  }

  private mutating func countDropped(_ size: Int) {
    droppedFrameCount += 1
    droppedByteCount += size
  }

  private func place(_ index: Int) -> Int { (first + index) % capacity }
}
