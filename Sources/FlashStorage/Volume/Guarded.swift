#if TSAN
  import Glibc

  /// Stands in for `Mutex` under the thread sanitizer, which cannot see into the library's and would
  /// report every contended use.
  @safe final class Guarded<Value>: @unchecked Sendable {  // `value` only under `lock`.
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    init(_ value: consuming sending Value) {
      self.value = value
      unsafe lock = .allocate(capacity: 1)
      unsafe lock.initialize(to: pthread_mutex_t())
      unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
      unsafe pthread_mutex_destroy(lock)
      unsafe lock.deallocate()
    }

    func withLock<Result, Failure: Error>(
      _ body: (inout Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      unsafe pthread_mutex_lock(lock)
      defer { unsafe pthread_mutex_unlock(lock) }
      return try body(&value)
    }
  }
#else
  import Synchronization

  typealias Guarded = Mutex
#endif
