import DeviceEmulator
import EmulatedTime
import GuestRuntime
import ModuleProfiles
import Testing

@Suite("Recording scripts run as on a module")
struct JourneyTests {
  @Test("A script records, waits in a loop that makes no call, and reads the recording back")
  func busyWait() throws {
    let run = try ScriptRun(
      """
      import audio
      going = True
      def done(message):
          global going
          print('callback', message)
          going = message[2] != 3
      record = audio.Record()
      record.end_callback(done)
      print('start', record.start('a.wav', 10))
      while going:
          pass
      print(record.getFilePath('a.wav'), record.getSize('a.wav'), record.getData('a.wav', 0, 4))
      """)
    #expect(run.ending == .exited(0))
    #expect(run.lines.last == "U:/a.wav 160000 bytearray(b'RIFF')")
    #expect(try run.recordedBytes("/usr/a.wav") != nil)
  }

  @Test(
    "A recording of ten seconds ends, however the script waits for it",
    arguments: [
      "while record.isBusy(): pass",
      "while record.isBusy(): utime.sleep_ms(100)",
      "utime.sleep(11)",
      "while going: pass",
      "while going: utime.sleep(1)",
      "",
    ])
  func waits(how: String) throws {
    let run = try ScriptRun(
      """
      import audio, utime
      going = True
      def done(message):
          global going
          print(message[2])
          going = message[2] == 0
      record = audio.Record()
      record.end_callback(done)
      record.start('a.wav', 10)
      \(how)
      """)
    #expect(run.ending == .exited(0))
    #expect(run.lines == ["0", "3"])
    #expect(
      try run.recordedBytes("/usr/a.wav") == 160000 - 44
        || run.recordedBytes("/usr/a.wav") == 160000)
  }

  @Test("getData gives what the policy says", arguments: [Policy.documented, .observed])
  func getData(policy: Policy) throws {
    let run = try ScriptRun(
      """
      import audio
      record = audio.Record()
      record.start('a.wav', 1)
      while record.isBusy(): pass
      print(record.getData('a.wav', 0, 4))
      """, .init(policy: policy))
    #expect(run.lines == [policy == .documented ? "bytearray(b'RIFF')" : "b'RIFF'"])
  }

  @Test("A stream is read into the script's own buffer")
  func stream() throws {
    let run = try ScriptRun(
      """
      import audio, utime
      record = audio.Record()
      buffer = bytearray(2048)
      total = 0
      print(record.stream_start(record.AMRNB, 8000, 2))
      for _ in range(15):
          utime.sleep_ms(200)
          count = record.stream_read(buffer, 2048)
          if count > 0:
              total += count
      print(total > 0, any(buffer))
      """)
    #expect(run.ending == .exited(0), "\(run.console)")
    #expect(run.lines.last == "True True", "\(run.console)")
  }
}

@Suite("Call-backs run between two steps of the script")
struct CallbackTests {
  @Test("An exception in a call-back prints its traceback, and the script goes on")
  func exception() throws {
    let run = try ScriptRun(
      """
      import osTimer, utime
      def fail(_):
          missing()
      osTimer().start(10, 0, fail)
      utime.sleep(1)
      print('on')
      """)
    #expect(run.ending == .exited(0))
    #expect(
      run.console == """
        Traceback (most recent call last):
          File "/usr/main.py", line 3, in fail
        NameError: name 'missing' isn't defined
        on

        """)
  }

  @Test("A sleep goes on after a call-back, even one that sleeps, and ends at its time")
  func duringSleep() throws {
    let run = try ScriptRun(
      """
      import osTimer, utime
      def tick(_):
          utime.sleep_ms(100)
          print('tick', utime.ticks_ms() - start)
      start = utime.ticks_ms()
      timer = osTimer()
      timer.start(300, 0, tick)
      utime.sleep(1)
      print('end', utime.ticks_ms() - start)
      """)
    #expect(run.lines.count == 2)
    let end = try #require(run.lines.last?.split(separator: " ").last.flatMap { Int($0) })
    #expect((1000...1008).contains(end))
  }

  @Test("A Timer hands itself over, also when the script has dropped it")
  func timerItself() throws {
    let run = try ScriptRun(
      """
      import gc, utime
      from machine import Timer
      def tick(timer):
          print(timer is kept, timer is Timer(1), timer.stop())
      kept = Timer(1)
      kept.start(period=10, mode=Timer.PERIODIC, callback=tick)
      utime.sleep_ms(50)
      kept.start(period=10, mode=Timer.PERIODIC, callback=tick)
      kept = None
      gc.collect()
      utime.sleep_ms(50)
      """)
    #expect(run.lines == ["True True 0", "False True 0"])
  }

  @Test("A call-back may start the next recording")
  func chain() throws {
    let run = try ScriptRun(
      """
      import audio
      count = 0
      def done(message):
          global count
          if message[2] == 3:
              count += 1
              if count < 3:
                  print(record.start('%d.wav' % count, 1))
      record = audio.Record()
      record.end_callback(done)
      record.start('0.wav', 1)
      while count < 3: pass
      print(sorted(n for n in uos.listdir('/usr') if n[-1] == 'v'))
      """)
    #expect(run.lines == ["0", "0", "['0.wav', '1.wav', '2.wav']"])
  }

  @Test("Of seventy call-backs that pile up, the module keeps sixty-four")
  func overflow() throws {
    let run = try ScriptRun(
      """
      import osTimer, utime
      ticks = []
      timer = osTimer()
      def tick(_):
          if not ticks:
              utime.sleep_ms(710)  # Meanwhile seventy more are due.
              timer.stop()
          ticks.append(1)
      timer.start(10, 1, tick)
      utime.sleep(2)
      print(len(ticks))
      """)
    #expect(run.lines == ["65"])
    #expect(run.device.droppedEvents > 0)
  }

  @Test("A script whose heap is used up still ends, with MemoryError")
  func fullHeap() throws {
    let run = try ScriptRun(
      """
      import osTimer
      ticks = 0
      def tick(_):
          global ticks
          ticks += 1
      osTimer().start(5, 1, tick)
      hog = []
      while True:
          hog.append(bytearray(256))
      """)
    #expect(run.ending == .exited(1))
    #expect(run.lines.last?.hasPrefix("MemoryError: ") == true, "\(run.console.suffix(300))")
  }

  @Test("On the host's clock, too, call-backs reach a sleep and a loop, and the run ends by itself")
  func realTime() throws {
    let run = try ScriptRun(
      """
      import osTimer, utime
      ticks = 0
      def tick(_):
          global ticks
          ticks += 1
      timer = osTimer()
      timer.start(10, 1, tick)
      utime.sleep_ms(55)
      print(ticks >= 2)
      while ticks < 10: pass
      timer.stop()
      """, .init(clock: HostClock()))
    #expect(run.ending == .exited(0))
    #expect(run.lines == ["True"])
  }
}
