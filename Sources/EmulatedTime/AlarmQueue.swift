/// Alarms in the order in which they are due; those due together keep the order they were set in.
///
/// A plain value: it knows neither a clock nor a thread.
struct AlarmQueue {
  typealias Action = @Sendable () -> Void

  private struct Entry {
    let due: Duration
    let alarm: Alarm
    let action: Action

    func precedes(_ other: Entry) -> Bool {
      due == other.due ? alarm.number < other.alarm.number : due < other.due
    }
  }

  /// A binary heap; the earliest entry is the first.
  private var heap: [Entry] = []
  private var lastNumber: UInt64 = 0

  /// When the earliest alarm is due, or nil if none is set.
  var nextDue: Duration? { heap.first?.due }

  func hasAlarm(besides alarm: Alarm) -> Bool { heap.contains { $0.alarm != alarm } }

  mutating func insert(due: Duration, _ action: @escaping Action) -> Alarm {
    lastNumber += 1
    let alarm = Alarm(number: lastNumber)
    heap.append(Entry(due: due, alarm: alarm, action: action))
    siftUp(from: heap.count - 1)
    return alarm
  }

  /// Removes the earliest alarm that is due by `limit`.
  mutating func popDue(by limit: Duration) -> (due: Duration, action: Action)? {
    guard let first = heap.first, first.due <= limit else { return nil }
    remove(at: 0)
    return (first.due, first.action)
  }

  mutating func remove(_ alarm: Alarm) {
    // A device has a few dozen alarms at most, so a search is cheaper than keeping an index.
    guard let index = heap.firstIndex(where: { $0.alarm == alarm }) else { return }
    remove(at: index)
  }

  private mutating func remove(at index: Int) {
    heap.swapAt(index, heap.count - 1)
    heap.removeLast()
    guard index < heap.count else { return }
    siftDown(from: index)
    siftUp(from: index)
  }

  private mutating func siftUp(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(from start: Int) {
    var parent = start
    while true {
      var first = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < heap.count && heap[child].precedes(heap[first]) {
        first = child
      }
      guard first != parent else { return }
      heap.swapAt(parent, first)
      parent = first
    }
  }
}
