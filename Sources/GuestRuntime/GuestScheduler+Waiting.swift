import DeviceEmulator
import EmulatedTime

/// How a thread waits: for a time, for the world outside, for a lock. A call-back, Ctrl-C or its end cut
/// any wait of the main thread short.
extension GuestScheduler {
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

  // MARK: Idling

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
}
