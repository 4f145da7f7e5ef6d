import DeviceEmulator
import EmulatedTime
import Glibc
import ModuleProfiles

/// Who of the script's threads computes and who waits, the hand-over of call-backs, and what that
/// means for device time.
///
/// In virtual time, time moves in three ways, all of them the same in every run of the same script:
/// a device call takes ``callCost``; when every thread waits, the clock jumps to the next alarm; and a
/// script that has computed for longer than ``patience`` of processor time without a call is taken to
/// be waiting in a loop, and then time runs ``slowness`` times as fast as the processor time it uses,
/// stopping at each call-back.
final class GuestScheduler: Sendable {
  static let callCost = Duration.milliseconds(1)
  static let patience = Duration.milliseconds(4)
  static let slowness = 50
  /// As many as the modules allow; a profile may say less.
  private static let look = Duration.milliseconds(1)

  static let mainThread = 0
  static let eventThread = -1

  /// How far the hand-over of one call-back is.
  private enum HandOver {
    /// None is being handed over.
    case idle
    /// The guest's event thread has been told to schedule one.
    case announced
    /// The interpreter will run it at the main thread's next step.
    case scheduled
    /// It runs.
    case running
  }

  private struct Thread {
    var isWaiting = false
    var mustStop = false
  }

  private struct Lock {
    var isHeld = false
    var waiters: [Int] = []
  }

  private struct State {
    var threads: [Int: Thread] = [mainThread: Thread()]
    var lastThread = 0
    var handOver = HandOver.idle
    var locks: [Lock] = []
    var callCount = 0
    var isOver = false
    var isInterrupted = false
    var isIdling = false
  }

  private let state = Monitor(State())
  private let device: DeviceEmulator
  private let virtualClock: VirtualClock?
  private let threadLimit: Int

  init(_ device: DeviceEmulator) {
    self.device = device
    virtualClock = device.clock as? VirtualClock
    threadLimit = device.profile.limits.threads
    device.whenEventQueued { [weak self] in self?.notify() }
  }

  private func notify() { state.withLock(thenNotify: true) { _ in } }

  // MARK: Threads

  /// Makes room for a thread; nil if the module has no more.
  func startThread() -> Int? {
    state.withLock { state in
      guard state.threads.count < threadLimit else { return nil }
      state.lastThread += 1
      state.threads[state.lastThread] = Thread()
      return state.lastThread
    }
  }

  func endThread(_ number: Int) {
    state.withLock(thenNotify: true) { state in
      guard number != Self.mainThread else { return }
      state.threads[number] = nil
      for index in state.locks.indices { state.locks[index].waiters.removeAll { $0 == number } }
    }
  }

  func isRunning(_ number: Int) -> Bool { state.withLock { $0.threads[number] != nil } }

  /// Has a thread end at its next device call; false if there is none.
  func stopThread(_ number: Int) -> Bool {
    state.withLock(thenNotify: true) { state in
      guard state.threads[number] != nil else { return false }
      state.threads[number]?.mustStop = true
      state.threads[number]?.isWaiting = false
      return true
    }
  }

  func mustStop(_ number: Int) -> Bool {
    state.withLock { $0.threads[number]?.mustStop ?? false }
  }

  // MARK: Calls

  /// A call has come in; in virtual time it takes its time.
  func beginCall(takesTime: Bool) {
    state.withLock { $0.callCount += 1 }
    if takesTime { virtualClock?.advance(by: Self.callCost) }
  }

  /// Holds the main thread's answer until the interpreter knows of the call-backs that are due, so
  /// that they run right after it, and not a few steps later in one run and earlier in another.
  func holdForCallback() {
    state.wait { state in
      guard !state.isOver, !state.isInterrupted else { return .done(()) }
      switch state.handOver {
      case .announced: return .waiting(until: nil)
      case .idle where device.hasEvent: return .waiting(until: nil)
      default: return .done(())
      }
    }
  }

  // MARK: Call-backs

  /// Waits until a call-back is due and the one before it is done. To wait again says that the
  /// interpreter has been told.
  func nextEvent() {
    state.withLock(thenNotify: true) { state in
      guard state.handOver == .announced else { return }
      state.handOver = .scheduled
      state.threads[Self.mainThread]?.isWaiting = false
    }
    state.wait { state in
      guard !state.isOver else { return .done(()) }
      guard state.handOver == .idle, device.hasEvent else { return .waiting(until: nil) }
      state.handOver = .announced
      return .done(())
    }
  }

  func takeEvent() -> DeviceEvent? {
    state.withLock { $0.handOver = .running }
    return device.nextEvent()
  }

  func eventDone() {
    state.withLock(thenNotify: true) { $0.handOver = .idle }
  }

  // MARK: Waiting

  /// Waits until a device time; true if it came, false if the main thread has a call-back to run.
  func sleep(_ thread: Int, until due: Duration) -> Bool {
    let alarm = device.clock.schedule(at: due) { [weak self] in self?.wake(thread) }
    defer { device.clock.cancel(alarm) }
    return park(thread) { [device] _ in device.clock.now >= due }
  }

  private func wake(_ thread: Int) {
    state.withLock(thenNotify: true) { $0.threads[thread]?.isWaiting = false }
  }

  /// Waits while nothing wakes the thread; gives whether `isDone` then.
  private func park(_ thread: Int, _ isDone: (inout State) -> Bool) -> Bool {
    let waits = state.withLock(thenNotify: true) { state in
      // A call-back that is to run first is run first.
      let mustRun = thread == Self.mainThread && state.handOver == .scheduled
      guard !isDone(&state), !mustRun, !state.isInterrupted else { return false }
      state.threads[thread]?.isWaiting = true
      return true
    }
    if waits {
      state.wait { state in
        let goesOn =
          state.isOver || state.isInterrupted || !(state.threads[thread]?.isWaiting ?? false)
        return goesOn ? .done(()) : .waiting(until: nil)
      }
    }
    return state.withLock { state in
      state.threads[thread]?.isWaiting = false
      return isDone(&state)
    }
  }

  // MARK: Locks

  func makeLock() -> Int {
    state.withLock { state in
      state.locks.append(Lock())
      return state.locks.count - 1
    }
  }

  /// Takes a lock, or waits for it until a device time (for ever if nil).
  ///
  /// - Returns: Whether it was taken; nil if the main thread has a call-back to run first.
  func acquire(_ lock: Int, _ thread: Int, until due: Duration?) -> Bool? {
    let taken = state.withLock { state in
      if !state.locks[lock].isHeld {
        state.locks[lock].isHeld = true
        return true
      }
      if due.map({ $0 > device.clock.now }) ?? true { state.locks[lock].waiters.append(thread) }
      return false
    }
    if taken { return true }
    if let due, due <= device.clock.now { return false }
    let alarm = due.map { due in
      device.clock.schedule(at: due) { [weak self] in self?.wake(thread) }
    }
    defer { if let alarm { device.clock.cancel(alarm) } }
    // Whoever releases the lock passes it on by taking the waiter off the list.
    let got = park(thread) { !$0.locks[lock].waiters.contains(thread) }
    if got { return true }
    return state.withLock { state in
      state.locks[lock].waiters.removeAll { $0 == thread }
      return due.map { $0 <= device.clock.now } ?? false ? false : nil
    }
  }

  /// Gives a lock back; false if nobody holds it.
  func release(_ lock: Int) -> Bool {
    state.withLock(thenNotify: true) { state in
      guard state.locks[lock].isHeld else { return false }
      if state.locks[lock].waiters.isEmpty {
        state.locks[lock].isHeld = false
      } else {
        let next = state.locks[lock].waiters.removeFirst()
        state.threads[next]?.isWaiting = false
      }
      return true
    }
  }

  func isHeld(_ lock: Int) -> Bool { state.withLock { $0.locks[lock].isHeld } }

  func hasLock(_ lock: Int) -> Bool { state.withLock { $0.locks.indices.contains(lock) } }

  // MARK: The end

  /// Waits until nothing is left that could call the script back; false if a call-back comes first.
  func awaitIdle() -> Bool {
    state.withLock { $0.isIdling = true }
    defer { state.withLock { $0.isIdling = false } }
    while true {
      let due = ContinuousClock.now + .milliseconds(20)
      let isIdle = state.wait { state -> Monitor<State>.Wait<Bool?> in
        if state.isOver || state.isInterrupted { return .done(true) }
        if state.handOver == .scheduled { return .done(false) }
        let isQuiet = state.handOver == .idle && !device.hasEvent && state.threads.count == 1
        if isQuiet && !device.isWorking { return .done(true) }
        if state.threads[Self.mainThread]?.isWaiting != true {
          state.threads[Self.mainThread]?.isWaiting = true
        }
        return ContinuousClock.now >= due ? .done(nil) : .waiting(until: due)
      }
      if let isIdle {
        state.withLock { $0.threads[Self.mainThread]?.isWaiting = false }
        return isIdle
      }
      notify()
    }
  }

  /// Somebody wants the script to stop: whoever waits goes on.
  func interrupt() { state.withLock(thenNotify: true) { $0.isInterrupted = true } }

  /// The script's processor is gone: all waiting ends.
  func end() { state.withLock(thenNotify: true) { $0.isOver = true } }

  // MARK: Virtual time

  private enum Activity {
    case over, waiting, computing
  }

  /// Moves virtual time until the end; `processorTime` is what the interpreter has used.
  func drive(processorTime: () -> Duration) {
    guard let clock = virtualClock else { return }
    var callCount = -1
    var since = Duration.zero
    while true {
      switch awaitActivity() {
      case .over: return
      case .waiting:
        // With no alarm set nothing will happen by itself: wait for a thread or the host.
        if let next = clock.nextAlarm {
          clock.advance(to: next)
          if state.withLock({ $0.isIdling }) { notify() }
        } else {
          pause()
        }
      case .computing:
        let used = processorTime()
        let calls = state.withLock { $0.callCount }
        if calls != callCount { (callCount, since) = (calls, used + Self.patience) }
        if used > since {
          let target = clock.now + (used - since) * Self.slowness
          clock.advance(to: target) { [device] in device.hasEvent }
          since = device.hasEvent ? used + Self.patience : used
        }
        pause()
      }
    }
  }

  /// Waits until time may move, and says why it may.
  private func awaitActivity() -> Activity {
    state.wait { state in
      if state.isOver { return .done(.over) }
      switch state.handOver {
      case .announced, .scheduled: return .waiting(until: nil)
      case .idle where device.hasEvent: return .waiting(until: nil)
      default: break
      }
      return .done(state.threads.values.allSatisfy(\.isWaiting) ? .waiting : .computing)
    }
  }

  /// Waits for a moment, or until every thread waits.
  private func pause() {
    let end = ContinuousClock.now + Self.look
    state.wait { state in
      let all = state.threads.values.allSatisfy(\.isWaiting)
      let hasAlarm = virtualClock?.nextAlarm != nil
      return state.isOver || (all && hasAlarm) || ContinuousClock.now >= end
        ? .done(()) : .waiting(until: end)
    }
  }
}
