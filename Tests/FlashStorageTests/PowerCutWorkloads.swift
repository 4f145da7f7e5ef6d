import FlashStorage
import Testing

/// A file system on a flash of a certain size, to be cut off.
struct PowerCutBench: Sendable, CustomTestStringConvertible {
  var version: LittleFSVersion
  var geometry: FlashGeometry
  var blockCycles: Int? = 100
  var endurance = Endurance.unlimited

  init(
    _ version: LittleFSVersion, read: Int = 4096, program: Int = 4096, block: Int = 4096,
    blocks: Int
  ) {
    self.version = version
    geometry = try! FlashGeometry(
      readSize: read, programSize: program, blockSize: block, blockCount: blocks)
  }

  /// The modules' two smallest volumes.
  static let modules = [LittleFSVersion.v11, .v21].flatMap { version in
    [25, 94].map { PowerCutBench(version, blocks: $0) }
  }
  /// Small units, in which littlefs 2 appends commits, splits directories and moves pairs often.
  static let small = [
    PowerCutBench(.v21, read: 16, program: 16, block: 512, blocks: 128),
    PowerCutBench(.v20, read: 1, program: 4, block: 512, blocks: 128),
    PowerCutBench(.v21, read: 16, program: 64, block: 1024, blocks: 64).moving(after: 16),
    PowerCutBench(.v11, read: 16, program: 16, block: 512, blocks: 128),
  ]

  /// Every fifth block is worn, in one of five ways.
  static let worn = Endurance.Behaviour.allCases.flatMap { behaviour in
    [
      PowerCutBench(.v11, blocks: 94), PowerCutBench(.v21, blocks: 94),
      PowerCutBench(.v21, read: 16, program: 16, block: 512, blocks: 128),
    ].map { $0.wearing(behaviour) }
  }

  func moving(after cycles: Int) -> PowerCutBench {
    var copy = self
    copy.blockCycles = cycles
    return copy
  }

  func wearing(_ behaviour: Endurance.Behaviour) -> PowerCutBench {
    var copy = self
    // The first pair never moves, so it lasts.
    let bad = stride(from: 3, to: geometry.blockCount, by: 5)
    copy.endurance = Endurance(
      eraseLimit: .max, behaviour, except: Dictionary(uniqueKeysWithValues: bad.map { ($0, 0) }))
    return copy
  }

  var testDescription: String {
    """
    littlefs \(version), \(geometry.blockCount) × \(geometry.blockSize), program \
    \(geometry.programSize)\(endurance == .unlimited ? "" : ", \(endurance.behaviour)")
    """
  }

  var options: LittleFSOptions {
    var options = LittleFSOptions()
    options.version = version
    options.blockCycles = blockCycles
    return options
  }

  /// The flash as it is used: with its worn blocks.
  private func device(on base: sending any BlockDevice) -> sending any BlockDevice {
    guard endurance != .unlimited else { return base }
    let flash = FaultyFlash(base)
    flash.endurance = endurance
    return flash
  }

  var fileSystem: FlashFileSystem {
    var fileSystem = FlashFileSystem.littleFS(options)
    let mount = fileSystem.mount
    fileSystem.mount = { base throws(FlashError) in try mount(device(on: base)) }
    return fileSystem
  }

  /// An empty volume.
  func formatted() throws -> FlashContent {
    let recorder = FlashRecorder(start: FlashContent(geometry))
    try LittleFSVolume.format(device(on: RecordingFlash(recorder)), options)
    return recorder.recording.end
  }

  /// Mounts what a recording starts with, and goes on with it.
  func volume(on recorder: FlashRecorder) throws -> PromisingVolume {
    let volume = try LittleFSVolume(
      mounting: device(on: RecordingFlash(recorder)), options, openFileLimit: 8)
    return try PromisingVolume(volume, recorder)
  }

  /// Runs a workload on a fresh volume and records it.
  func record(_ workload: (any Volume) throws -> Void) throws -> FlashRecording {
    let recorder = FlashRecorder(start: try formatted())
    try workload(volume(on: recorder))
    return recorder.recording
  }

  /// Records a workload, cuts it off everywhere, and tells what that broke.
  func sweep(_ workload: (any Volume) throws -> Void) throws -> SweepSummary {
    let recording = try record(workload)
    var summary = SweepSummary()
    summary.add(recording, fileSystem, recording.cuts(seed: 1))
    return summary
  }
}

/// What a sweep found.
struct SweepSummary {
  private(set) var cuts = 0
  private(set) var repairCuts = 0
  private(set) var problems: [String] = []

  mutating func add(
    _ recording: FlashRecording, _ fileSystem: FlashFileSystem, _ cuts: some Sequence<PowerCut>,
    cutsRepairs: Bool = true, _ label: String = ""
  ) {
    PowerCutSweep(recording, fileSystem, cutsRepairs: cutsRepairs).run(cuts) { result in
      if result.repairCut == nil { self.cuts += 1 } else { repairCuts += 1 }
      guard let problem = result.problem else { return }
      let second = result.repairCut.map { ", again in the repair: \($0.text)" } ?? ""
      problems.append("\(label)\(result.cut.text)\(second): \(problem)")
    }
  }
}

extension PowerCut {
  fileprivate var text: String { "\(mode.rawValue) cut after \(operation) (seed \(seed))" }
}

/// Something that a module does with its flash, over and over.
struct PowerCutWorkload: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let run: @Sendable (any Volume) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable (any Volume) throws -> Void) {
    testDescription = name
    self.run = run
  }

  static let all = [
    PowerCutWorkload("two recordings beside other files") { volume in
      let (wav, amr) = (
        try volume.open("/r.wav", [.write, .create, .truncate]),
        try volume.open("/r.amr", [.write, .create, .truncate])
      )
      // 8000 samples of 16 bits a second, and 12.2 kbit/s, as far as they fit.
      let capacity = try volume.statistics().freeBlockCount * volume.statistics().blockSize
      let period = min(4000, capacity / 30)
      try volume.write(wav, pattern(44))
      try volume.write(amr, Array("#!AMR\n".utf8))
      for halfSecond in 1...5 {
        for half in 0..<2 {
          try volume.write(wav, pattern(period, seed: halfSecond * 2 + half))
          try volume.write(amr, pattern(period / 10, seed: halfSecond * 2 + half))
        }
        try volume.put(pattern(100 * halfSecond, seed: halfSecond), at: "/status")
        let size = try volume.position(of: wav)
        try volume.seek(wav, to: 0, from: .start)
        try volume.write(wav, pattern(44, seed: halfSecond))
        try volume.seek(wav, to: size, from: .start)
        try volume.sync(wav)
        try volume.sync(amr)
      }
      try volume.close(wav)
      try volume.close(amr)
    },
    PowerCutWorkload("settings replaced by renaming over them") { volume in
      try volume.makeDirectory("/etc")
      for round in 0..<12 {
        try volume.put(pattern(round * 97 % 700, seed: round), at: "/etc/new")
        try volume.rename("/etc/new", to: "/etc/settings")
        try volume.put(pattern(3000, seed: round), at: "/scratch")
        try volume.rename("/scratch", to: "/etc/blob")
      }
    },
    PowerCutWorkload("a directory that fills, empties and moves") { volume in
      // On littlefs 1 a file takes a block, and half of them stay.
      let count = min(14, try volume.statistics().freeBlockCount / 3)
      try volume.makeDirectory("/d")
      try volume.makeDirectory("/e")
      for round in 0..<3 {
        for index in 0..<count { try volume.put(pattern(20), at: "/d/file\(round)-\(index)") }
        for index in 0..<count {
          let path = "/d/file\(round)-\(index)"
          if index % 2 == 0 {
            try volume.rename(path, to: "/e/\(index)")
          } else {
            try volume.remove(path)
          }
        }
        try volume.rename("/d", to: "/e/d")
        try volume.makeDirectory("/d")
        try volume.makeDirectory("/d/sub")
        try volume.rename("/e/d", to: "/d/sub")
        try volume.remove("/d/sub")
      }
    },
    PowerCutWorkload("a log that is opened for each line") { volume in
      for line in 0..<40 {
        let handle = try volume.open("/log", [.write, .create, .append])
        try volume.write(handle, pattern(60 + line * 7 % 40, seed: line))
        try volume.close(handle)
      }
    },
    PowerCutWorkload("a flash that fills up") { volume in
      for file in 0..<200 {
        do {
          try volume.put(pattern(6000 + file % 3 * 1000, seed: file), at: "/f\(file)")
        } catch FlashError.noSpace {
          break
        }
      }
      for round in 0..<4 {
        try? volume.put(pattern(100, seed: round), at: "/small\(round)")
        try volume.remove("/f\(round)")
        try? volume.put(pattern(5000, seed: round), at: "/again")
        try? volume.makeDirectory("/d\(round)")
        try? volume.rename("/again", to: "/d\(round)/f")
      }
    },
    PowerCutWorkload("files cut off, extended and overwritten in place") { volume in
      try volume.put(pattern(9000), at: "/f")
      for round in 0..<10 {
        let handle = try volume.open("/f", [.read, .write])
        try volume.truncate(handle, to: 9000 - 1700 * (round % 5))
        try volume.seek(handle, to: 500 * round, from: .start)
        try volume.write(handle, pattern(30, seed: round))
        try volume.sync(handle)
        try volume.seek(handle, to: 300, from: .end)
        try volume.write(handle, pattern(200, seed: round))
        try volume.close(handle)
      }
    },
  ]
}
