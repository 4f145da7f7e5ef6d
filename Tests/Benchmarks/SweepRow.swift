import FlashStorage
import Glibc

/// Losses of power checked in a second of one core: every cut, in every mode, of a log that grows with a
/// sync each half second while other files come, change their names and go, on the flash of an EC600U.
func sweepRow(_ bench: Bench) throws -> [Line] {
  try [
    (LittleFSVersion.v11, 4096, "littlefs 1"), (.v21, 4096, "littlefs 2"),
  ].map { version, unit, name in
    let (recording, fileSystem) = try recordChurn(version, unit)
    let cuts = recording.cuts(seed: 1)
    let sweep = PowerCutSweep(recording, fileSystem, cutsRepairs: false)
    var failed = 0
    let times = (0..<bench.often(5, quick: 1)).map { _ in
      seconds(of: CLOCK_PROCESS_CPUTIME_ID) {
        sweep.run(cuts) { if $0.problem != nil { failed += 1 } }
      }
    }
    let rate = Double(cuts.count) / median(times)
    return Line(
      what: "losses of power a second on one core, \(cuts.count) of \(name), \(failed) failed",
      ours: rounded(rate), goal: .own(">= 4000", isMet: rate >= 4000 && failed == 0))
  }
}

private func recordChurn(
  _ version: LittleFSVersion, _ unit: Int
) throws -> (FlashRecording, FlashFileSystem) {
  var options = LittleFSOptions()
  options.version = version
  let flash = RAMFlash(
    try FlashGeometry(readSize: unit, programSize: unit, blockSize: 4096, blockCount: 93))
  try LittleFSVolume.format(flash, options)
  let recorder = FlashRecorder(start: flash.content)
  let volume = try PromisingVolume(
    LittleFSVolume(mounting: RecordingFlash(recorder), options, openFileLimit: 4), recorder)
  let log = try volume.open("/log.amr", [.write, .create])
  let bytes = (0..<800).map { UInt8(truncatingIfNeeded: $0 * 31) }
  for round in 0..<40 {
    try volume.write(log, bytes.span)
    try volume.sync(log)
    let file = try volume.open("/new", [.write, .create, .truncate])
    try volume.write(file, bytes.span.extracting(first: 20 * round))
    try volume.close(file)
    try volume.rename("/new", to: "/kept\(round % 5)")
    if round % 8 == 7 { try volume.remove("/kept0") }
  }
  try volume.close(log)
  return (recorder.recording, .littleFS(options))
}
