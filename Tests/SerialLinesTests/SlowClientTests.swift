import EmulatedTime
import Glibc
import Testing

@testable import SerialLines

@Suite("A client that reads slowly, or leaves without reading")
struct SlowClientTests {
  private let line: PseudoTerminal
  private let ear: Ear

  init() throws {
    line = try PseudoTerminal()
    ear = Ear(at: line)
  }

  /// Opens the device and says something, so that the line knows of the client.
  private func come() -> Int32 {
    let client = open(line.name, O_RDWR | O_NOCTTY)
    let before = ear.heard.withLock { $0.bytes.count }
    #expect(write(client, [1], 1) == 1)
    #expect(ear.awaits { $0.bytes.count > before })
    return client
  }

  @Test("One that has paused is sent everything again once it reads, however much that is")
  func pause() {
    defer { line.close() }
    let client = come()
    defer { close(client) }
    // The device is full, a second is waited in vain, and those that follow do not wait.
    for _ in 0..<20 { line.send([UInt8](repeating: 1, count: 8192)) }
    tcflush(client, TCIFLUSH)
    let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    HostThread.start { [line] in line.send(text) }
    let isWhole = take(text.count, from: client) == text
    #expect(isWhole)
  }

  @Test("What one leaves unread of a long message, on its way or not, is not for the next one")
  func leftovers() {
    defer { line.close() }
    for round in 1...50 {
      let isSent = Monitor(false)
      let first = come()
      HostThread.start { [line] in
        line.send([UInt8](repeating: 0xEE, count: 100_000))
        isSent.withLock(thenNotify: true) { $0 = true }
      }
      #expect(take(5000, from: first).count == 5000)
      close(first)
      #expect(ear.awaits { $0.hangUps == round * 2 - 1 })
      isSent.wait { $0 ? .done(()) : .waiting(until: nil) }
      let next = come()
      line.send([2])
      #expect(take(1, from: next) == [2])
      close(next)
      #expect(ear.awaits { $0.hangUps == round * 2 })
    }
  }
}
