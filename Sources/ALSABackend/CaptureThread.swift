import Glibc

/// A thread of its own: a blocking wait may not occupy one of the few that tasks share.
struct CaptureThread {
  private let id: pthread_t

  init(_ body: @escaping @Sendable () -> Void) throws(ALSAError) {
    final class Job: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let job = unsafe Unmanaged.passRetained(Job(body))
    var id = pthread_t()
    let result = unsafe pthread_create(
      &id, nil,
      { argument in
        unsafe Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, job.toOpaque())
    guard result == 0 else {
      unsafe job.release()
      throw ALSAError(code: -result)
    }
    self.id = id
  }

  /// Waits for its end.
  func join() {
    pthread_join(id, nil)
  }
}
