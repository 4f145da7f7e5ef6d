import EmulatedTime

/// Checks cells on some threads, once.
package struct Runner: Sendable {
  private let driver: any CaseDriver
  private let workerCount: Int
  private let progress = Monitor(Progress())

  package init(_ driver: any CaseDriver, workerCount: Int) {
    self.driver = driver
    self.workerCount = workerCount
  }

  private struct Progress {
    var next = 0
    var results: [CellResult?] = []
    var idleCount = 0
    var failure: CannotCheck?
    /// Whether what is not done yet is not waited for.
    var isGivenUp = false

    /// The next cell's index; nil when no more is to be taken.
    mutating func take() -> Int? {
      guard next < results.count, failure == nil, !isGivenUp else { return nil }
      next += 1
      return next - 1
    }
  }

  /// Has ``run(_:each:)`` end at once with what is done; from any thread, also before it.
  package func giveUp() { progress.withLock(thenNotify: true) { $0.isGivenUp = true } }

  /// Checks all of them; gives the results in the cells' order.
  ///
  /// - Parameter each: Hears of each result, on the thread that has it.
  package func run(
    _ cells: [Cell], each: @escaping @Sendable (CellResult) -> Void = { _ in }
  ) throws(CannotCheck) -> [CellResult] {
    progress.withLock { $0.results = Array(repeating: nil, count: cells.count) }
    for _ in 0..<workerCount {
      HostThread.start { [driver, progress] in
        while let index = progress.withLock({ $0.take() }) {
          do throws(CannotCheck) {
            let result = try CellResult(cells[index], via: driver)
            progress.withLock { $0.results[index] = result }
            each(result)
          } catch {
            progress.withLock { $0.failure = $0.failure ?? error }
          }
        }
        progress.withLock(thenNotify: true) { $0.idleCount += 1 }
      }
    }
    progress.wait { progress in
      progress.idleCount == workerCount || progress.isGivenUp ? .done(()) : .waiting(until: nil)
    }
    return try progress.withLock { progress throws(CannotCheck) in
      if let failure = progress.failure { throw failure }
      return progress.results.compactMap { $0 }
    }
  }
}
