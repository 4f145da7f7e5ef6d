import GuestRuntime
import Testing

@testable import Commands

@Suite("The module's serial ports at lines of the host's", .timeLimit(.minutes(5)))
struct SerialWiringTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  @Test(
    "A value that is none is a usage error of one sentence",
    arguments: [
      (["--uart", "2"], "--uart is a port from 0 to 4 and a line, such as 2=pty, not \"2\""),
      (
        ["--uart", "5=pty"], "--uart is a port from 0 to 4 and a line, such as 2=pty, not \"5=pty\""
      ),
      (
        ["--uart", "2=usb"],
        "--uart 2= takes pty, pty:LINK, tcp:HOST:PORT or loopback, not \"usb\""
      ),
      (
        ["--uart", "2=tcp:x"],
        "--uart 2= takes pty, pty:LINK, tcp:HOST:PORT or loopback, not \"tcp:x\""
      ),
      (["--uart", "2=pty", "--uart", "2=loopback"], "--uart names port 2 twice"),
      (
        ["--uart", "2=pty", "--time", "virtual"],
        "a serial line of the host runs in real time: leave out --time virtual, or use loopback as "
          + "--uart"
      ),
    ])
  func refused(options: [String], sentence: String) async throws {
    let ending = try await bench.run(script: "", options + ["--audio-in", "silence"])
    #expect(ending.code == 64)
    #expect(ending.errors.hasPrefix("qpyemu: \(sentence)\n"))
  }

  @Test("A loop gives everything back, in virtual time, and uselect tells when it is there")
  func loopback() async throws {
    let ending = try await bench.run(
      script: """
        import uselect, utime
        from machine import UART
        uart = UART(UART.UART2, 9600, 8, 0, 1, 0)
        poll = uselect.poll()
        poll.register(uart, uselect.POLLIN)
        began = utime.ticks_ms()
        print(poll.poll(500), utime.ticks_diff(utime.ticks_ms(), began) >= 500)
        uart.write('hello')
        print(poll.poll(500) == [(uart, uselect.POLLIN)], uart.read(9))
        poll.modify(uart, uselect.POLLIN | uselect.POLLOUT)
        print(poll.poll(0)[0][1] == uselect.POLLOUT)
        uart.write('x')
        print(uselect.select([uart], [], [], 1)[0] == [uart], uart.read(9))
        """, ["--uart", "2=loopback", "--audio-in", "silence"])
    #expect(ending.lines == ["[] True", "True b'hello'", "True", "True b'x'"])
    #expect(ending.code == 0 && ending.errors.contains("time virtual"))
  }
}
