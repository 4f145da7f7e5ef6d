import Glibc
import GuestRuntime
import ModuleProfiles

/// The most memory that the interpreter's process has had, less the module's heap, once a script has filled that.
func memoryRow(_ bench: Bench) throws -> [Line] {
  let script = """
    import utime
    from machine import Timer
    buffers = []
    try:
        while True:
            buffers.append(bytearray(1024))
    except MemoryError:
        pass
    timer = Timer(Timer.Timer0)
    timer.start(period=1000, mode=timer.PERIODIC, callback=lambda _: None)
    print('full')
    while True:
        utime.sleep(1)

    """
  try write(script, to: "\(bench.folder)/fill.py")
  let output = "\(bench.folder)/fill.out"
  let emulator = try bench.emulator("fill.py", output: output)
  defer { emulator.end() }
  for _ in 0..<1000 where lines(of: output).isEmpty { usleep(10_000) }
  guard lines(of: output) == ["full"],
    let guest = lines(of: "/proc/\(emulator.pid)/task/\(emulator.pid)/children").first?
      .split(separator: " ").first,
    let peak = lines(of: "/proc/\(guest)/status").first(where: { $0.hasPrefix("VmHWM:") }),
    let kilobytes = peak.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      .flatMap({ Int($0) })
  else { throw CannotMeasure("the interpreter's memory cannot be seen") }
  let heap =
    try ProfileLibrary().profile(named: "EC600N").limits.scriptHeapBytes * bench.interpreter.bits
    / 32
  let megabytes = { (count: Int) in "\(rounded(Double(count) / 1_048_576)) MB" }
  let beside = kilobytes * 1024 - heap
  return [
    Line(
      what: "memory of the interpreter beside a full heap of \(megabytes(heap))",
      ours: megabytes(beside),
      goal: .own("<= 4 MB", isMet: beside <= 4 << 20))
  ]
}
