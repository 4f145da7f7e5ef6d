public import Glibc

/// A value behind a lock, with a condition to wait on: the one lock of this package.
///
/// It stands on the C library's primitives rather than on `Synchronization.Mutex`, which cannot be
/// waited on and whose lock the thread sanitizer does not see. It is public so that what other targets do under it is
/// compiled together with it: a device call takes it some twenty times.
@safe public final class Monitor<State>: @unchecked Sendable {
  // Unchecked because the compiler cannot see that the state is only touched with `mutex` held. It stands behind a
  // pointer because the lock is what keeps two accesses apart: another check at each of them would cost as much.

  /// What a waiter found: its result, or that it has to wait, at the latest until an instant.
  package enum Wait<Result> {
    case done(Result)
    case waiting(until: ContinuousClock.Instant?)
  }

  @usableFromInline let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
  @usableFromInline let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  @usableFromInline let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init(_ state: State) {
    unsafe self.state.initialize(to: state)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(changed, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the lock held. Not recursive.
  ///
  /// - Parameter thenNotify: Whether to wake the waiters, so that they look again.
  @inlinable public func withLock<Result, Failure: Error>(
    thenNotify: Bool = false, _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      if thenNotify { unsafe pthread_cond_broadcast(changed) }
      unsafe pthread_mutex_unlock(mutex)
    }
    return try unsafe body(&state.pointee)
  }

  /// Looks at the value with the lock held, again after each notification, until `look` has a result.
  package func wait<Result>(_ look: (inout State) -> Wait<Result>) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      switch unsafe look(&state.pointee) {
      case .done(let result): return result
      case .waiting(until: nil): unsafe pthread_cond_wait(changed, mutex)
      case .waiting(until: let instant?): waitForChange(until: instant)
      }
    }
  }

  private func waitForChange(until instant: ContinuousClock.Instant) {
    let left = (instant - ContinuousClock.now).components
    guard left.seconds >= 0, left.attoseconds >= 0 else { return }
    var deadline = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanoseconds = deadline.tv_nsec + Int(left.attoseconds / 1_000_000_000)
    // A year is for ever here, and keeps the sum within range.
    deadline.tv_sec += Int(min(left.seconds, 31_536_000)) + nanoseconds / 1_000_000_000
    deadline.tv_nsec = nanoseconds % 1_000_000_000
    _ = unsafe pthread_cond_timedwait(changed, mutex, &deadline)
  }
}
