import Synchronization

/// A ring between one thread that appends and one that reads, without a lock.
///
/// `@unchecked Sendable`: a slot belongs to the appending thread from when `taken` passes it until
/// `appended` passes it, and to the reading thread otherwise.
@safe final class CaptureRing: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Int16>
  /// Frames since the beginning, written by one side each.
  private let appended = Atomic<Int>(0)
  private let taken = Atomic<Int>(0)

  init(capacity: Int) {
    unsafe slots = .allocate(capacity: capacity)
    unsafe slots.initialize(repeating: 0)
  }

  deinit { unsafe slots.deallocate() }

  var capacity: Int { unsafe slots.count }

  /// How many frames can be appended; only the appending thread may rely on it.
  var room: Int {
    capacity - (appended.load(ordering: .relaxed) - taken.load(ordering: .acquiring))
  }

  /// Appends `count` frames, of which there must be room, asking `frame` for each.
  func append(_ count: Int, frame: (Int) -> Int16) {
    precondition(count <= room, "append only as many frames as there is room for")
    let start = appended.load(ordering: .relaxed)
    for index in 0..<count {
      unsafe slots[(start + index) % slots.count] = frame(index)
    }
    appended.store(start + count, ordering: .releasing)
  }

  /// Takes the oldest frames, as many as there are and fit.
  func read(into frames: inout MutableSpan<Int16>) -> Int {
    let start = taken.load(ordering: .relaxed)
    let count = min(frames.count, appended.load(ordering: .acquiring) - start)
    for index in 0..<count {
      frames[index] = unsafe slots[(start + index) % slots.count]
    }
    taken.store(start + count, ordering: .releasing)
    return count
  }
}
