import DeviceEmulator
import Foundation
import GuestRuntime
import Testing

@Suite("The same script gives the same run", .serialized)
struct DeterminismTests {
  static let scripts = [
    """
    import audio, utime
    record = audio.Record()
    record.end_callback(lambda message: print(message, utime.ticks_ms()))
    record.start('a.wav', 10)
    utime.sleep(3)
    record.stop()
    print(utime.ticks_us(), record.getSize('a.wav'))
    """,
    """
    import audio, utime
    record = audio.Record()
    polls = 0
    record.end_callback(lambda message: print(message, polls))
    record.start('a.wav', 2)
    while record.isBusy(): polls += 1
    print(polls, utime.ticks_us())
    """,
    """
    import audio, utime
    going = True
    def done(message):
        global going
        print(message, utime.ticks_us())
        going = message[2] == 0
    record = audio.Record()
    record.end_callback(done)
    record.start('a.wav', 5)
    while going: pass
    print(utime.ticks_us())
    """,
    """
    import _thread, utime, osTimer
    lock = _thread.allocate_lock()
    def work(name, pause):
        for i in range(20):
            with lock:
                print(name, i, utime.ticks_ms())
                utime.sleep_ms(pause)
            utime.sleep_ms(10)
    timer = osTimer()
    timer.start(7, 1, lambda _: print('tick', utime.ticks_ms()))
    for name in range(3): _thread.start_new_thread(work, (name, 5 * name))
    utime.sleep(1)
    timer.stop()
    print(work, id(lock))
    """,
    """
    import urandom, uos
    print(urandom.getrandbits(30), urandom.random(), uos.urandom(8))
    """,
    """
    import _thread, utime
    for calls in range(12):
        for _ in range(calls): utime.ticks_ms()
        _thread.start_new_thread(lambda: [print('in', utime.ticks_ms()) for _ in range(3)], ())
        print('out', utime.ticks_ms())
        utime.sleep_ms(50)
    """,
    """
    import usr.big, utime
    print(utime.ticks_us())
    """,
  ]

  @Test(
    "Ten runs give the same console, the same flash and the same calls", arguments: scripts,
    [false, true])
  func same(script: String, busy: Bool) throws {
    let helpers = busy ? try (0..<2).map { _ in try Self.busyHelper() } : []
    // Our threads may block the politer signals, and so do their children.
    defer { for helper in helpers { kill(helper.processIdentifier, SIGKILL) } }
    let big = (0..<600).map { "def f\($0)(a, b):\n    return [a + b * \($0), (a, b)]\n" }.joined()
    var first: ScriptRun?
    for _ in 0..<10 {
      let run = try ScriptRun(script, .init(seed: 5, files: ["/usr/big.py": big]))
      #expect(run.ending == .exited(0), "\(run.console)")
      guard let first else {
        first = run
        continue
      }
      #expect(run.console == first.console)
      #expect(run.trace == first.trace)
      #expect(
        (try? run.device.files.contents(of: "/usr/a.wav"))
          == (try? first.device.files.contents(of: "/usr/a.wav")))
    }
  }

  @Test("Another seed gives other random numbers")
  func seeds() throws {
    let runs = try [1, 2].map { try ScriptRun(Self.scripts[4], .init(seed: $0)).console }
    #expect(runs[0] != runs[1])
  }

  /// A process that keeps one of the host's processors busy.
  private static func busyHelper() throws -> Process {
    let helper = Process()
    helper.executableURL = URL(fileURLWithPath: "/bin/sh")
    helper.arguments = [
      "-c",
      "while [ $(ps -o ppid= -p $$) -ne 1 ]; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done",
    ]
    try helper.run()
    return helper
  }
}
