import EmulatedTime
import Glibc
import Testing

@testable import SerialLines

@Suite("A pseudoterminal as a serial line")
struct PseudoTerminalTests {
  /// What a line has heard.
  final class Ear: Sendable {
    let heard = Monitor<(bytes: [UInt8], hangUps: Int)>(([], 0))

    func attach(to line: any SerialLine) {
      line.start(
        receive: { [heard] bytes in heard.withLock(thenNotify: true) { $0.bytes += bytes } },
        hangUp: { [heard] in heard.withLock(thenNotify: true) { $0.hangUps += 1 } })
    }

    /// Waits until enough was heard.
    func awaits(_ isEnough: (([UInt8], Int)) -> Bool) -> Bool {
      let due = ContinuousClock.now + .seconds(10)
      return heard.wait { state in
        if isEnough((state.bytes, state.hangUps)) { return .done(true) }
        return ContinuousClock.now >= due ? .done(false) : .waiting(until: due)
      }
    }
  }

  @Test("Clients come and go, and all bytes pass unchanged both ways")
  func cycles() throws {
    let line = try PseudoTerminal()
    let ear = Ear()
    ear.attach(to: line)
    defer { line.close() }
    let all = (0...255).map { UInt8($0) }
    for round in 1...50 {
      line.send(Array("nobody hears this".utf8))
      let client = open(line.name, O_RDWR | O_NOCTTY)
      #expect(write(client, all, all.count) == all.count)
      #expect(ear.awaits { $0.0.count >= 256 * round })
      line.send(all)
      var back: [UInt8] = []
      var part = [UInt8](repeating: 0, count: 512)
      while back.count < 256 {
        let count = read(client, &part, part.count)
        back += part[..<max(count, 0)]
      }
      #expect(back == all)
      close(client)
      #expect(ear.awaits { $0.1 == round })
    }
    #expect(ear.heard.withLock { $0.bytes } == Array((0..<50).map { _ in all }.joined()))
  }
}
