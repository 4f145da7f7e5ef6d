/// Something the device tells the script: a call to one of its functions.
public struct DeviceEvent: Equatable, Sendable {
  /// The script's own name for the function.
  public let function: Int
  /// What the function is called with.
  public let arguments: [GuestValue]
}

/// The queue between the device and the script's callbacks.
///
/// It holds 64 on the modules; past that the newest is dropped and counted.
package struct EventQueue {
  package let capacity: Int
  private var pending: [DeviceEvent] = []
  private(set) var dropped = 0
  /// How many were ever queued.
  private(set) var posted = 0

  package init(capacity: Int) { self.capacity = capacity }

  package var isEmpty: Bool { pending.isEmpty }

  /// The functions that are to be called.
  package var functions: [Int] { pending.map(\.function) }

  /// Queues an event; false if it is dropped.
  package mutating func post(_ event: DeviceEvent) -> Bool {
    guard pending.count < capacity else {
      drop()
      return false
    }
    pending.append(event)
    posted += 1
    return true
  }

  /// Counts an event that is not queued.
  package mutating func drop() { dropped += 1 }

  package mutating func next() -> DeviceEvent? {
    pending.isEmpty ? nil : pending.removeFirst()
  }
}
