/// How fast device time goes by in a script that sleeps, and in one that calls. For information.
func virtualTimeRow(_ bench: Bench) throws -> [Line] {
  // A timer that is set, since a script that waits for nothing is ended after an hour.
  let scripts = [
    (
      "4 hours of sleep, a second at a time, in virtual time",
      """
      import utime
      from machine import Timer
      timer = Timer(Timer.Timer0)
      timer.start(period=18000000, mode=timer.ONE_SHOT, callback=print)
      for _ in range(4 * 3600):
          utime.sleep(1)
      timer.stop()

      """
    ),
    (
      "100,000 calls in virtual time",
      "import audio\nrecord = audio.Record()\nfor _ in range(100000):\n    record.isBusy()\n"
    ),
  ]
  return try scripts.map { what, script in
    try write(script, to: "\(bench.folder)/virtual.py")
    let times = try (0..<bench.often(5, quick: 1)).map { _ in
      try bench.emulator("virtual.py").wait().elapsed
    }
    return Line(what: what, ours: "\(rounded(median(times))) s", goal: .none)
  }
}
