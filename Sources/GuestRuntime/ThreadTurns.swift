/// Whose turn it is among the script's threads. A plain value: it knows neither a lock nor a clock.
///
/// One thread runs at a time, as under the lock of the modules' interpreter, and the turns depend on
/// the calls alone, not on the host's scheduler: the turn passes on when its thread waits, ends, or
/// has made ``callsPerTurn`` calls while others are ready. The interpreter itself cannot be held
/// between two calls; a thread that computes on and on loses its turn and is astray until its next call.
struct ThreadTurns {
  static let callsPerTurn = 10

  /// One wait of one thread, so that a late alarm does not end the next one.
  struct Ticket: Equatable {
    let thread: Int
    fileprivate let number: Int
  }

  private enum Standing: Equatable {
    /// It has not made its first call, and perhaps never will: Ctrl-C may have broken off its start.
    case starting
    case running
    case ready
    case waiting(Ticket)
    case astray
  }

  /// The thread whose turn it is.
  private(set) var running: Int?
  private var standings: [Int: Standing]
  /// Those that are ready, the next one first.
  private var ready: [Int] = []
  private var calls = 0
  private var lastTicket = 0
  private var astray = 0

  init(running thread: Int) {
    running = thread
    standings = [thread: .running]
  }

  var count: Int { standings.count }

  /// Whether nothing happens before an alarm or the host makes it.
  var allWait: Bool { running == nil && astray == 0 }

  var someAreReady: Bool { !ready.isEmpty }

  func contains(_ thread: Int) -> Bool { standings[thread] != nil }

  /// A new thread is there, and has no turn before its first call.
  mutating func add(_ thread: Int) { standings[thread] = .starting }

  mutating func remove(_ thread: Int) {
    if standings[thread] == .astray { astray -= 1 }
    standings[thread] = nil
    ready.removeAll { $0 == thread }
    if running == thread { passOn() }
  }

  /// A call comes in; whether it is the thread's turn to have it answered.
  ///
  /// - Parameter keepsTurn: Whether the thread goes on even if it has made enough calls for a turn.
  mutating func begin(_ thread: Int, keepsTurn: Bool = false) -> Bool {
    switch standings[thread] {
    case .running:
      calls += 1
      guard calls > Self.callsPerTurn, !ready.isEmpty, !keepsTurn else { return true }
      makeReady(thread)
      passOn()
    case .astray:
      astray -= 1
      makeReady(thread)
    // A thread that waits and calls has given its wait up, as after Ctrl-C.
    case .starting, .waiting: makeReady(thread)
    case .ready, nil: break
    }
    return running == thread
  }

  /// A ticket for the next wait of a thread.
  mutating func ticket(for thread: Int) -> Ticket {
    lastTicket += 1
    return Ticket(thread: thread, number: lastTicket)
  }

  /// The ticket's thread waits; whoever is next has the turn.
  mutating func wait(_ ticket: Ticket) {
    let thread = ticket.thread
    guard let standing = standings[thread] else { return }
    if standing == .astray { astray -= 1 }
    standings[thread] = .waiting(ticket)
    ready.removeAll { $0 == thread }
    if running == thread { passOn() }
  }

  func isWaiting(_ ticket: Ticket) -> Bool { standings[ticket.thread] == .waiting(ticket) }

  /// What the thread waited for has come; nothing if it waits for something else by now.
  mutating func wake(_ ticket: Ticket) {
    if isWaiting(ticket) { makeReady(ticket.thread) }
  }

  /// The thread goes on whatever it waits for.
  mutating func wake(_ thread: Int) {
    if case .waiting = standings[thread] { makeReady(thread) }
  }

  /// The thread whose turn it is computes on and on: the next one has its turn beside it.
  mutating func letOthersRun() {
    guard let thread = running else { return }
    standings[thread] = .astray
    astray += 1
    passOn()
  }

  private mutating func makeReady(_ thread: Int) {
    standings[thread] = .ready
    ready.append(thread)
    if running == nil { passOn() }
  }

  private mutating func passOn() {
    calls = 0
    running = ready.isEmpty ? nil : ready.removeFirst()
    if let running { standings[running] = .running }
  }
}
