import EmulatedTime
import Glibc
import Testing

@testable import GuestRuntime

@Suite("Whom Ctrl-C at the console is for")
struct ConsoleInterruptTests {
  /// What the console has done, and whether its client takes what it sends.
  private struct State {
    var interrupts = 0
    var isSending = false
    var takesOutput = true
  }

  private let console: ModuleConsole
  private let guest: ModuleConsole.Guest
  private let state = Monitor(State())

  init() throws {
    console = ModuleConsole(banner: "", codeLimit: 100) { [state] _ in
      state.withLock(thenNotify: true) { $0.isSending = true }
      state.wait { $0.takesOutput ? .done(()) : .waiting(until: nil) }
    }
    guest = ModuleConsole.Guest(
      runsCallback: { false },
      interrupt: { [state] in state.withLock(thenNotify: true) { $0.interrupts += 1 } },
      wake: {}, end: { _ in })
    console.attach(guest, main: nil)
    console.serve()
  }

  private func enter(_ line: String) {
    console.receive(Array(line.utf8) + [ASCII.carriageReturn])
  }

  @Test("What the interpreter sees of it after its job has ended does not end the next one")
  func late() {
    enter("first")
    console.receive([ASCII.ctrlC])
    console.finish(1, .done)
    enter("second")
    console.finishInterrupted()
    #expect(console.job?.work == .statement(Array("second".utf8)))
    #expect(state.withLock { $0.interrupts } == 1)
  }

  @Test("What the interpreter sees of it before it works on its job ends that job")
  func early() {
    enter("first")
    console.receive([ASCII.ctrlC])
    console.finishInterrupted()
    #expect(console.job?.work == nil)
  }

  @Test("A report that comes late, on a connection given up after it, ends no other job")
  func lateReport() {
    enter("first")
    console.receive([ASCII.ctrlC])
    console.finishInterrupted()
    enter("second")
    console.finish(1, .raised([]))
    #expect(console.job?.work == .statement(Array("second".utf8)))
    console.finish(2, .done)
    #expect(console.job == nil)
  }

  @Test("Before the interpreter asks for jobs it ends the job, and is kept from the interpreter")
  func whileStarting() {
    console.attach(guest, main: nil)
    enter("first")
    console.receive([ASCII.ctrlC])
    #expect(console.job?.work == nil)
    #expect(state.withLock { $0.interrupts } == 0)
    enter("second")
    #expect(console.job?.work == .statement(Array("second".utf8)))
  }

  @Test("While a word is completed it is for the line")
  func completion() {
    console.receive(Array("pri\t".utf8))
    console.receive([ASCII.ctrlC])
    console.finish(1, .names([Array("print".utf8)]))
    enter("second")
    #expect(console.job?.work == .statement(Array("second".utf8)))
  }

  @Test("It gets through behind other input while the script's output waits for the client")
  func busyOutput() {
    enter("first")
    state.withLock { $0 = State(takesOutput: false) }
    HostThread.start { [console] in console.print(Array("noise".utf8)) }
    state.wait { $0.isSending ? .done(()) : .waiting(until: nil) }
    HostThread.start { [console] in
      console.receive([ASCII.space])
      console.receive([ASCII.ctrlC])
    }
    let due = ContinuousClock.now + .seconds(5)
    let gotThrough = state.wait { state in
      if state.interrupts == 1 { return .done(true) }
      return ContinuousClock.now >= due ? .done(false) : .waiting(until: due)
    }
    state.withLock(thenNotify: true) { $0.takesOutput = true }
    #expect(gotThrough)
  }
}
