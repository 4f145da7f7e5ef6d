import EmulatedTime
import FlashStorage

/// Looks at what each of many cuts leaves, on several threads at once.
struct CutChecker: Sendable {
  /// Cuts that a thread takes at a time: near each other, since replaying them in their order is cheap,
  /// and few, so that all threads have work to the end.
  private static let batchSize = 16

  private let recording: FlashRecording
  private let runner: ScriptRunner
  private let check: ScriptImport?
  private let reproduction: @Sendable (PowerCut) -> String

  /// - Parameters:
  ///   - check: What is to be run on each of the flashes; nil for nothing.
  ///   - reproduction: The command that does a cut again, and no other.
  init(
    _ recording: FlashRecording, _ runner: ScriptRunner, check: ScriptImport?,
    reproduction: @escaping @Sendable (PowerCut) -> String
  ) {
    self.recording = recording
    self.runner = runner
    self.check = check
    self.reproduction = reproduction
  }

  private struct Progress: Sendable {
    var waiting: [[PowerCut]]
    var active: Int
    var done: [SweepCut] = []
    var failure: (any Error)?
    /// Whether what is not done yet is not waited for.
    var isGivenUp = false
  }

  /// Checks cuts; the results are in any order, and not all of them if the command is to end early.
  func run(
    _ cuts: [PowerCut], jobs: Int, _ console: Console, _ earlyEnd: EarlyEnd
  ) throws -> [SweepCut] {
    let batches = stride(from: 0, to: cuts.count, by: Self.batchSize).map { start in
      Array(cuts[start..<min(start + Self.batchSize, cuts.count)])
    }
    let jobs = min(jobs, batches.count)
    let progress = Monitor(Progress(waiting: batches.reversed(), active: jobs))
    earlyEnd.handle { _ in
      progress.withLock(thenNotify: true) { ($0.waiting, $0.isGivenUp) = ([], true) }
    }
    for _ in 0..<jobs { HostThread.start { work(progress) } }
    while let done = Self.wait(for: progress) {
      console.progressIfSeen("\(done) of \(count(cuts.count, "cut"))")
    }
    console.progressIfSeen(nil)
    return try progress.withLock { progress in
      if let failure = progress.failure { throw failure }
      return progress.done
    }
  }

  /// Waits for a moment; nil if all is done, else how much is.
  private static func wait(for progress: Monitor<Progress>) -> Int? {
    let due = ContinuousClock.now + .milliseconds(250)
    return progress.wait { progress in
      if progress.active == 0 || progress.isGivenUp { return .done(nil) }
      return ContinuousClock.now >= due ? .done(progress.done.count) : .waiting(until: due)
    }
  }

  private func work(_ progress: Monitor<Progress>) {
    while let batch = progress.withLock({ $0.failure == nil ? $0.waiting.popLast() : nil }) {
      do {
        let results = try results(of: batch)
        progress.withLock { $0.done += results }
      } catch {
        progress.withLock { $0.failure = $0.failure ?? error }
      }
    }
    progress.withLock(thenNotify: true) { $0.active -= 1 }
  }

  private func results(of cuts: [PowerCut]) throws -> [SweepCut] {
    var problems: [[String]] = []
    let start = ContinuousClock.now
    PowerCutSweep(recording, .littleFS()).run(cuts) { result in
      if result.repairCut == nil { problems.append([]) }
      guard let problem = result.problem else { return }
      let again = result.repairCut.map { second in
        "after a second cut, \(second.mode.rawValue), at operation \(second.operation) of the repair: "
      }
      problems[problems.count - 1].append((again ?? "") + problem)
    }
    let share = (ContinuousClock.now - start) / .seconds(cuts.count)
    var replay = FlashReplay(recording)
    return try zip(cuts, problems).map { cut, problems in
      let start = ContinuousClock.now
      let problem = try check.flatMap { try runner.check($0, on: replay.content(after: cut)) }
      return SweepCut(
        operation: cut.operation, mode: cut.mode, place: recording.name(of: cut.operation),
        problems: problems + [problem].compactMap { $0 },
        seconds: share + (ContinuousClock.now - start) / .seconds(1), again: reproduction(cut))
    }
  }
}

extension FlashRecording {
  /// What the operation of a number does, such as `erase block 7`.
  fileprivate func name(of number: Int) -> String {
    guard operations.indices.contains(number) else { return "nothing more" }
    return switch operations[number] {
    case .program(let block, let offset, _): "program block \(block) at \(offset)"
    case .erase(let block): "erase block \(block)"
    case .sync: "sync"
    }
  }
}
