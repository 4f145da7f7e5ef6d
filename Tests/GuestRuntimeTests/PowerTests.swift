import DeviceEmulator
import EmulatedTime
import ModuleProfiles
import Testing

@testable import GuestRuntime

@Suite("The module's power as scripts see it")
struct PowerTests {
  /// Whether a time is so long, but for what calls and steps take, and the end of a frame.
  private func isAbout(_ time: Duration, _ length: Duration) -> Bool {
    (length - .milliseconds(20)...length + .milliseconds(20)).contains(time)
  }

  @Test("The module sleeps while its script waits, if it was told to and no lock keeps it awake")
  func autosleep() throws {
    let run = try ScriptRun(
      """
      import pm, utime
      first, second = pm.create_wakelock('a', 1), pm.create_wakelock('b')
      utime.sleep(1)
      pm.autosleep(1)
      utime.sleep(2)
      pm.wakelock_lock(first)
      pm.wakelock_lock(second)
      utime.sleep(4)
      pm.wakelock_unlock(first)
      utime.sleep(8)
      pm.delete_wakelock(second)
      utime.sleep(16)
      pm.autosleep(0)
      utime.sleep(32)
      """)
    #expect(run.ending == .exited(0))
    #expect(isAbout(run.device.sleepTime, .seconds(18)), "\(run.device.sleepTime)")
  }

  @Test("A script that computes keeps the module awake, and so does a recording")
  func awake() throws {
    let run = try ScriptRun(
      """
      import audio, pm, utime
      pm.autosleep(1)
      for _ in range(100000): pass
      audio.Record(0).start('a.wav', 5)
      utime.sleep(8)
      """)
    #expect(isAbout(run.device.sleepTime, .seconds(3)), "\(run.device.sleepTime)")
  }
}

@Suite("The watchdog as scripts see it")
struct WatchdogTests {
  private static let prelude = """
    import _thread, misc, utime
    from machine import Timer, WDT
    lock = _thread.allocate_lock()
    lock.acquire()

    """

  private func run(_ script: String, _ setting: ScriptRun.Setting = .init()) throws -> ScriptRun {
    try ScriptRun(Self.prelude + script, setting)
  }

  @Test(
    "A watchdog that is not fed restarts the module, whatever its script does",
    arguments: [
      "utime.sleep(60)", "while True: pass", "lock.acquire()", "while True: utime.sleep_ms(10)",
      "while True: misc.Power.getVbatt()",
      "_thread.start_new_thread(lock.acquire, ())\nwhile True: pass",
    ])
  func starved(last: String) throws {
    let run = try run("dog = WDT(5)\nprint('on')\n\(last)\nprint('never')")
    #expect(run.ending == .reset(.hard(.watchdog)) && run.lines == ["on"])
    #expect((.seconds(5)...(.milliseconds(5100))).contains(run.device.clock.now))
    #expect(try run.device.call("Power.powerOnReason") == .success(5))
    #expect(try run.device.call("Power.powerDownReason") == .success(0))
  }

  @Test("One that is fed in time or stopped lets the script go on")
  func fed() throws {
    let run = try run(
      """
      dog = WDT(2)
      for _ in range(5):
          utime.sleep(1)
          print(dog.feed(), end=' ')
      print(dog.stop())
      utime.sleep(10)
      print(dog.feed())
      utime.sleep(10)
      """)
    #expect(run.ending == .exited(0) && run.console == "0 0 0 0 0 0\n0\n")
  }

  @Test("A timer can feed it, until it no longer does")
  func timer() throws {
    let run = try run(
      """
      dog, fed = WDT(2), []
      def feed(timer):
          fed.append(dog.feed())
          print(len(fed))
          if len(fed) == 3: timer.stop()
      Timer(1).start(period=1000, mode=Timer.PERIODIC, callback=feed)
      while True: utime.sleep(1)
      """)
    #expect(run.ending == .reset(.hard(.watchdog)) && run.lines == ["1", "2", "3"])
    #expect((.seconds(5)...(.milliseconds(5100))).contains(run.device.clock.now))
  }

  @Test("There is one watchdog: its last period counts, whichever object feeds it")
  func one() throws {
    let run = try run("first = WDT(50)\nWDT(5)\nutime.sleep(4)\nfirst.feed()\nutime.sleep(60)")
    #expect(run.ending == .reset(.hard(.watchdog)))
    #expect((.seconds(9)...(.milliseconds(9100))).contains(run.device.clock.now))
  }

  @Test("A script that does nothing but feed it waits for what never comes")
  func idle() throws {
    let run = try run("dog = WDT(20)\nwhile True:\n    utime.sleep(10)\n    dog.feed()")
    guard case .stuck = run.ending else {
      Issue.record("\(run.ending)")
      return
    }
  }

  @Test("A script that ends leaves no watchdog behind")
  func ended() throws {
    let run = try run("WDT(5)")
    #expect(run.ending == .exited(0) && run.device.clock.now < .seconds(5))
  }

  @Test("It acts in the host's time, too", arguments: ["utime.sleep(60)", "while True: pass"])
  func real(last: String) throws {
    let run = try run("WDT(1)\n\(last)", .init(clock: HostClock()))
    #expect(run.ending == .reset(.hard(.watchdog)))
  }
}
