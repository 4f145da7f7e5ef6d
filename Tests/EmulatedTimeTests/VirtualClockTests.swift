import EmulatedTime
import Testing

struct VirtualClockTests {
  let clock = VirtualClock()
  let journal = Journal()

  private func note(_ word: String, at due: Duration) -> Alarm {
    // The clock keeps the alarms that are left, which must not keep the clock.
    clock.schedule(at: due) { [unowned clock, journal] in journal.add("\(word)@\(clock.now)") }
  }

  @Test("Time stands still until it is advanced")
  func stands() {
    #expect(clock.now == .zero)
    clock.advance(by: .milliseconds(20))
    #expect(clock.now == .milliseconds(20))
  }

  @Test("Alarms act in the order in which they are due, each at its own time")
  func order() {
    _ = note("late", at: .seconds(3))
    _ = note("early", at: .seconds(1))
    _ = note("middle", at: .seconds(2))
    clock.advance(by: .seconds(5))
    #expect(journal.words == ["early@1.0 seconds", "middle@2.0 seconds", "late@3.0 seconds"])
    #expect(clock.now == .seconds(5))
  }

  @Test("Alarms due together act in the order in which they were set")
  func ties() {
    for number in 0..<50 { _ = note("\(number)", at: .seconds(1)) }
    clock.advance(by: .seconds(1))
    #expect(journal.words == (0..<50).map { "\($0)@1.0 seconds" })
  }

  @Test("A cancelled alarm never acts, and the others still do, in order")
  func cancel() {
    let alarms = (1...20).map { note("\($0)", at: .seconds($0)) }
    for index in stride(from: 0, to: 20, by: 3) { clock.cancel(alarms[index]) }
    clock.advance(by: .seconds(30))
    let left = (1...20).filter { ($0 - 1) % 3 != 0 }
    #expect(journal.words == left.map { "\($0)@\(Duration.seconds($0))" })
  }

  @Test("An alarm set by an alarm acts within the same advance when it is due by then")
  func chain() {
    clock.schedule(at: .seconds(1)) { [clock, journal] in
      clock.schedule(at: clock.now + .seconds(1)) { journal.add("second@\(clock.now)") }
    }
    clock.advance(by: .seconds(3))
    #expect(journal.words == ["second@2.0 seconds"])
  }

  @Test("An alarm set in the past acts at once and does not turn time back")
  func past() {
    clock.advance(by: .seconds(5))
    _ = note("overdue", at: .seconds(1))
    clock.advance(by: .zero)
    #expect(journal.words == ["overdue@5.0 seconds"])
  }

  @Test("An advance stops at the alarm after which enough has happened")
  func stopsEarly() {
    for second in 1...5 { _ = note("tick", at: .seconds(second)) }
    clock.advance(to: .seconds(9)) { [journal] in journal.words.count == 2 }
    #expect(clock.now == .seconds(2))
    #expect(clock.nextAlarm == .seconds(3))
    clock.advance(to: .seconds(1))
    #expect(clock.now == .seconds(2))
  }

  @Test("Two threads that move the clock at once lose no time and no alarm")
  func twoMovers() async {
    for step in 1...200 { _ = note("tick", at: .milliseconds(step)) }
    await withTaskGroup { group in
      for _ in 0..<2 {
        group.addTask { [clock] in
          for _ in 0..<100 { clock.advance(by: .milliseconds(1)) }
        }
      }
    }
    #expect(clock.now == .milliseconds(200))
    #expect(journal.words.count == 200)
  }
}

struct HostClockTests {
  @Test("Alarms act in order, not before they are due, and a cancelled one not at all")
  func alarms() async {
    let clock = HostClock()
    let (times, done) = AsyncStream<Duration>.makeStream()
    let cancelled = clock.schedule(at: clock.now + .milliseconds(3)) { done.yield(.seconds(-1)) }
    let due = [Duration.milliseconds(12), .milliseconds(4), .milliseconds(8)].map { clock.now + $0 }
    for instant in due { clock.schedule(at: instant) { done.yield(clock.now - instant) } }
    clock.cancel(cancelled)
    var delays: [Duration] = []
    for await delay in times {
      delays.append(delay)
      if delays.count == due.count { break }
    }
    #expect(delays.allSatisfy { $0 >= .zero })
  }

  @Test("A stopped clock acts no more")
  func stop() async throws {
    let clock = HostClock()
    let journal = Journal()
    clock.schedule(at: clock.now + .milliseconds(5)) { journal.add("rang") }
    clock.stop()
    try await Task.sleep(for: .milliseconds(20))
    #expect(journal.words.isEmpty)
  }
}

/// What happened, in order.
final class Journal: Sendable {
  private let entries = Monitor([String]())
  var words: [String] { entries.withLock { $0 } }
  func add(_ word: String) { entries.withLock { $0.append(word) } }
}
