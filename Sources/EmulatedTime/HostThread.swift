import Glibc

/// A thread of the host, for work that blocks: the pool behind `async` has one thread a core.
package enum HostThread {
  /// What follows where the host has no room for another thread: nothing goes on without, and how the
  /// process ends is for its owner to say.
  package static let noRoom = Monitor<@Sendable () -> Never>({
    fatalError("the host has no room for another thread")
  })

  /// Starts a detached thread that runs `body` to its end.
  package static func start(_ body: @escaping @Sendable () -> Void) {
    guard startIfPossible(body) else { noRoom.withLock { $0 }() }
  }

  /// Starts such a thread; false if the host has no room for it.
  package static func startIfPossible(_ body: @escaping @Sendable () -> Void) -> Bool {
    let work = unsafe Unmanaged.passRetained(Work(body: body))
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      unsafe work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
