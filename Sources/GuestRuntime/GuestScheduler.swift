import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// The script's threads, locks and call-backs on the device's clock: whose turn it is, who waits for
/// what, and when the interpreter learns of a call-back. ``drive(processorTime:)`` moves virtual time.
final class GuestScheduler: Sendable {
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
    /// In virtual time it takes what the profile says.
    static let takesTime = CallCharacter(rawValue: 1)
    /// The interpreter may have a module to compile after it.
    static let loadsCode = CallCharacter(rawValue: 2)
    /// Its thread makes it as soon as it is there.
    static let arrives = CallCharacter(rawValue: 4)
    /// Others have no turn before it: a thread that is being started may be there before it or after.
    static let keepsTurn = CallCharacter(rawValue: 8)
    /// The main thread makes it in no call-back.
    static let betweenJobs = CallCharacter(rawValue: 16)
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
    let connection: Int
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
    /// Whether the main thread has made a call between two jobs since a call-back was scheduled.
    var isOverdue = false
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
      if character.contains(.betweenJobs) { state.forgetLostCallback() }
      if character.contains(.arrives) { state.arrived.insert(thread) }
      state.lastCharacter = character
      let had = state.turns.running
      let has =
        thread == Self.eventThread
        || state.turns.begin(thread, keepsTurn: character.contains(.keepsTurn))
      return (goesOn: has && !state.isOver, passedOn: state.turns.running != had)
    }
    if before.passedOn || !character.isDisjoint(with: [.arrives, .betweenJobs]) { notify() }
    guard before.goesOn || awaitTurn(of: caller) else { return false }
    if isAtConsole, thread == Self.mainThread, !holdBack() { return false }
    guard character.contains(.takesTime), let clock = virtualClock else { return true }
    return pass(.nanoseconds(device.profile.timing.callNanoseconds), on: clock)
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

  func awaitTurn(of caller: Caller) -> Bool {
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
      (state.handOver, state.isOverdue) = (.scheduled, false)
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

  // MARK: The end

  /// Ctrl-C has been sent: the main thread goes on, to see it.
  func interrupt() {
    state.withLock(thenNotify: true) { $0.turns.wake(Self.mainThread) }
  }

  /// Whether a call-back of the script runs.
  var runsCallback: Bool { state.withLock { $0.handOver == .running } }

  /// Whether the interpreter has said hello.
  var hasGreeted: Bool { state.withLock { $0.claimed.contains(Self.mainThread) } }

  /// How many calls there have been.
  var callCount: Int { state.withLock { $0.callCount } }

  /// Waits until the run is over.
  func awaitEnd() { state.wait { $0.isOver ? .done(()) : .waiting(until: nil) } }

  /// The script's processor is gone: all waiting ends.
  func end() { state.withLock(thenNotify: true) { $0.isOver = true } }
}

extension GuestScheduler.State {
  /// The main thread is in no call-back. One that is thought to run, or was to be run before its last call of
  /// this kind, was cut off by Ctrl-C: the next one is not to wait for it.
  fileprivate mutating func forgetLostCallback() {
    switch handOver {
    case .running: handOver = .idle
    case .scheduled: (handOver, isOverdue) = (isOverdue ? .idle : .scheduled, true)
    case .idle, .announced: break
    }
  }

  /// Whether the caller's thread goes on with a later connection alone.
  func hasGivenUp(_ caller: GuestScheduler.Caller) -> Bool {
    caller.connection < firstConnections[caller.thread] ?? 0
  }
}
