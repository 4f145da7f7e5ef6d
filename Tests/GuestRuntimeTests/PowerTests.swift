import DeviceEmulator
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
