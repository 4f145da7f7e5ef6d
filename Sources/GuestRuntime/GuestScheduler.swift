import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The script's threads, locks and call-backs on the device's clock: whose turn it is, who waits for
/// what, and when the interpreter learns of a call-back. ``drive(processorTime:)`` moves virtual time.
final class GuestScheduler: Sendable {
  /// What a device call takes in virtual time.
  static let callCost = Duration.milliseconds(1)
  static let mainThread = 0
  static let eventThread = -1

  /// How far the hand-over of one call-back is.
  enum HandOver {
    /// None is being handed over.
    case idle
    /// The guest's event thread has been told to schedule one.
    case announced
    /// The interpreter will run it at the main thread's next step.
    case scheduled
    /// It runs.
    case running
  }

  /// What a call is, as far as time goes.
  struct CallCharacter: OptionSet {
    let rawValue: Int
    /// In virtual time it takes ``callCost``.
    static let takesTime = CallCharacter(rawValue: 1)
    /// The interpreter may have a module to compile after it.
    static let loadsCode = CallCharacter(rawValue: 2)
    /// Its thread makes it as soon as it is there.
    static let arrives = CallCharacter(rawValue: 4)
  }

  /// How a wait ended.
  enum Waited: Equatable {
    /// What was waited for has come.
    case done
    /// The time is over.
    case timedOut
    /// Something else comes first: a call-back to run, Ctrl-C, the thread's end.
    case cutShort
  }

  /// A connection of a thread, which makes calls.
  struct Caller: Equatable {
    let thread: Int
    /// The later ones of a thread have higher numbers.
    fileprivate let connection: Int
    /// Whether it is the thread's first one, with which the thread ends.
    let isOwner: Bool
  }

  struct Lock {
    var waiters: [ThreadTurns.Ticket] = []
  }

  struct State {
    var turns = ThreadTurns(running: mainThread)
    var lastThread = 0
    /// The threads that have a connection.
    var claimed: Set<Int> = []
    /// The threads that have made their first call.
    var arrived: Set<Int> = []
    var stopping: Set<Int> = []
    /// The locks that are held, and who waits for each.
    var locks: [Int: Lock] = [:]
    var handOver = HandOver.idle
    /// Whether the guest's event thread may still come for call-backs.
    var hasListener = true
    /// Whether call-backs wait until the main thread makes its next call, waits, or computes on and on.
    var holdsBack = false
    var callCount = 0
    var connectionCount = 0
    /// The first of each thread's connections that has not been given up.
    var firstConnections: [Int: Int] = [:]
    var lastCharacter: CallCharacter = []
    /// The main thread's wait for the end of all that goes on.
    var idling: ThreadTurns.Ticket?
    /// Who waits for the world outside.
    var watchers: [ThreadTurns.Ticket] = []
    /// Who moves the clock at the moment. Nobody's turn begins meanwhile, so that of those who are
    /// woken at the same time the order of their alarms decides.
    var movers = 0
    var isOver = false
  }

  let state = Monitor(State())
  let device: DeviceEmulator
  let virtualClock: VirtualClock?
  /// Whether a call-back that becomes due during a call comes a little after it, as on a module, so that
  /// what it prints stands behind the prompt, and not right after the call.
  private let isAtConsole: Bool

  init(_ device: DeviceEmulator, isAtConsole: Bool = false) {
    self.device = device
    self.isAtConsole = isAtConsole
    virtualClock = device.clock as? VirtualClock
    device.whenEventQueued { [weak self] in self?.notify() }
  }

  func notify() { state.withLock(thenNotify: true) { _ in } }

  // MARK: Threads

  /// Makes room for a thread; nil if the module has no more.
  func startThread() -> Int? {
    state.withLock(thenNotify: true) { state in
      guard state.turns.count < device.profile.limits.threads else { return nil }
      state.lastThread += 1
      state.turns.add(state.lastThread)
      return state.lastThread
    }
  }

  /// A thread has made a connection; nil if there is no such thread.
  ///
  /// - Parameter alone: Whether it has given up those before: after Ctrl-C a call may be under way on
  ///   one of them, which must not keep the thread waiting.
  func claim(_ thread: Int, alone: Bool) -> Caller? {
    state.withLock(thenNotify: alone) { state in
      let exists = thread == Self.eventThread || state.turns.contains(thread)
      guard exists else { return nil }
      if thread == Self.eventThread { state.hasListener = true }
      state.connectionCount += 1
      if alone { state.firstConnections[thread] = state.connectionCount }
      return Caller(
        thread: thread, connection: state.connectionCount,
        isOwner: state.claimed.insert(thread).inserted)
    }
  }

  func endThread(_ thread: Int) {
    state.withLock(thenNotify: true) { state in
      guard thread != Self.mainThread else { return }
      if thread == Self.eventThread { state.hasListener = false }
      state.claimed.remove(thread)
      state.arrived.remove(thread)
      state.turns.remove(thread)
      state.stopping.remove(thread)
      checkIdle(&state)
    }
  }

  func isRunning(_ thread: Int) -> Bool { state.withLock { $0.turns.contains(thread) } }

  /// Has a thread end at its next device call; false if there is none.
  func stopThread(_ thread: Int) -> Bool {
    state.withLock(thenNotify: true) { state in
      guard state.turns.contains(thread) else { return false }
      state.stopping.insert(thread)
      state.turns.wake(thread)
      return true
    }
  }

  func mustStop(_ thread: Int) -> Bool { state.withLock { $0.stopping.contains(thread) } }

  /// Waits until a thread that has been started is there: until then both would take from the heap at
  /// the same time, and the addresses of objects would differ from run to run.
  func awaitArrival(_ thread: Int) {
    state.wait { state in
      state.isOver || state.arrived.contains(thread) || !state.claimed.contains(thread)
        ? .done(()) : .waiting(until: nil)
    }
  }

  // MARK: Calls

  /// A call has come in: waits for its thread's turn, and lets it take its time. False at the end.
  func begin(_ character: CallCharacter, of caller: Caller) -> Bool {
    let thread = caller.thread
    let before = state.withLock { state in
      guard !state.hasGivenUp(caller) else { return (goesOn: false, passedOn: false) }
      state.callCount += 1
      if character.contains(.arrives) { state.arrived.insert(thread) }
      state.lastCharacter = character
      let had = state.turns.running
      let has = thread == Self.eventThread || state.turns.begin(thread)
      return (goesOn: has && !state.isOver, passedOn: state.turns.running != had)
    }
    if before.passedOn || character.contains(.arrives) { notify() }
    guard before.goesOn || awaitTurn(of: caller) else { return false }
    if isAtConsole, thread == Self.mainThread, !holdBack() { return false }
    guard character.contains(.takesTime), let clock = virtualClock else { return true }
    return pass(Self.callCost, on: clock)
  }

  /// Hands over what was held back, and holds back what becomes due from now on. False if the run is over.
  private func holdBack() -> Bool {
    state.withLock(thenNotify: true) { $0.holdsBack = false }
    guard holdForCallback() else { return false }
    state.withLock { $0.holdsBack = true }
    return true
  }

  /// False if the run ends meanwhile.
  private func pass(_ time: Duration, on clock: VirtualClock) -> Bool {
    let isQuiet = clock.nextAlarm.map { $0 > clock.now + time } ?? true
    if isQuiet {
      clock.advance(by: time)
      return true
    } else {
      moving { clock.advance(by: time) }
      // What the call does to other threads comes after what the call-back does to the main thread.
      return holdForCallback()
    }
  }

  /// Moves the clock.
  func moving(_ move: () -> Void) {
    state.withLock { $0.movers += 1 }
    move()
    state.withLock(thenNotify: true) { $0.movers -= 1 }
  }

  private func awaitTurn(of caller: Caller) -> Bool {
    state.wait { state in
      let exists = state.turns.contains(caller.thread) && !state.hasGivenUp(caller)
      if state.isOver || !exists { return .done(false) }
      let isNext = state.turns.running == caller.thread && state.movers == 0
      return isNext ? .done(true) : .waiting(until: nil)
    }
  }

  /// Holds an answer until the interpreter knows of the call-backs that are due, so that they run
  /// right after it, and not a few steps later in one run and earlier in another. False if the run is
  /// over: then the script gets no answer any more.
  func holdForCallback() -> Bool {
    state.wait { isHandingOver($0) ? .waiting(until: nil) : .done(!$0.isOver) }
  }

  /// An answer is on its way to a thread: what is due is handed over before, or held back. False if the
  /// run is over.
  func prepareAnswer(to thread: Int) -> Bool {
    guard isAtConsole, thread == Self.mainThread else { return holdForCallback() }
    return state.withLock { state in
      state.holdsBack = state.handOver == .idle && device.hasEvent
      return !state.isOver
    }
  }

  /// Whether a call-back is due that the interpreter has not been told of.
  func isHandingOver(_ state: State) -> Bool {
    guard state.hasListener, !state.holdsBack, !state.isOver else { return false }
    return state.handOver == .announced || (state.handOver == .idle && device.hasEvent)
  }

  // MARK: Call-backs

  /// Waits until a call-back is due and the one before it is done. To wait again says that the
  /// interpreter has been told.
  func nextEvent() {
    state.withLock(thenNotify: true) { state in
      guard state.handOver == .announced else { return }
      state.handOver = .scheduled
      state.turns.wake(Self.mainThread)
    }
    state.wait { state in
      guard !state.isOver else { return .done(()) }
      guard state.handOver == .idle, state.movers == 0, !state.holdsBack, device.hasEvent else {
        return .waiting(until: nil)
      }
      state.handOver = .announced
      return .done(())
    }
  }

  func takeEvent() -> DeviceEvent? {
    state.withLock { $0.handOver = .running }
    return device.nextEvent()
  }

  func eventDone() {
    state.withLock(thenNotify: true) { state in
      // A guest that had no room to take a call-back gives it up.
      if state.handOver == .scheduled { _ = device.nextEvent() }
      state.handOver = .idle
    }
  }

  // MARK: Waiting

  /// Waits until a device time.
  func sleep(_ caller: Caller, until due: Duration) -> Waited {
    guard device.clock.now < due else { return .done }
    return park(caller, until: due) == .timedOut ? .done : .cutShort
  }

  /// Waits until the thread is woken, and then for its turn.
  ///
  /// - Parameter prepare: Puts the ticket where others find it; false if there is no need to wait.
  private func park(
    _ caller: Caller, until due: Duration?,
    _ prepare: (inout State, ThreadTurns.Ticket) -> Bool = { _, _ in true }
  ) -> Waited {
    let thread = caller.thread
    let ticket = state.withLock { $0.turns.ticket(for: thread) }
    // The alarm comes first: once the thread waits, the clock may jump.
    let alarm = due.map { due in
      device.clock.schedule(at: due) { [weak self] in
        self?.state.withLock(thenNotify: true) { $0.turns.wake(ticket) }
      }
    }
    defer { if let alarm { device.clock.cancel(alarm) } }
    let isOver = { [device] in due.map { device.clock.now >= $0 } ?? false }
    let waits = state.withLock(thenNotify: true) { state in
      if thread == Self.mainThread { state.holdsBack = false }
      // A call-back that is to run first is run first.
      let mustRun = thread == Self.mainThread && state.handOver == .scheduled
      guard !mustRun, !isOver(), !state.hasGivenUp(caller), !state.isOver,
        prepare(&state, ticket)
      else { return false }
      state.turns.wait(ticket)
      return true
    }
    if waits {
      state.wait { state in
        state.isOver || state.hasGivenUp(caller) || !state.turns.isWaiting(ticket)
          ? .done(()) : .waiting(until: nil)
      }
      guard awaitTurn(of: caller) else { return .cutShort }
    }
    return isOver() ? .timedOut : .cutShort
  }

  /// Waits until the world outside has something for a thread; false if something else comes first.
  ///
  /// While it is the main thread that waits so, virtual time stands still.
  func awaitWorld(_ caller: Caller, _ hasSomething: () -> Bool) -> Bool {
    guard !hasSomething() else { return true }
    var own: ThreadTurns.Ticket?
    _ = park(caller, until: nil) { state, ticket in
      own = ticket
      state.watchers.append(ticket)
      return !hasSomething()
    }
    state.withLock { $0.watchers.removeAll { $0 == own } }
    return hasSomething()
  }

  /// The world outside may have something for those who wait for it.
  func wakeWatchers() {
    state.withLock(thenNotify: true) { state in
      for ticket in state.watchers { state.turns.wake(ticket) }
    }
  }

  /// Whether virtual time is not to go on by itself.
  func isTimeHeld(_ state: State) -> Bool {
    virtualClock != nil && state.turns.allWait
      && state.watchers.contains { $0.thread == Self.mainThread && state.turns.isWaiting($0) }
  }

  // MARK: Locks

  /// Takes a lock, or waits for it until a device time (for ever if nil).
  func acquire(_ lock: Int, _ caller: Caller, until due: Duration?) -> Waited {
    if take(lock) { return .done }
    var own: ThreadTurns.Ticket?
    let waited = park(caller, until: due) { state, ticket in
      own = ticket
      state.locks[lock]?.waiters.append(ticket)
      return state.locks[lock] != nil
    }
    guard let own else { return waited }
    // Whoever gives the lock back passes it on by taking the waiter off the list.
    return state.withLock { state in
      guard let place = state.locks[lock]?.waiters.firstIndex(of: own) else { return .done }
      state.locks[lock]?.waiters.remove(at: place)
      return waited
    }
  }

  private func take(_ lock: Int) -> Bool {
    state.withLock { state in
      guard state.locks[lock] == nil else { return false }
      state.locks[lock] = Lock()
      return true
    }
  }

  /// Gives a lock back; false if nobody holds it.
  func release(_ lock: Int) -> Bool {
    state.withLock(thenNotify: true) { state in
      guard state.locks[lock] != nil else { return false }
      while state.locks[lock]?.waiters.isEmpty == false {
        let next = state.locks[lock]!.waiters.removeFirst()
        guard state.turns.isWaiting(next) else { continue }
        state.turns.wake(next)
        return true
      }
      state.locks[lock] = nil
      return true
    }
  }

  func isHeld(_ lock: Int) -> Bool { state.withLock { $0.locks[lock] != nil } }

  // MARK: The end

  /// Waits until nothing is left that could call the script back; false if a call-back comes first.
  func awaitIdle(_ caller: Caller) -> Bool {
    _ = park(caller, until: nil) { state, ticket in
      state.idling = ticket
      return !isIdle(state)
    }
    return state.withLock { isIdle($0) }
  }

  private func isIdle(_ state: State) -> Bool {
    state.isOver
      || (state.handOver == .idle && state.turns.count == 1 && !device.hasEvent
        && !device.isWorking)
  }

  /// Lets the main thread end if that is what it waits for; whether it does.
  @discardableResult
  func checkIdle(_ state: inout State) -> Bool {
    guard let idling = state.idling, state.turns.isWaiting(idling), isIdle(state) else {
      return false
    }
    state.turns.wake(idling)
    return true
  }

  /// Ctrl-C has been sent: the main thread goes on, to see it.
  func interrupt() {
    state.withLock(thenNotify: true) { $0.turns.wake(Self.mainThread) }
  }

  /// Whether a call-back of the script runs.
  var runsCallback: Bool { state.withLock { $0.handOver == .running } }

  /// How many calls there have been.
  var callCount: Int { state.withLock { $0.callCount } }

  /// Waits until the run is over.
  func awaitEnd() { state.wait { $0.isOver ? .done(()) : .waiting(until: nil) } }

  /// The script's processor is gone: all waiting ends.
  func end() { state.withLock(thenNotify: true) { $0.isOver = true } }
}

extension GuestScheduler.State {
  /// Whether the caller's thread goes on with a later connection alone.
  fileprivate func hasGivenUp(_ caller: GuestScheduler.Caller) -> Bool {
    caller.connection < firstConnections[caller.thread] ?? 0
  }
}
