import FlashStorage
import Glibc

/// An hour of 8 kHz, 16 bit, in half seconds that are synced, onto 64 MB: it must not slow down as the file
/// grows. Processor time of a minute; the target is on the last against the first.
func hourRow(_ bench: Bench) throws -> [Line] {
  let minutes = bench.often(60, quick: 10)
  let geometries = [
    (LittleFSVersion.v11, 4096, "littlefs 1, units of 4096"),
    (.v21, 256, "littlefs 2, units of 256"),
  ]
  return try geometries.map { version, unit, name in
    let times = try recordHour(version, unit, minutes)
    let ends = [times.prefix(3), times.suffix(3)].map { median(Array($0)) }
    let curve = stride(from: 0, to: minutes, by: max(minutes / 6, 1)).map {
      "\($0 + 1): \(milliseconds(times[$0]))"
    }
    return Line(
      what:
        "a minute of \(minutes) recorded onto 64 MB (\(name)), last / first; \(curve.joined(separator: ", "))",
      ours: milliseconds(ends[1]), reference: milliseconds(ends[0]), ratio: ends[1] / ends[0],
      goal: .ratio(1.25))
  }
}

/// Seconds of processor time for each minute.
private func recordHour(_ version: LittleFSVersion, _ unit: Int, _ minutes: Int) throws -> [Double]
{
  let flash = RAMFlash(
    try FlashGeometry(readSize: unit, programSize: unit, blockSize: 4096, blockCount: 16_384))
  var options = LittleFSOptions()
  options.version = version
  try LittleFSVolume.format(flash, options)
  let volume = try LittleFSVolume(mounting: flash, openFileLimit: 4)
  let handle = try volume.open("/hour.wav", [.write, .create, .truncate])
  let halfSecond = (0..<8000).map { UInt8(truncatingIfNeeded: $0 * 31) }
  return try (0..<minutes).map { _ in
    try seconds(of: CLOCK_PROCESS_CPUTIME_ID) {
      for _ in 0..<120 {
        try volume.write(handle, halfSecond.span)
        try volume.sync(handle)
      }
    }
  }
}
