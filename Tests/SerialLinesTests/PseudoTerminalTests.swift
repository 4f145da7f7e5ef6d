import EmulatedTime
import Glibc
import Testing

@testable import SerialLines

@Suite("A pseudoterminal as a serial line", .serialized)
struct PseudoTerminalTests {
  let line: PseudoTerminal
  let ear: Ear
  let all = (0...255).map { UInt8($0) }

  init() throws {
    line = try PseudoTerminal()
    ear = Ear(at: line)
  }

  private func client() -> Int32 { open(line.name, O_RDWR | O_NOCTTY) }

  @Test("Clients come and go, and all bytes pass unchanged both ways")
  func cycles() throws {
    defer { line.close() }
    for round in 1...50 {
      line.send(Array("nobody hears this".utf8))
      let client = client()
      #expect(write(client, all, all.count) == all.count)
      #expect(ear.awaits { $0.bytes.count >= 256 * round })
      line.send(all)
      #expect(take(256, from: client) == all)
      close(client)
      #expect(ear.awaits { $0.hangUps == round })
    }
    #expect(ear.heard.withLock { $0.bytes } == Array((0..<50).map { _ in all }.joined()))
  }

  @Test("Two clients at once both send, and the line hangs up after the second")
  func two() throws {
    defer { line.close() }
    let (one, other) = (client(), client())
    #expect(write(one, "a", 1) == 1 && write(other, "b", 1) == 1)
    #expect(ear.awaits { $0.bytes.sorted() == Array("ab".utf8) })
    close(one)
    #expect(write(other, "c", 1) == 1)
    #expect(ear.awaits { $0.bytes.count == 3 })
    #expect(ear.heard.withLock { $0.hangUps } == 0)
    close(other)
    #expect(ear.awaits { $0.hangUps == 1 })
  }

  @Test("Pairs of clients that come and go at once leave the line hearing and heard")
  func pairs() throws {
    defer { line.close() }
    for _ in 0..<40 {
      let (one, other) = (client(), client())
      close(one)
      close(other)
    }
    let last = client()
    defer { close(last) }
    #expect(write(last, "a", 1) == 1)
    #expect(ear.awaits { $0.bytes == Array("a".utf8) })
    line.send(all)
    #expect(take(256, from: last) == all)
  }

  @Test("A client in canonical mode with echo is not what the console talks to itself through")
  func echo() throws {
    defer { line.close() }
    let rude = client()
    defer { close(rude) }
    var settings = termios()
    tcgetattr(rude, &settings)
    settings.c_lflag |= tcflag_t(ECHO | ICANON | ISIG)
    tcsetattr(rude, TCSANOW, &settings)
    #expect(write(rude, "a", 1) == 1)
    #expect(ear.awaits { $0.bytes.count >= 1 })
    line.send(Array("hello\r\n".utf8))
    #expect(take(7, from: rude) == Array("hello\r\n".utf8))
    #expect(ear.heard.withLock { $0.bytes } == Array("a".utf8))
  }

  @Test("A client that floods without reading blocks nobody for long")
  func flood() throws {
    defer { line.close() }
    let client = client()
    let line = line
    HostThread.start {
      let block = [UInt8](repeating: 7, count: 65536)
      for _ in 0..<4 { line.send(block) }
    }
    let block = [UInt8](repeating: 9, count: 65536)
    for _ in 0..<16 { #expect(write(client, block, block.count) > 0) }
    #expect(ear.awaits { $0.bytes.count >= 16 * 4096 })
    close(client)
    #expect(ear.awaits { $0.hangUps == 1 })
  }

  @Test("A client in canonical mode with echo does not have the next one so")
  func settings() throws {
    defer { line.close() }
    let rude = client()
    var settings = termios()
    tcgetattr(rude, &settings)
    settings.c_lflag |= tcflag_t(ECHO | ICANON | ISIG)
    settings.c_oflag |= tcflag_t(OPOST | ONLCR)
    tcsetattr(rude, TCSANOW, &settings)
    #expect(write(rude, "a", 1) == 1)
    #expect(ear.awaits { $0.bytes == Array("a".utf8) })
    close(rude)
    #expect(ear.awaits { $0.hangUps == 1 })
    let next = client()
    defer { close(next) }
    #expect(write(next, [3, 4, 10] as [UInt8], 3) == 3)
    #expect(ear.awaits { $0.bytes.dropFirst() == [3, 4, 10] })
    line.send([10, 0, 255])
    #expect(take(3, from: next) == [10, 0, 255])
  }

  @Test("Lines that are made and closed leave no descriptor behind")
  func descriptors() throws {
    line.close()
    let before = openDescriptors
    for _ in 0..<20 {
      let line = try PseudoTerminal()
      _ = Ear(at: line)
      line.close()
      let tcp = try TCPLine(HostAndPort("0")!, form: .raw)
      _ = Ear(at: tcp)
      tcp.close()
    }
    // Tests of other suites may hold some at the moment; what is left behind here stays.
    let due = ContinuousClock.now + .seconds(60)
    while openDescriptors > before + 15, ContinuousClock.now < due { usleep(50_000) }
    #expect(openDescriptors <= before + 15)
  }

  @Test("A serial client opens the device, alone, and reads up to what it waits for")
  func serialClient() throws {
    defer { line.close() }
    let client = try SerialClient(line.name)
    #expect(throws: SerialLineError("another program has \(line.name) open")) {
      try SerialClient(line.name)
    }
    try client.write(all)
    #expect(ear.awaits { $0.bytes == all })
    line.send(Array("one>two".utf8))
    let first = try client.read(until: Array(">".utf8), timeout: .seconds(60))
    #expect(first.bytes == Array("one>".utf8) && first.isComplete)
    let second = try client.read(until: Array(">".utf8), timeout: .milliseconds(50))
    #expect(second.bytes == Array("two".utf8) && !second.isComplete)
  }

  @Test("What is no serial device is refused in a sentence")
  func refusals() {
    defer { line.close() }
    #expect(throws: SerialLineError("there is no serial device /dev/nothing")) {
      try SerialClient("/dev/nothing")
    }
    #expect(
      throws: SerialLineError("/dev/null is no serial device; name one such as /dev/ttyUSB0")
    ) {
      try SerialClient("/dev/null")
    }
  }
}
