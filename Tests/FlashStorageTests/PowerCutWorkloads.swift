import FlashStorage
import Testing

/// A file system on a flash of a certain size, to be cut off.
struct PowerCutBench: Sendable, CustomTestStringConvertible {
  var name: String
  var geometry: FlashGeometry
  var options: LittleFSOptions

  var testDescription: String { name }

  init(
    _ version: LittleFSVersion, read: Int = 4096, program: Int = 4096, block: Int = 4096,
    blocks: Int, blockCycles: Int? = 100
  ) {
    geometry = try! FlashGeometry(
      readSize: read, programSize: program, blockSize: block, blockCount: blocks)
    options = LittleFSOptions()
    options.version = version
    options.blockCycles = blockCycles
    name = "littlefs \(version) on \(blocks) × \(block) (program \(program))"
  }

  /// Runs a workload on a fresh volume and records it.
  func record(
    openFileLimit: Int = 8, _ workload: (any Volume) throws -> Void
  ) throws -> FlashRecording {
    let empty = RAMFlash(geometry)
    try LittleFSVolume.format(empty, options)
    let recorder = FlashRecorder(start: empty.content)
    let volume = try LittleFSVolume(
      mounting: RecordingFlash(recorder), options, openFileLimit: openFileLimit)
    try workload(PromisingVolume(volume, recorder))
    return recorder.recording
  }
}

/// What a sweep found.
struct SweepSummary {
  var cuts = 0
  var repairCuts = 0
  var problems: [PowerCutResult] = []

  init(_ recording: FlashRecording, _ fileSystem: FlashFileSystem, seed: UInt64 = 1) {
    PowerCutSweep(recording, fileSystem).run(recording.cuts(seed: seed)) { result in
      if result.repairCut == nil { cuts += 1 } else { repairCuts += 1 }
      if result.problem != nil { problems.append(result) }
    }
  }
}
